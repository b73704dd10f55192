// The peers' tunnels: how they come, who holds a lease on them, how they go.

#include <fmt/format.h>

#include <algorithm>

#include "unbound-module/peers.h"

namespace latchkey::unbound {
namespace {

constexpr base::Duration kIdleCheck = std::chrono::seconds(60);

std::uint32_t whole_seconds(base::Duration left) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

std::string why(const api::Failed& failed) {
  std::string text(api::to_string(failed.reason));
  if (failed.notify != 0) text += fmt::format(", notify {}", failed.notify);
  if (!failed.detail.empty()) text += ": " + failed.detail;
  return text;
}

std::string milliseconds(base::Duration duration) {
  return fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(duration).count());
}

}  // namespace

void Peers::event(const api::Event& event, base::TimePoint now) {
  const api::SessionId session = std::visit([](const auto& e) { return e.session; }, event);
  const auto place = sessions_.find(session);
  if (place == sessions_.end()) return;
  const base::Address address = place->second;
  Peer& peer = peers_.at(address);
  if (const auto* agreed = std::get_if<api::Established>(&event)) {
    established(address, peer, *agreed, now);
  } else if (const auto* failed = std::get_if<api::Failed>(&event)) {
    if (peer.round && peer.round->session == session) fail_round(address, peer, why(*failed), now);
  } else if (const auto* fresh = std::get_if<api::Rekeyed>(&event)) {
    rekeyed(peer, *fresh, now);
  } else if (const auto* lost = std::get_if<api::Down>(&event)) {
    down(address, peer, *lost, now);
  } else if (const auto* step = std::get_if<api::Progress>(&event)) {
    const std::string name = peer.round ? peer.round->name : std::string();
    // The engine says where to; if it does not, the address does.
    const std::string where = step->detail.starts_with("peer=") ? std::string() : "peer=" + address.to_string();
    log_.info(step->step, {{"name", name}, {"", where}, {"", step->detail}});
  }
  begin_round(address, peer, now);
  reschedule(address, peer);
  erase_if_empty(address);
}

void Peers::established(const base::Address& address, Peer& peer, const api::Established& agreed, base::TimePoint now) {
  if (!peer.round || peer.round->session != agreed.session) {
    // The engine has renewed what was up: the same peer and key, other SAs.
    if (peer.tunnel) peer.tunnel->agreed = agreed, peer.tunnel->since = now;
    return;
  }
  const Round round = std::move(*peer.round);
  peer.round.reset();
  --rounds_;
  log_.info("tunnel_up", {{"name", round.name},
                          {"peer", address.to_string()},
                          {"key", agreed.key_name},
                          {"auth", agreed.auth_scheme},
                          {"ike", agreed.ike.to_string()},
                          {"esp", agreed.esp.to_string()},
                          {"spi_in", fmt::format("{:08x}", agreed.spi_in.value)},
                          {"spi_out", fmt::format("{:08x}", agreed.spi_out.value)},
                          {"exchanges", agreed.exchanges},
                          {"took_ms", milliseconds(now - round.started)}});
  budget_.refund(round.payer ? &*round.payer : nullptr, address);
  const KeyDigest proven = digest_of(agreed.key);
  for (const KeySet& keys : round.sets) {
    if (keys.holds(proven)) failed_.forget({address, keys.digest(), round.rank == Rank::attempt});
  }
  peer.tunnel = Tunnel{agreed, proven, round.rank == Rank::verified, now, now, now, now + kIdleCheck, {}, 0};
  bool used = false;
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (!peer.tunnel) return false;  // replaced: the others wait for the next round
    used |= waiter.keys.holds(proven);
    return use_tunnel(address, peer, waiter.want, waiter.keys, now);
  });
  // Nobody waits any more: an attempt's address has been released in clear meanwhile.
  if (peer.tunnel && round.rank == Rank::attempt && !used) drop_tunnel(address, peer, now);
}

/// The same peer, key and traffic; other SAs.
void Peers::rekeyed(Peer& peer, const api::Rekeyed& fresh, base::TimePoint now) {
  if (!peer.tunnel || peer.tunnel->agreed.session != fresh.session) return;
  peer.tunnel->agreed.esp = fresh.esp;
  peer.tunnel->agreed.spi_in = fresh.spi_in;
  peer.tunnel->agreed.spi_out = fresh.spi_out;
  peer.tunnel->since = now;
}

/// One lease binds tunnel, key and answer: the TTL given out never exceeds what is left of the tunnel.
void Peers::lease(const base::Address& address, Tunnel& tunnel, const Want& want, base::TimePoint now) {
  const std::uint32_t left = whole_seconds(tunnel.since + config_.lifetime - now);
  const base::TimePoint end = now + std::chrono::seconds(std::min(left, want.ttl_s));
  const auto known = tunnel.names.find(want.name);
  if (known != tunnel.names.end()) {
    known->second = std::max(known->second, end);
  } else if (tunnel.names.size() < config_.max_names) {
    tunnel.names.emplace(want.name, end);
  }
  tunnel.lease_end = std::max(tunnel.lease_end, end);
  tunnel.last_use = now;
  engine_.hold_guard(address, tunnel.lease_end + config_.idle);
  answer(want, Verdict::up, tunnel.agreed.key_name, left);
}

/// Losing a tunnel is not the end of what was promised: the guard blocks until the TTLs have ended, then for the idle
/// time.
void Peers::down(const base::Address& address, Peer& peer, const api::Down& lost, base::TimePoint now) {
  if (peer.round && peer.round->session == lost.session) {
    fail_round(address, peer, std::string(api::to_string(lost.reason)), now);
    return;
  }
  if (!peer.tunnel || peer.tunnel->agreed.session != lost.session) return;
  log_.warning(
      "tunnel_down",
      {{"peer", address.to_string()}, {"key", peer.tunnel->agreed.key_name}, {"reason", api::to_string(lost.reason)}});
  const Tunnel tunnel = std::move(*peer.tunnel);
  peer.tunnel.reset();
  sessions_.erase(lost.session);
  engine_.hold_guard(address, std::min(now + config_.guard_cap, std::max(tunnel.lease_end, now) + config_.idle));
  if (tunnel.lease_end > now) revive(address, peer, tunnel, now);
}

/// Clients still use the address, and the key is good as long as its TTL: try again at once.
void Peers::revive(const base::Address& address, Peer& peer, const Tunnel& lost, base::TimePoint now) {
  Round round;
  round.rank = lost.verified ? Rank::verified : Rank::unverified;
  round.sets = {KeySet({lost.agreed.key})};
  round.name = lost.names.empty() ? std::string() : lost.names.begin()->first;
  round.started = now;
  round.answer_at = now + config_.answer_after;
  if (connect(address, peer, round, {lost.agreed.key}, now)) peer.round = std::move(round);
}

/// Ends a tunnel of ours. The address stays blocked while somebody may still use it.
void Peers::drop_tunnel(const base::Address& address, Peer& peer, base::TimePoint now) {
  const Tunnel tunnel = std::move(*peer.tunnel);
  peer.tunnel.reset();
  sessions_.erase(tunnel.agreed.session);
  const bool in_use = tunnel.lease_end > now;
  if (in_use) engine_.hold_guard(address, std::min(now + config_.guard_cap, tunnel.lease_end + config_.idle));
  engine_.close(tunnel.agreed.session, now);
  if (!in_use) engine_.release_guard(address);
}

void Peers::close_all(base::TimePoint now) {
  for (const auto& [session, address] : sessions_) engine_.close(session, now);
  sessions_.clear();
}

/// Tunnels that nobody asks for: after the last TTL has ended and traffic has been idle they go, and the guard with
/// them.
void Peers::check_idle(const base::Address& address, Peer& peer, base::TimePoint now) {
  Tunnel& tunnel = *peer.tunnel;
  std::erase_if(tunnel.names, [&](const auto& name) { return name.second <= now; });
  if (const auto counters = engine_.counters(tunnel.agreed.session)) {
    const std::uint64_t packets = counters->packets_in + counters->packets_out;
    if (packets != tunnel.packets) tunnel.last_use = now;
    tunnel.packets = packets;
  }
  if (tunnel.lease_end <= now && tunnel.last_use + config_.idle <= now) {
    log_.info("tunnel_idle", {{"peer", address.to_string()}, {"key", tunnel.agreed.key_name}});
    drop_tunnel(address, peer, now);
    return;
  }
  engine_.hold_guard(address, std::max(tunnel.lease_end, now) + config_.idle);
  tunnel.next_check = now + kIdleCheck;
}

std::vector<TunnelView> Peers::tunnels(base::TimePoint now) {
  std::vector<TunnelView> views;
  for (const auto& [address, peer] : peers_) {
    if (!peer.tunnel) continue;
    const Tunnel& tunnel = *peer.tunnel;
    TunnelView view{address, {}, tunnel.agreed, tunnel.verified, now - tunnel.since, {}, {}};
    for (const auto& [name, until] : tunnel.names) view.names.push_back(name);
    view.lease_left = std::max(tunnel.lease_end - now, base::Duration::zero());
    if (const auto counters = engine_.counters(tunnel.agreed.session)) view.counters = *counters;
    views.push_back(std::move(view));
  }
  std::ranges::sort(views, {}, &TunnelView::address);
  return views;
}

std::vector<FailureView> Peers::failures(base::TimePoint now) const {
  std::vector<FailureView> views;
  for (const auto& [id, failure] : failed_.all()) {
    if (failure.until > now) views.push_back({id.address, failure.reason, failure.times, failure.until - now});
  }
  return views;
}

}  // namespace latchkey::unbound
