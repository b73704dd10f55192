#pragma once
// NAT detection (RFC 7296 section 2.23) and where IKE and ESP go from there.

#include <array>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

using NatHash = std::array<std::uint8_t, 20>;

/// SHA-1 of SPIs, address and port in network order.
NatHash nat_hash(base::IkeSpi spi_i, base::IkeSpi spi_r, const base::Endpoint& endpoint);

/// Whether NAT_DETECTION_SOURCE_IP is to be random octets. Security rule 11: the true hash can be searched for the
/// private address behind a NAT. With UDP encapsulation it is always random, which asks for the encapsulation, too.
/// Native ESP needs the truth, and the truth tells nothing when our address stands in the packet's own header; so it is
/// told unless our address is a private one and the server's is not, when a NAT is certain and ESP would not pass it
/// anyway.
bool wants_false_nat_source(const api::EngineConfig& config, const Plan& plan, const base::Endpoint& local,
                            const base::Address& remote);

/// What a reply's notifies say.
struct NatNotifies {
  std::vector<base::Bytes> sources;  ///< of all NAT_DETECTION_SOURCE_IP
  base::Bytes destination;           ///< empty: none
};

/// Whether IKE moves to the NAT port and ESP into UDP. A reply without the notifies means a server without NAT
/// traversal: false.
bool needs_encapsulation(const NatNotifies& notifies, bool false_source, base::IkeSpi spi_i, base::IkeSpi spi_r,
                         const base::Endpoint& local, const base::Endpoint& remote);

/// Whether a NAT stands before us, as the peer saw our address (its NAT_DETECTION_DESTINATION_IP).
bool is_behind_nat(const NatNotifies& notifies, base::IkeSpi spi_i, base::IkeSpi spi_r, const base::Endpoint& local);

}  // namespace latchkey::session
