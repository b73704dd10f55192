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
    if (peer.tunnel && peer.tunnel->agreed.session == agreed.session)
      peer.tunnel->agreed = agreed, peer.tunnel->since = now;
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
  const KeyDigest proven = digest_of(agreed.key);
  for (const KeySet& keys : round.sets) {
    if (keys.tries(proven)) failed_.forget({address, keys.digest(), round.rank == Rank::attempt});
  }
  Leases leases;
  if (peer.tunnel) {
    log_.info("key_rolled_over",
              {{"name", round.name}, {"peer", address.to_string()}, {"old_key", peer.tunnel->agreed.key_name}});
    leases = peer.tunnel->leases.inherited(proven);
    retire_tunnel(peer, now);
  } else {
    if (peer.lost) leases = peer.lost->leases.inherited(proven);
    peer.lost.reset();
    // A rollover is paid for: or a name whose servers do not agree would have us negotiate at each question.
    budget_.refund(round.payer ? &*round.payer : nullptr, round.outer(address));
  }
  peer.tunnel = Tunnel{.agreed = agreed,
                       .key = proven,
                       .gateway = round.gateway(),
                       .verified = round.rank == Rank::verified,
                       .since = now,
                       .last_use = now,
                       .next_check = now + kIdleCheck,
                       .took = now - round.started,
                       .leases = std::move(leases)};
  const bool used = serve_waiting(address, peer, now);
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
void Peers::lease(const base::Address& address, Tunnel& tunnel, const Want& want, const KeySet& keys,
                  base::TimePoint now) {
  const std::uint32_t left = whole_seconds(tunnel.since + config_.lifetime - now);
  const base::TimePoint end = now + std::chrono::seconds(std::min(left, want.ttl_s));
  tunnel.leases.extend(want.name, keys, rank_of(want) == Rank::verified, end, config_.leases);
  tunnel.last_use = now;
  engine_.hold_guard(address, tunnel.leases.end() + config_.idle);
  // A name that found no room would not leave the cache with the tunnel.
  const bool known = tunnel.leases.holds(want.name, now);
  answer(want, Verdict::up, tunnel.agreed.key_name, left, tunnel.live, known ? tunnel.kept : nullptr);
}

/// Losing a tunnel is not the end of what was promised: the guard blocks until the TTLs have ended, then for the idle
/// time.
void Peers::down(const base::Address& address, Peer& peer, const api::Down& lost, base::TimePoint now) {
  if (peer.round && peer.round->session == lost.session) {
    fail_round(address, peer, std::string(api::to_string(lost.reason)), now);
    return;
  }
  if (peer.retired && peer.retired->session == lost.session) {
    sessions_.erase(lost.session);
    peer.retired.reset();
  }
  if (!peer.tunnel || peer.tunnel->agreed.session != lost.session) return;
  log_.warning(
      "tunnel_down",
      {{"peer", address.to_string()}, {"key", peer.tunnel->agreed.key_name}, {"reason", api::to_string(lost.reason)}});
  const Tunnel tunnel = end_tunnel(peer);
  sessions_.erase(lost.session);
  guard_lost(address, peer, tunnel, now);
  if (tunnel.leases.end() > now && !peer.round) revive(address, peer, tunnel, now);
}

void Peers::guard_lost(const base::Address& address, Peer& peer, const Tunnel& tunnel, base::TimePoint now) {
  const base::TimePoint last = std::max<base::TimePoint>(tunnel.leases.end(), now) + config_.idle;
  const base::TimePoint until = std::min<base::TimePoint>(now + config_.guard_cap, last);
  engine_.hold_guard(address, until);
  peer.lost = Lost{tunnel.leases, until};
}

/// Clients still use the address, and the key is good as long as its TTL: try again at once.
void Peers::revive(const base::Address& address, Peer& peer, const Tunnel& lost, base::TimePoint now) {
  Round round;
  round.rank = lost.verified ? Rank::verified : Rank::unverified;
  round.sets = {KeySet({lost.agreed.key}, lost.gateway)};
  if (const auto names = lost.leases.names(now); !names.empty()) round.name = names.front();
  round.started = now;
  round.answer_at = now + config_.answer_after;
  if (connect(address, peer, round, {lost.agreed.key}, now)) peer.round = std::move(round);
}

/// Nothing may be cached any more on the strength of what was said so far; then what is leaves the cache. Whose lease
/// has ended is named too: the cache has a clock of its own, and options by which a message lives on.
void Peers::call_back(Tunnel& tunnel) {
  *tunnel.kept = false;
  tunnel.kept = std::make_shared<std::atomic<bool>>(true);
  for (std::string& name : tunnel.leases.names()) stale_.push_back(std::move(name));
}

/// However a tunnel goes.
Peers::Tunnel Peers::end_tunnel(Peer& peer) {
  Tunnel tunnel = std::move(*peer.tunnel);
  peer.tunnel.reset();
  *tunnel.live = false;
  call_back(tunnel);
  return tunnel;
}

/// Ends a tunnel of ours. The address stays blocked while somebody may still use it.
void Peers::drop_tunnel(const base::Address& address, Peer& peer, base::TimePoint now) {
  const Tunnel tunnel = end_tunnel(peer);
  sessions_.erase(tunnel.agreed.session);
  const bool in_use = tunnel.leases.end() > now;
  if (in_use) guard_lost(address, peer, tunnel, now);
  engine_.close(tunnel.agreed.session, now);
  if (!in_use) engine_.release_guard(address);
}

void Peers::key_removed(const std::string& name, base::TimePoint now) {
  std::vector<base::Address> deserted;
  for (auto& [address, peer] : peers_) {
    // The lease forgets the name, so this is the last time that its messages are known.
    if (peer.tunnel && peer.tunnel->leases.knows(name)) call_back(*peer.tunnel);
    Leases* const leases = peer.tunnel ? &peer.tunnel->leases : peer.lost ? &peer.lost->leases : nullptr;
    if (leases && leases->leave(name) && leases->deserted()) deserted.push_back(address);
  }
  for (const base::Address& address : deserted) {
    drop_without_guard(address, peers_.at(address), name, now);
    reschedule(address, peers_.at(address));
    erase_if_empty(address);
  }
}

/// The operator wants no more of it: connections go on in clear. Who waits for the address is for a key of his own.
void Peers::drop_without_guard(const base::Address& address, Peer& peer, const std::string& name, base::TimePoint now) {
  log_.info("key_removed", {{"name", name}, {"peer", address.to_string()}});
  if (peer.round && peer.waiting.empty()) {
    engine_.close(peer.round->session, now);
    end_round(peer);
  }
  if (peer.tunnel) {
    const Tunnel tunnel = end_tunnel(peer);
    sessions_.erase(tunnel.agreed.session);
    engine_.close(tunnel.agreed.session, now);
  }
  peer.lost.reset();
  engine_.release_guard(address);
}

/// Another has taken its place, with its policies. Packets of the peer's that are under way come in by the old SA.
void Peers::retire_tunnel(Peer& peer, base::TimePoint now) {
  end_retired(peer, now);
  peer.retired = Retired{end_tunnel(peer).agreed.session, now + config_.linger};
}

void Peers::end_retired(Peer& peer, base::TimePoint now) {
  if (!peer.retired) return;
  sessions_.erase(peer.retired->session);
  engine_.close(peer.retired->session, now);
  peer.retired.reset();
}

void Peers::close_all(base::TimePoint now) {
  for (const auto& [session, address] : sessions_) engine_.close(session, now);
  sessions_.clear();
}

/// Tunnels that nobody asks for: after the last TTL has ended and traffic has been idle they go, and the guard with
/// them.
void Peers::check_idle(const base::Address& address, Peer& peer, base::TimePoint now) {
  Tunnel& tunnel = *peer.tunnel;
  tunnel.leases.prune(now, config_.leases);
  if (const auto counters = engine_.counters(tunnel.agreed.session)) {
    const std::uint64_t packets = counters->packets_in + counters->packets_out;
    if (packets != tunnel.packets) tunnel.last_use = now;
    tunnel.packets = packets;
  }
  // Until its lease ends a name is answered from the cache, and nobody tells of that.
  if (std::max<base::TimePoint>(tunnel.leases.end(), tunnel.last_use) + config_.idle <= now) {
    log_.info("tunnel_idle", {{"peer", address.to_string()}, {"key", tunnel.agreed.key_name}});
    drop_tunnel(address, peer, now);
    return;
  }
  engine_.hold_guard(address, std::max<base::TimePoint>(tunnel.leases.end(), now) + config_.idle);
  tunnel.next_check = now + kIdleCheck;
}

}  // namespace latchkey::unbound
