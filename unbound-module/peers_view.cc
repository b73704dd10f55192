// What the peers show of themselves.

#include <algorithm>

#include "unbound-module/peers.h"

namespace latchkey::unbound {
namespace {

FailureView failure_view(const PeerId& id, const Failure& failure, base::TimePoint now) {
  return {id.address, failure.reason, failure.times, failure.until - now};
}

}  // namespace

TunnelView Peers::view(const base::Address& address, const Tunnel& tunnel, base::TimePoint now) {
  TunnelView view{address,
                  tunnel.leases.names(now),
                  tunnel.agreed,
                  tunnel.key,
                  tunnel.verified,
                  tunnel.took,
                  now - tunnel.since,
                  {},
                  {}};
  view.gateway = tunnel.gateway;
  view.lease_left = std::max(tunnel.leases.end() - now, base::Duration::zero());
  if (const auto counters = engine_.counters(tunnel.agreed.session)) view.counters = *counters;
  return view;
}

std::vector<TunnelView> Peers::tunnels(base::TimePoint now) {
  std::vector<TunnelView> views;
  for (const auto& [address, peer] : peers_)
    if (peer.tunnel) views.push_back(view(address, *peer.tunnel, now));
  std::ranges::sort(views, {}, &TunnelView::address);
  return views;
}

std::vector<FailureView> Peers::failures(base::TimePoint now) const {
  std::vector<FailureView> views;
  for (const auto& [id, failure] : failed_.all())
    if (failure.until > now) views.push_back(failure_view(id, failure, now));
  return views;
}

PeerView Peers::peer(const base::Address& address, base::TimePoint now) {
  PeerView out{address, {}, {}, {}, {}};
  if (const auto known = peers_.find(address); known != peers_.end()) {
    const Peer& peer = known->second;
    if (peer.tunnel) out.tunnel = view(address, *peer.tunnel, now);
    if (peer.round) out.negotiation = {peer.round->name, now - peer.round->started, peer.waiting.size()};
  }
  const auto& all = failed_.all();
  for (auto place = all.lower_bound({address, {}, false}); place != all.end(); ++place) {
    const auto& [id, failure] = *place;
    if (id.address != address) break;
    if (failure.until > now) out.failures.push_back(failure_view(id, failure, now));
  }
  if (const auto clear = in_clear_.find(address); clear != in_clear_.end())
    out.in_clear = std::max(clear->second - now, base::Duration::zero());
  return out;
}

std::vector<base::Address> Peers::leased_to(const std::string& name, base::TimePoint now) const {
  std::vector<base::Address> addresses;
  for (const auto& [address, peer] : peers_)
    if (peer.tunnel && peer.tunnel->leases.holds(name, now)) addresses.push_back(address);
  std::ranges::sort(addresses);
  return addresses;
}

}  // namespace latchkey::unbound
