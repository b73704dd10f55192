#pragma once
// The IPSECKEY record in wire form (RFC 4025 section 2): taken apart by us, since ldns keeps it opaque.

#include <cstdint>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::unbound {

/// RFC 4025 section 2.3. Other values are malformed for us: their gateway's length is not known.
enum class GatewayType : std::uint8_t { none = 0, ipv4 = 1, ipv6 = 2, name = 3 };

struct IpseckeyRecord {
  std::uint8_t precedence = 0;  ///< lower is tried first (RFC 4025 section 2.2)
  GatewayType gateway_type = GatewayType::none;
  std::uint8_t algorithm = 0;  ///< 0 no key, 1 DSA, 2 RSA, 3 ECDSA, 4 EdDSA; others are unknown
  base::Buffer gateway;        ///< 0, 4 or 16 octets, or an uncompressed name in wire form
  base::Buffer key;            ///< as it stands; empty if there is none

  friend bool operator==(const IpseckeyRecord&, const IpseckeyRecord&) = default;
};

/// Takes one record's rdata apart.
/// Errors: truncated; malformed (a gateway name that is compressed, too long, or the root).
/// unsupported (a gateway type above 3). Source: RFC 4025 section 2.1.
base::Result<IpseckeyRecord> parse_ipseckey(base::Bytes rdata);

/// The rdata again.
base::Buffer to_wire(const IpseckeyRecord& record);

}  // namespace latchkey::unbound
