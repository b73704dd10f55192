#include "xfrm/ours.h"

#include <netinet/in.h>

#include <algorithm>

namespace latchkey::xfrm {
namespace {

constexpr std::uint16_t kDns = 53;
constexpr std::uint16_t kDnsOverTls = 853;
constexpr std::uint16_t kNeighbourSolicitation = 135;
constexpr std::uint16_t kNeighbourAdvertisement = 136;

Selector host_to_host(const base::Address& source, const base::Address& destination) {
  return {source, source.host_prefix(), destination, destination.host_prefix(), 0, {}, {}};
}

Selector any_to_any(base::Family family, std::uint8_t protocol) {
  return {base::Address::any(family), 0, base::Address::any(family), 0, protocol, {}, {}};
}

Policy exemption(Direction direction, const Selector& selector, std::chrono::seconds expiry) {
  return {{direction, selector}, kExemptPriority, Action::allow, {}, expiry};
}

bool same_shape(const Policy& a, const Policy& b) { return a.key == b.key && a.action == b.action && a.esp == b.esp; }

bool one_of(const std::vector<Policy>& policies, const Policy& policy) {
  return std::ranges::any_of(policies, [&](const Policy& each) { return same_shape(each, policy); });
}

Pair pair_of(bool outward, const base::Address& source, const base::Address& destination) {
  return outward ? Pair{source, destination} : Pair{destination, source};
}

bool is_tunnel_policy(const Policy& policy) {
  if (!policy.esp || !is_ours(policy.esp->reqid)) return false;
  const Selector& selector = policy.key.selector;
  const Template& esp = *policy.esp;
  const bool outward = policy.key.direction == Direction::out;
  const Demand demand{pair_of(outward, selector.source, selector.destination),
                      pair_of(outward, esp.source, esp.destination), esp.mode, esp.reqid, esp.spi};
  return one_of(tunnel_policies(demand, policy.expiry), policy);
}

}  // namespace

std::vector<Policy> tunnel_policies(const Demand& demand, std::chrono::seconds expiry) {
  const auto& [inner, outer, mode, reqid, sends_by] = demand;
  const base::Address none = base::Address::any(inner.local.family());
  const auto [local, remote] = mode == api::Mode::tunnel ? outer : Pair{none, none};
  const Template inward{mode, reqid, remote, local};
  const Template outward{mode, reqid, local, remote, sends_by};
  const Selector from = host_to_host(inner.remote, inner.local);
  const Selector to = host_to_host(inner.local, inner.remote);
  return {{{Direction::in, from}, kTunnelPriority, Action::allow, inward, expiry},
          {{Direction::fwd, from}, kTunnelPriority, Action::allow, inward, expiry},
          {{Direction::out, to}, kTunnelPriority, Action::allow, outward, expiry}};
}

std::vector<Policy> guard_policies(const base::Address& remote, std::chrono::seconds expiry) {
  const Selector to{base::Address::any(remote.family()), 0, remote, remote.host_prefix(), 0, {}, {}};
  return {{{Direction::out, to}, kGuardPriority, Action::block, {}, expiry},
          {{Direction::fwd, to}, kGuardPriority, Action::block, {}, expiry}};
}

std::vector<Policy> dns_exemptions(base::Family family, std::chrono::seconds expiry) {
  std::vector<Policy> out;
  const auto exempt = [&](std::uint8_t protocol, std::uint16_t port) {
    Selector query = any_to_any(family, protocol);
    Selector answer = query;
    query.destination_port = port;
    answer.source_port = port;
    out.push_back(exemption(Direction::out, query, expiry));
    out.push_back(exemption(Direction::in, answer, expiry));
  };
  exempt(IPPROTO_UDP, kDns);
  exempt(IPPROTO_TCP, kDns);
  exempt(IPPROTO_TCP, kDnsOverTls);
  return out;
}

std::vector<Policy> neighbour_exemptions(std::chrono::seconds expiry) {
  std::vector<Policy> out;
  for (const std::uint16_t type : {kNeighbourSolicitation, kNeighbourAdvertisement}) {
    Selector selector = any_to_any(base::Family::ipv6, IPPROTO_ICMPV6);
    selector.source_port = type;
    out.push_back(exemption(Direction::out, selector, expiry));
    out.push_back(exemption(Direction::in, selector, expiry));
  }
  return out;
}

bool is_ours(const Policy& policy) {
  if (policy.expiry.count() == 0) return false;
  if (policy.priority == kTunnelPriority) return is_tunnel_policy(policy);
  const Selector& selector = policy.key.selector;
  if (policy.priority == kGuardPriority) return one_of(guard_policies(selector.destination, policy.expiry), policy);
  return policy.priority == kExemptPriority &&
         (one_of(dns_exemptions(selector.source.family(), policy.expiry), policy) ||
          one_of(neighbour_exemptions(policy.expiry), policy));
}

}  // namespace latchkey::xfrm
