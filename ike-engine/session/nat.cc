#include "ike-engine/session/nat.h"

#include <algorithm>
#include <utility>

#include "ike-engine/crypto/digest.h"

namespace latchkey::session {

namespace {

base::Buffer spi_pair(base::IkeSpi spi_i, base::IkeSpi spi_r) {
  base::Writer out(16);
  out.u64(spi_i.value);
  out.u64(spi_r.value);
  return out.take();
}

// RFC 1918, RFC 6598, RFC 3927, RFC 4193: addresses that the Internet does not carry.
bool is_private(const base::Address& address) {
  static constexpr std::pair<std::string_view, unsigned> kNetworks[] = {
      {"10.0.0.0", 8},     {"172.16.0.0", 12}, {"192.168.0.0", 16}, {"100.64.0.0", 10},
      {"169.254.0.0", 16}, {"fc00::", 7},      {"fe80::", 10},
  };
  return std::any_of(std::begin(kNetworks), std::end(kNetworks), [&](const auto& network) {
    return address.in(*base::Address::parse(network.first), network.second);
  });
}

}  // namespace

NatHash nat_hash(base::IkeSpi spi_i, base::IkeSpi spi_r, const base::Endpoint& endpoint) {
  const base::Buffer spis = spi_pair(spi_i, spi_r);
  const std::array<std::uint8_t, 2> port{static_cast<std::uint8_t>(endpoint.port >> 8),
                                         static_cast<std::uint8_t>(endpoint.port & 0xff)};
  return crypto::sha1({spis, endpoint.address.bytes(), port});
}

bool wants_false_nat_source(const api::EngineConfig& config, const Plan& plan, const base::Endpoint& local,
                            const base::Address& remote) {
  const bool native = !config.encapsulate || plan.transport;
  return !native || (is_private(local.address) && !is_private(remote));
}

bool needs_encapsulation(const NatNotifies& notifies, bool false_source, base::IkeSpi spi_i, base::IkeSpi spi_r,
                         const base::Endpoint& local, const base::Endpoint& remote) {
  if (notifies.sources.empty() || notifies.destination.empty()) return false;
  if (false_source) return true;
  // RFC 7296 section 2.23
  //= The IKE initiator MUST check the NAT_DETECTION_SOURCE_IP or NAT_DETECTION_DESTINATION_IP payloads if
  //= present, and if they do not match the addresses in the outer packet, MUST tunnel all future IKE and ESP
  //= packets associated with this IKE SA over UDP port 4500.
  const NatHash theirs = nat_hash(spi_i, spi_r, remote);
  const bool they_are_behind = std::none_of(notifies.sources.begin(), notifies.sources.end(),
                                            [&](base::Bytes hash) { return base::same(hash, theirs); });
  return they_are_behind || is_behind_nat(notifies, spi_i, spi_r, local);
}

bool is_behind_nat(const NatNotifies& notifies, base::IkeSpi spi_i, base::IkeSpi spi_r, const base::Endpoint& local) {
  return !notifies.destination.empty() && !base::same(notifies.destination, nat_hash(spi_i, spi_r, local));
}

}  // namespace latchkey::session
