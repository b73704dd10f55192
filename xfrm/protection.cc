#include "xfrm/protection.h"

#include <algorithm>

namespace latchkey::xfrm {
namespace {

const Policy* find(const std::vector<Policy>& policies, const PolicyKey& key) {
  const auto at = std::ranges::find(policies, key, &Policy::key);
  return at == policies.end() ? nullptr : &*at;
}

Changes difference(const std::vector<Policy>& before, const std::vector<Policy>& after) {
  Changes out;
  for (const Policy& policy : after) {
    const Policy* const previous = find(before, policy.key);
    if (previous == nullptr || *previous != policy) out.write.push_back(policy);
  }
  for (const Policy& policy : before) {
    if (find(after, policy.key) == nullptr) out.remove.push_back(policy.key);
  }
  return out;
}

template <class T>
void append(std::vector<T>& out, const std::vector<T>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

bool Protections::Row::guarded() const { return std::ranges::any_of(tunnels, &Tunnel::guard); }

Protections::Tunnel* Protections::Row::find(const SaName& in) {
  const auto at = std::ranges::find(tunnels, in, &Tunnel::in);
  return at == tunnels.end() ? nullptr : &*at;
}

/// The newest stands last. What blocks for a lost tunnel between these hosts is replaced.
void Protections::Row::add(const Tunnel& next) {
  std::erase_if(tunnels, [&](const Tunnel& each) { return !each.live && each.demand.inner == next.demand.inner; });
  tunnels.push_back(next);
  released = false;
}

bool Protections::Row::belongs_to_guarded(const Tunnel& next) const {
  return std::ranges::any_of(tunnels, [&](const Tunnel& each) {
    return each.guard && each.demand.reqid == next.demand.reqid && each.demand.inner == next.demand.inner;
  });
}

bool Protections::Row::was_last(const Tunnel& gone) const {
  return std::ranges::none_of(tunnels,
                              [&](const Tunnel& each) { return each.guard && each.demand.inner == gone.demand.inner; });
}

/// By whom packets go out: the newest tunnel itself; until it may send, or when it is lost, the newest of its
/// predecessors that does, or the oldest that is left.
const Protections::Tunnel& Protections::Row::sender_for(std::size_t newest) const {
  std::size_t sender = newest;
  const auto sends = [](const Tunnel& tunnel) { return tunnel.sending && tunnel.live; };
  for (std::size_t i = newest; i-- > 0 && !sends(tunnels[sender]);) {
    const Demand& older = tunnels[i].demand;
    if (older.reqid == tunnels[newest].demand.reqid && older.inner == tunnels[newest].demand.inner) sender = i;
  }
  return tunnels[sender];
}

/// Everything that stands in the kernel for a row: the policies of the newest tunnel of each local address, and the
/// guard. Where there is a guard, tunnels that did not promise it have no say.
std::vector<Policy> Protections::standing(const base::Address& remote, const Row& row) const {
  const bool guarded = row.guarded();
  std::vector<Policy> out;
  std::vector<base::Address> done;
  for (std::size_t i = row.tunnels.size(); i-- > 0;) {
    const Tunnel& tunnel = row.tunnels[i];
    const base::Address& local = tunnel.demand.inner.local;
    if (tunnel.guard != guarded || std::ranges::find(done, local) != done.end()) continue;
    append(out, tunnel_policies(tunnel.demand, limits_.expiry));
    out.back() = tunnel_policies(row.sender_for(i).demand, limits_.expiry).back();
    done.push_back(local);
  }
  if (guarded) append(out, guard_policies(remote, limits_.expiry));
  return out;
}

std::optional<Policy> Protections::leftover(const PolicyKey& key) const {
  const auto at = leftover_.find(key);
  return at == leftover_.end() ? std::nullopt : std::optional(at->second);
}

base::Result<std::vector<PolicyChange>> Protections::plan(const Tunnel& next) const {
  const base::Address& remote = next.demand.inner.remote;
  const auto at = rows_.find(remote);
  if (at == rows_.end() && rows_.size() >= limits_.addresses)
    return base::fail(base::Errc::exhausted, "protected addresses");
  Row row = at == rows_.end() ? Row{} : at->second;
  // DESIGN.md security rule 3: the tunnel that a guard was promised for is the only one, but for those of the same
  // peer.
  if (row.guarded() && !next.guard && !row.belongs_to_guarded(next))
    return base::fail(base::Errc::mismatch, "an address with a guard");
  const std::vector<Policy> before = standing(remote, row);
  row.add(next);
  std::set<base::Address> locals;
  for (const Tunnel& tunnel : row.tunnels) locals.insert(tunnel.demand.inner.local);
  if (locals.size() > limits_.locals)
    return base::fail(base::Errc::exhausted, "local addresses of one protected address");
  std::vector<PolicyChange> out;
  for (const Policy& policy : difference(before, standing(remote, row)).write) {
    const Policy* const previous = find(before, policy.key);
    out.push_back({policy, previous == nullptr ? leftover(policy.key) : *previous});
  }
  return out;
}

std::vector<PolicyKey> Protections::installed(const Tunnel& next, base::TimePoint now) {
  const auto [at, fresh] = rows_.try_emplace(next.demand.inner.remote);
  Row& row = at->second;
  if (fresh) row.refresh_at = now + limits_.refresh_every;
  const std::vector<Policy> before = standing(at->first, row);
  row.add(next);
  const std::vector<Policy> after = standing(at->first, row);
  if (!leftover_.empty()) {
    for (const Policy& policy : after) leftover_.erase(policy.key);
  }
  schedule(at);
  return difference(before, after).remove;
}

bool Protections::has(const Pair& inner, base::ReqId reqid) const {
  const auto at = rows_.find(inner.remote);
  return at != rows_.end() && std::ranges::any_of(at->second.tunnels, [&](const Tunnel& tunnel) {
           return tunnel.live && tunnel.demand.reqid == reqid && tunnel.demand.inner == inner;
         });
}

Changes Protections::tunnel_gone(const Pair& inner, const SaName& in, bool keep, base::TimePoint now) {
  const auto at = rows_.find(inner.remote);
  Tunnel* const found = at == rows_.end() ? nullptr : at->second.find(in);
  if (found == nullptr) return {};
  Row& row = at->second;
  const std::vector<Policy> before = standing(at->first, row);
  Tunnel gone = *found;
  std::erase_if(row.tunnels, [&](const Tunnel& each) { return each.in == in; });
  if (gone.guard && row.was_last(gone)) {
    if (keep && !row.released && row.held_until <= now) row.held_until = now + limits_.guard_after_loss;
    gone.live = false;
    row.tunnels.push_back(gone);
  }
  return settle(at, before, now);
}

Changes Protections::start_sending(const Pair& inner, const SaName& in) {
  const auto at = rows_.find(inner.remote);
  Tunnel* const found = at == rows_.end() ? nullptr : at->second.find(in);
  if (found == nullptr || found->sending) return {};
  const std::vector<Policy> before = standing(at->first, at->second);
  found->sending = true;
  return difference(before, standing(at->first, at->second));
}

bool Protections::hold(const base::Address& remote, base::TimePoint until) {
  const auto at = rows_.find(remote);
  if (at == rows_.end() || !at->second.guarded()) return false;
  at->second.held_until = until;
  at->second.released = false;
  schedule(at);
  return true;
}

Changes Protections::release(const base::Address& remote) {
  const auto at = rows_.find(remote);
  if (at == rows_.end()) return {};
  at->second.held_until = base::TimePoint::min();
  at->second.released = true;
  return settle(at, standing(at->first, at->second), base::TimePoint::min());
}

/// Drops what nothing holds any more: policies of lost tunnels, and the guard with the last of them. Returns what is
/// different from `before`; the row may be gone.
Changes Protections::settle(Rows::iterator at, const std::vector<Policy>& before, base::TimePoint now) {
  Row& row = at->second;
  if (row.held_until <= now) std::erase_if(row.tunnels, [](const Tunnel& tunnel) { return !tunnel.live; });
  Changes out = difference(before, standing(at->first, row));
  if (!row.tunnels.empty()) {
    schedule(at);
    return out;
  }
  unschedule(at);
  rows_.erase(at);
  return out;
}

void Protections::schedule(Rows::iterator at) {
  Row& row = at->second;
  unschedule(at);
  const bool lost = std::ranges::any_of(row.tunnels, [](const Tunnel& tunnel) { return !tunnel.live; });
  row.wake = lost ? std::min(row.refresh_at, row.held_until) : row.refresh_at;
  wakes_.insert({row.wake, at->first});
}

Changes Protections::take_due(base::TimePoint now, std::size_t limit) {
  Changes out;
  if (next() > now) return out;
  // Each replaced policy makes the kernel forget its cached routes, so refreshes that are due soon come along now.
  const base::TimePoint soon = now + limits_.refresh_every / 4;
  std::vector<base::Address> due;
  for (const auto& [wake, remote] : wakes_) {
    if (wake > soon || due.size() == limit) break;
    if (wake <= now || rows_.at(remote).refresh_at <= soon) due.push_back(remote);
  }
  for (const base::Address& remote : due) {
    const auto at = rows_.find(remote);
    at->second.refresh_at = now + limits_.refresh_every;
    append(out.remove, settle(at, standing(remote, at->second), now).remove);
    if (const auto still = rows_.find(remote); still != rows_.end()) append(out.write, standing(remote, still->second));
  }
  return out;
}

std::vector<PolicyKey> Protections::take_unheld(base::TimePoint now) {
  std::vector<PolicyKey> out;
  for (auto at = rows_.begin(); at != rows_.end();) {
    const auto row = at++;
    if (row->second.held_until > now) continue;
    for (const Policy& policy : standing(row->first, row->second)) out.push_back(policy.key);
    unschedule(row);
    rows_.erase(row);
  }
  return out;
}

bool Protections::guarded(const base::Address& remote) const {
  const auto at = rows_.find(remote);
  return at != rows_.end() && at->second.guarded();
}

std::size_t Protections::guards() const {
  return static_cast<std::size_t>(std::ranges::count_if(rows_, [](const auto& row) { return row.second.guarded(); }));
}

}  // namespace latchkey::xfrm
