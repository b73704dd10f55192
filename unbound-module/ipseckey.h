#pragma once
// The IPSECKEY record: taken apart by us (ldns keeps it opaque), and what of it may be used.

#include <cstdint>
#include <string>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/base/address.h"
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

/// The record's presentation form as ldns prints it, or our own hex form where ldns has none; for logs.
std::string to_text(const IpseckeyRecord& record);

/// Whether the record may authenticate `address` (security rules 1 and 7): no gateway, or, if the record is
/// DNSSEC-secure, a gateway that is the address itself; a known algorithm; an acceptable key.
/// Errors: unsupported (algorithm), mismatch (gateway), weak or malformed (key).
base::Result<api::DnsKey> usable(const IpseckeyRecord& record, const base::Address& address, bool secure);

/// A whole set's records, and how many of them could not even be parsed.
struct IpseckeySet {
  std::vector<IpseckeyRecord> records;  ///< by precedence; equal ones in the order given
  std::size_t malformed = 0;
};

/// At most kMaxRecords are looked at; what is beyond them counts as malformed. Never fails.
IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas);
inline constexpr std::size_t kMaxRecords = 32;

/// The keys of a set that may authenticate `address`, in order of precedence, without doubles.
struct UsableKeys {
  std::vector<api::DnsKey> keys;
  std::size_t skipped = 0;  ///< records that are there but refused
};
UsableKeys usable_keys(const IpseckeySet& set, const base::Address& address, bool secure);

}  // namespace latchkey::unbound
