#include "unbound-module/peers.h"

#include <fmt/format.h>

#include <algorithm>

#include "unbound-module/address_rules.h"

namespace latchkey::unbound {
namespace {

/// Bounds of one negotiation's key sets; further ones wait for the next. The engine tries no more keys than these: one
/// name's many keys must not push another's out and have its failure remembered.
constexpr std::size_t kMostSets = 8;
constexpr std::size_t kMostKeys = 16;
/// So many of those who wait for one negotiation are asked to pay for it before it is refused.
constexpr std::size_t kMostPayers = 16;
/// A question waits for two addresses of each family at a time, unless its client has set DO.
constexpr std::size_t kWantsOfAQuestion = 4;
/// So many may wait at one address for a negotiation that has not begun. Without that, names with a key each that point
/// at one silent address would take all the places of those who wait.
constexpr std::size_t kMostLater = 256;

/// For log and EDE.
std::string_view what_is_met(Bound bound) {
  switch (bound) {
    case Bound::peers: return "too many peers";
    case Bound::waiting: return "too many questions wait";
    case Bound::client_waiting: return "too many questions of this client wait";
    case Bound::half_open: return "too many negotiations at once";
    case Bound::engine: return "the engine is at its bound";
    case Bound::overall: return "too many negotiations in a short time";
    case Bound::destination: return "too many negotiations with this address in a short time";
    case Bound::zone: return "too many negotiations for names of this zone in a short time";
    case Bound::client: return "too many negotiations for this client in a short time";
  }
  return "?";
}

}  // namespace

PeersConfig peers_config(const host::Config& config) {
  PeersConfig out;
  out.failed_first = config.failed_first;
  out.failed_max = config.failed_max;
  out.max_peers = out.max_failed = config.limits.peers;
  out.max_half_open = config.limits.half_open;
  out.max_waiting = config.limits.waiting;
  out.budget = {config.limits.per_client, config.limits.per_zone};
  out.allow_private = config.allow_private;
  // A little before the question's own deadline, so that it gets a reason and the failure is remembered by then.
  out.answer_after = config.deadline - config.deadline / 20;
  out.give_up_after = std::max<base::Duration>(out.give_up_after, 2 * config.deadline);
  return out;
}

Peers::Peers(PeersConfig config, host::Services& engine, const host::Log& log, const HashKey& key)
    : config_(std::move(config)),
      engine_(engine),
      log_(log),
      waiting_(kWantsOfAQuestion * config_.max_waiting),
      failed_(config_.failed_first, config_.failed_max, config_.max_failed),
      budget_(key, config_.budget),
      refusals_(log) {}

void Peers::configure(PeersConfig config) {
  config_ = std::move(config);
  failed_ = FailedPeers(config_.failed_first, config_.failed_max, config_.max_failed);
  budget_.set_limits(config_.budget);
  waiting_.set_most(kWantsOfAQuestion * config_.max_waiting);
}

Peers::Rank Peers::rank_of(const Want& want) {
  if (want.attempt_ms != 0) return Rank::attempt;
  return want.verified ? Rank::verified : Rank::unverified;
}

void Peers::answer(const Want& want, Verdict verdict, std::string reason, std::uint32_t lease_left_s, Live live,
                   Live kept) {
  ++counts_[static_cast<std::size_t>(verdict)];
  give_up_place({want.worker.value, want.ticket.value});
  outcomes_.push_back(
      {want.worker, Done{want.ticket, verdict, std::move(reason), lease_left_s, std::move(live), std::move(kept)}});
}

void Peers::give_up_place(TicketId ticket) {
  const auto place = tickets_.find(ticket);
  if (place == tickets_.end()) return;
  waiting_.leave(place->second.client);
  tickets_.erase(place);
}

void Peers::want(Want want, base::TimePoint now) {
  if (refuse_at_once(want)) return;
  const KeySet keys(want.keys, want.gateway, want.beside);
  const base::Address address = want.address;
  const auto known = peers_.find(address);
  const Tunnel* tunnel = known != peers_.end() && known->second.tunnel ? &*known->second.tunnel : nullptr;
  if (known != peers_.end() && is_promised_otherwise(known->second, want, keys, now)) {
    refuse_other_key(address, want);
    return;
  }
  const bool settled = tunnel && (keys.holds(tunnel->key) || !may_replace(*tunnel, want, keys, now));
  if (!settled && refuse_negotiation(want, keys, now)) return;
  Peer& peer = peers_[address];
  if (!use_tunnel(address, peer, want, keys, now)) wait_for_round(address, peer, std::move(want), keys, now);
  reschedule(address, peer);
  erase_if_empty(address);
}

bool Peers::refuse_at_once(const Want& want) {
  const auto is_own = [this](const base::Address& address) { return engine_.is_own(address); };
  if (const auto rule = forbidden(want.address, config_.allow_private, is_own); !rule.empty()) {
    answer(want, Verdict::forbidden, fmt::format("no IKE to {}: {}", want.address.to_string(), rule));
    return true;
  }
  if (const auto rule = want.gateway ? forbidden(*want.gateway, config_.allow_private, is_own) : ""; !rule.empty()) {
    answer(want, Verdict::forbidden, fmt::format("no IKE to the gateway {}: {}", want.gateway->to_string(), rule));
    return true;
  }
  if (want.keys.empty()) {
    answer(want, Verdict::failed, "no usable key");
    return true;
  }
  return false;
}

bool Peers::refuse_negotiation(const Want& want, const KeySet& keys, base::TimePoint now) {
  if (want.attempt_ms != 0) {
    const auto clear = in_clear_.find(want.address);
    if (clear != in_clear_.end() && clear->second > now) {
      answer(want, Verdict::failed, "the address is in use in clear");
      return true;
    }
  }
  if (const Failure* failure = failed_.find({want.address, keys.digest(), want.attempt_ms != 0}, now)) {
    answer(want, Verdict::failed, failure->reason + " (remembered)");
    return true;
  }
  const auto known = peers_.find(want.address);
  if (known == peers_.end() && peers_.size() >= config_.max_peers) {
    refuse(want, Bound::peers, now);
    return true;
  }
  if (known != peers_.end() && !joins(known->second.round, rank_of(want), keys) && is_crowded(known->second)) {
    refuse(want, Bound::destination, now);
    return true;
  }
  // The last to be asked: what it lets in has a place.
  if (const auto bound = waiting_.enter(want.payer.client)) {
    refuse(want, *bound, now);
    return true;
  }
  return false;
}

/// A tunnel that no DNSSEC-secure name vouches for gives way to one that a secure name asks for; another only to its
/// own name's new key.
bool Peers::may_replace(const Tunnel& tunnel, const Want& want, const KeySet& keys, base::TimePoint now) const {
  if (rank_of(want) != Rank::verified) return false;
  return !tunnel.verified || tunnel.leases.may_roll_over(want.name, keys, now, config_.leases);
}

/// Security rule 3: an address has one tunnel, and it serves those names only that publish its key. False: the want has
/// to wait for a negotiation.
bool Peers::use_tunnel(const base::Address& address, Peer& peer, const Want& want, const KeySet& keys,
                       base::TimePoint now) {
  if (!peer.tunnel) return false;
  const bool secure = rank_of(want) == Rank::verified;
  if (keys.holds(peer.tunnel->key)) {
    peer.tunnel->verified |= secure;
    lease(address, *peer.tunnel, want, keys, now);
    const auto differs = [&](const KeySet& set) { return !keys.holds_all(set); };
    if (secure && peer.round && std::ranges::any_of(peer.round->sets, differs)) abandon_round(address, peer, now);
    return true;
  }
  if (!may_replace(*peer.tunnel, want, keys, now)) {
    refuse_other_key(address, want);
    return true;
  }
  if (!peer.tunnel->verified) {
    log_.info("tunnel_replaced", {{"name", want.name}, {"peer", address.to_string()}});
    drop_tunnel(address, peer, now);
  }
  return false;
}

void Peers::refuse_other_key(const base::Address& address, const Want& want) {
  answer(want, Verdict::conflict, fmt::format("{} has a tunnel with another key", address.to_string()));
}

/// The tunnel is lost, and clients still use what they were given for it: a tunnel with a key that their name does not
/// publish would take their packets.
bool Peers::is_promised_otherwise(Peer& peer, const Want& want, const KeySet& keys, base::TimePoint now) const {
  if (!peer.lost || peer.lost->until <= now) return false;
  if (rank_of(want) == Rank::verified) peer.lost->leases.hear(want.name, keys);
  return peer.lost->leases.object(want.name, keys, now, config_.leases);
}

void Peers::refuse_promised_otherwise(const base::Address& address, Peer& peer, base::TimePoint now) {
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    const bool refused = is_promised_otherwise(peer, waiter.want, waiter.keys, now);
    if (refused) refuse_other_key(address, waiter.want);
    return refused;
  });
}

/// A rollover is under way, and now a verified name was released on the tunnel that does not publish the new key.
void Peers::abandon_round(const base::Address& address, Peer& peer, base::TimePoint now) {
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (waiter.in_round) refuse_other_key(address, waiter.want);
    return waiter.in_round;
  });
  engine_.close(peer.round->session, now);
  end_round(peer);
  begin_round(address, peer, now);
}

bool Peers::joins(const std::optional<Round>& round, Rank rank, const KeySet& keys) {
  return round && round->rank == rank && std::ranges::count(round->sets, keys) > 0;
}

bool Peers::is_crowded(const Peer& peer) {
  std::size_t later = 0;  // most of them have come last
  for (auto waiter = peer.waiting.rbegin(); waiter != peer.waiting.rend() && later < kMostLater; ++waiter)
    if (!waiter->in_round) ++later;
  return later == kMostLater;
}

void Peers::wait_for_round(const base::Address& address, Peer& peer, Want want, KeySet keys, base::TimePoint now) {
  Waiter waiter{std::move(want), std::move(keys), Rank::verified, false, now + config_.answer_after};
  waiter.rank = rank_of(waiter.want);
  if (joins(peer.round, waiter.rank, waiter.keys)) {
    waiter.in_round = true;
    waiter.answer_at = peer.round->answer_at;
  }
  if (waiter.rank == Rank::attempt) {
    waiter.answer_at =
        std::min<base::TimePoint>(waiter.answer_at, now + std::chrono::milliseconds(waiter.want.attempt_ms));
  }
  tickets_[{waiter.want.worker.value, waiter.want.ticket.value}] = {address, waiter.want.payer.client};
  schedule(address, peer, waiter.answer_at);
  peer.waiting.push_back(std::move(waiter));
  if (!peer.round) begin_round(address, peer, now);
}

/// A tunnel has come up, or somebody has got a lease on it: who still waits wants to replace it, and may.
bool Peers::serve_waiting(const base::Address& address, Peer& peer, base::TimePoint now) {
  bool used = false;
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (!peer.tunnel) return false;  // replaced: the others wait for the next round
    used |= waiter.keys.holds(peer.tunnel->key);
    return use_tunnel(address, peer, waiter.want, waiter.keys, now);
  });
  return used;
}

void Peers::begin_round(const base::Address& address, Peer& peer, base::TimePoint now) {
  if (peer.round) return;
  if (peer.tunnel) serve_waiting(address, peer, now);
  refuse_promised_otherwise(address, peer, now);
  while (!peer.waiting.empty() && !peer.round) {
    Round round;
    round.rank = std::ranges::min_element(peer.waiting, {}, &Waiter::rank)->rank;
    round.started = now;
    round.answer_at = now + config_.answer_after;
    std::vector<api::DnsKey> keys;
    enlist(peer, round, keys);
    if (connect(address, peer, round, keys, now)) {
      const std::string gateway = round.gateway() ? "gateway=" + round.gateway()->to_string() : std::string();
      log_.info("negotiate",
                {{"name", round.name}, {"peer", address.to_string()}, {"keys", keys.size()}, {"", gateway}});
      peer.round = std::move(round);
    }
  }
}

/// Puts the first waiters of the round's rank into it, with their keys in their order.
void Peers::enlist(Peer& peer, Round& round, std::vector<api::DnsKey>& keys) {
  for (Waiter& waiter : peer.waiting) {
    waiter.in_round = false;  // he may have waited through one that a better name's has replaced
    if (waiter.rank != round.rank) continue;
    if (!round.sets.empty() && waiter.keys.gateway() != round.gateway()) continue;
    if (std::ranges::count(round.sets, waiter.keys) == 0) {
      if (!round.sets.empty() && (round.sets.size() == kMostSets || keys.size() + waiter.keys.size() > kMostKeys))
        continue;
      round.sets.push_back(waiter.keys);
      for (const api::DnsKey& key : waiter.want.keys) {
        if (std::ranges::count(keys, key) == 0) keys.push_back(key);
      }
    }
    waiter.in_round = true;
    if (round.name.empty()) round.name = waiter.want.name;
    if (waiter.rank == Rank::attempt) round.answer_at = std::min(round.answer_at, waiter.answer_at);
  }
}

/// Begins the round's negotiation, or answers its waiters.
bool Peers::connect(const base::Address& address, Peer& peer, Round& round, const std::vector<api::DnsKey>& keys,
                    base::TimePoint now) {
  const auto bound = rounds_ >= config_.max_half_open ? Bound::half_open : pay(address, peer, round, now);
  if (bound) {
    refuse_round(peer, *bound, now);
    return false;
  }
  // A late tunnel would break connections of an address that has been released in clear by then.
  const auto deadline = round.rank == Rank::attempt ? round.answer_at : now + config_.give_up_after;
  api::ConnectRequest request{.local = {},
                              .remote = round.gateway().value_or(address),
                              .keys = keys,
                              .deadline = deadline,
                              .behind = round.gateway() ? std::optional(address) : std::nullopt};
  // What comes in by the old SA is accepted as long as both are up, so only if DNSSEC has vouched for its key.
  if (peer.tunnel && peer.tunnel->verified) request.beside = peer.tunnel->agreed.session;
  const auto session = engine_.negotiate(std::move(request), now);
  if (!session && session.error().code == base::Errc::exhausted) {
    refuse_round(peer, Bound::engine, now);
    return false;
  }
  if (!session) {
    peer.round = std::move(round);
    fail_round(address, peer, std::string(session.error().text), now);
    return false;
  }
  round.session = *session;
  sessions_[*session] = address;
  ++rounds_;
  return true;
}

/// One of those who wait pays, the first who can. A peer that had a tunnel has proven its key: nobody pays for that.
std::optional<Bound> Peers::pay(const base::Address& address, const Peer& peer, Round& round, base::TimePoint now) {
  std::optional<Bound> refusal;
  std::size_t asked = 0;
  for (const Waiter& waiter : peer.waiting) {
    if (!waiter.in_round) continue;
    refusal = budget_.take(&waiter.want.payer, round.outer(address), now);
    if (!refusal) round.payer = waiter.want.payer;
    if (!refusal || ++asked == kMostPayers) return refusal;
  }
  return asked > 0 ? refusal : budget_.take(nullptr, round.outer(address), now);
}

void Peers::refuse_round(Peer& peer, Bound bound, base::TimePoint now) {
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (waiter.in_round) refuse(waiter.want, bound, now);
    return waiter.in_round;
  });
}

void Peers::refuse(const Want& want, Bound bound, base::TimePoint now) {
  refusals_.note(bound, want, now);
  answer(want, Verdict::limit, std::string(what_is_met(bound)));
}

void Peers::end_round(Peer& peer) {
  if (peer.round && sessions_.erase(peer.round->session) > 0) --rounds_;
  peer.round.reset();
}

/// A failure counts once, though questions may run out of time before its negotiation does, and their memory end.
void Peers::remember(const base::Address& address, const Waiter& waiter, const std::string& reason,
                     base::TimePoint since, base::TimePoint now) {
  const bool attempt = waiter.rank == Rank::attempt;
  const PeerId id{address, waiter.keys.digest(), attempt};
  if (!failed_.find(id, since)) failed_.remember(id, reason, now);
  if (attempt) released_in_clear(address, waiter.want.ttl_s, now);
}

void Peers::released_in_clear(const base::Address& address, std::uint32_t ttl_s, base::TimePoint now) {
  const auto [entry, fresh] = in_clear_.try_emplace(address);
  in_clear_ends_.erase({entry->second, address});
  entry->second = std::max<base::TimePoint>(entry->second, now + std::chrono::seconds(ttl_s));
  in_clear_ends_.insert({entry->second, address});
  while (in_clear_.size() > config_.max_failed || in_clear_ends_.begin()->first <= now) {
    in_clear_.erase(in_clear_ends_.begin()->second);
    in_clear_ends_.erase(in_clear_ends_.begin());
    if (in_clear_ends_.empty()) return;
  }
}

void Peers::fail_round(const base::Address& address, Peer& peer, const std::string& reason, base::TimePoint now) {
  log_.info("negotiation_failed", {{"name", peer.round->name}, {"peer", address.to_string()}, {"reason", reason}});
  const bool attempt = peer.round->rank == Rank::attempt;
  for (const KeySet& keys : peer.round->sets) {
    const PeerId id{address, keys.digest(), attempt};
    if (!failed_.find(id, peer.round->started)) failed_.remember(id, reason, now);
  }
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (!waiter.in_round) return false;
    remember(address, waiter, reason, peer.round->started, now);
    answer(waiter.want, Verdict::failed, reason);
    return true;
  });
  end_round(peer);
}

void Peers::forget(WorkerId worker, Ticket ticket) {
  const auto place = tickets_.find({worker.value, ticket.value});
  if (place == tickets_.end()) return;
  const base::Address address = place->second.address;
  Peer& peer = peers_.at(address);
  std::erase_if(peer.waiting, [&](const Waiter& w) { return w.want.worker == worker && w.want.ticket == ticket; });
  give_up_place(place->first);
  erase_if_empty(address);
}

void Peers::forget_all(WorkerId worker) {
  std::vector<Ticket> tickets;
  for (auto place = tickets_.lower_bound({worker.value, 0}); place != tickets_.end(); ++place) {
    if (place->first.first != worker.value) break;
    tickets.push_back(Ticket{place->first.second});
  }
  for (const Ticket ticket : tickets) forget(worker, ticket);
}

void Peers::network_changed() { failed_.clear(); }

std::vector<Outcome> Peers::take_outcomes() { return std::exchange(outcomes_, {}); }

void Peers::expire(base::TimePoint now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const base::Address address = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    Peer& peer = peers_.at(address);
    peer.next = base::kNever;
    expire_waiters(address, peer, now);
    if (peer.retired && peer.retired->until <= now) end_retired(peer, now);
    if (peer.lost && peer.lost->until <= now) peer.lost.reset();
    if (peer.tunnel && peer.tunnel->next_check <= now) check_idle(address, peer, now);
    reschedule(address, peer);
    erase_if_empty(address);
  }
}

base::TimePoint Peers::next_deadline() const { return deadlines_.empty() ? base::kNever : deadlines_.begin()->first; }

void Peers::expire_waiters(const base::Address& address, Peer& peer, base::TimePoint now) {
  std::erase_if(peer.waiting, [&](const Waiter& waiter) {
    if (waiter.answer_at > now) return false;
    const std::string reason = "no answer from " + address.to_string();
    remember(address, waiter, reason, peer.round && waiter.in_round ? peer.round->started : now, now);
    answer(waiter.want, Verdict::failed, reason);
    return true;
  });
}

void Peers::schedule(const base::Address& address, Peer& peer, base::TimePoint at) {
  if (at >= peer.next) return;
  if (peer.next != base::kNever) deadlines_.erase({peer.next, address});
  peer.next = at;
  deadlines_.insert({at, address});
}

/// After an expiry: the next is the least of all.
void Peers::reschedule(const base::Address& address, Peer& peer) {
  const bool expired = peer.next == base::kNever;
  if (peer.tunnel) schedule(address, peer, peer.tunnel->next_check);
  if (peer.retired) schedule(address, peer, peer.retired->until);
  if (peer.lost) schedule(address, peer, peer.lost->until);
  if (!expired) return;
  for (const Waiter& waiter : peer.waiting) schedule(address, peer, waiter.answer_at);
}

void Peers::erase_if_empty(const base::Address& address) {
  const auto place = peers_.find(address);
  if (place == peers_.end()) return;
  const Peer& peer = place->second;
  if (peer.tunnel || peer.lost || peer.round || peer.retired || !peer.waiting.empty()) return;
  if (peer.next != base::kNever) deadlines_.erase({peer.next, address});
  peers_.erase(place);
}

}  // namespace latchkey::unbound
