#include "xfrm/protection.h"

#include <algorithm>

namespace latchkey::xfrm {
namespace {

void append_keys(const std::vector<Policy>& policies, std::vector<PolicyKey>& out) {
  for (const Policy& policy : policies) out.push_back(policy.key);
}

}  // namespace

/// What of ours stands in the kernel under the key of `next`, if anything does.
std::optional<Policy> Protections::standing(const Row* row, const Policy& next, const Pair& pair) const {
  if (row != nullptr && !next.esp) return next;  // a guard: there is only one form of it
  if (row != nullptr) {
    const auto same_local = [&](const Tunnel& tunnel) { return tunnel.local == pair.local; };
    const auto tunnel = std::ranges::find_if(row->tunnels, same_local);
    if (tunnel != row->tunnels.end()) {
      const auto policies = tunnel_policies(pair, tunnel->mode, tunnel->reqid, limits_.expiry);
      return *std::ranges::find_if(policies, [&](const Policy& policy) { return policy.key == next.key; });
    }
  }
  const auto left = leftover_.find(next.key);
  return left == leftover_.end() ? std::nullopt : std::optional(left->second);
}

base::Result<std::vector<PolicyChange>> Protections::plan(const Pair& pair, api::Mode mode, base::ReqId reqid) const {
  const auto at = rows_.find(pair.remote);
  const Row* const row = at == rows_.end() ? nullptr : &at->second;
  if (row == nullptr && rows_.size() >= limits_.addresses)
    return base::fail(base::Errc::exhausted, "protected addresses");
  const auto is_local = [&](const Tunnel& tunnel) { return tunnel.local == pair.local; };
  if (row != nullptr && row->tunnels.size() >= limits_.locals && std::ranges::none_of(row->tunnels, is_local)) {
    return base::fail(base::Errc::exhausted, "local addresses of one protected address");
  }
  std::vector<PolicyChange> out;
  for (const Policy& policy : tunnel_policies(pair, mode, reqid, limits_.expiry)) {
    out.push_back({policy, standing(row, policy, pair)});
  }
  for (const Policy& policy : guard_policies(pair.remote, limits_.expiry)) {
    out.push_back({policy, standing(row, policy, pair)});
  }
  return out;
}

void Protections::installed(const Pair& pair, api::Mode mode, base::ReqId reqid, base::TimePoint now) {
  const bool fresh = !rows_.contains(pair.remote);
  const auto at = rows_.try_emplace(pair.remote).first;
  Row& row = at->second;
  if (fresh) row.refresh_at = now + limits_.refresh_every;
  std::erase_if(row.tunnels, [&](const Tunnel& tunnel) { return tunnel.local == pair.local; });
  row.tunnels.push_back({pair.local, mode, reqid, true});
  std::vector<Policy> policies;
  append_policies(pair.remote, row, policies);
  if (!leftover_.empty()) {
    for (const Policy& policy : policies) leftover_.erase(policy.key);
  }
  schedule(at);
}

std::vector<PolicyKey> Protections::tunnel_gone(const Pair& pair, base::ReqId reqid, bool keep, base::TimePoint now) {
  const auto at = rows_.find(pair.remote);
  if (at == rows_.end()) return {};
  Row& row = at->second;
  const auto tunnel = std::ranges::find_if(row.tunnels, [&](const Tunnel& each) { return each.reqid == reqid; });
  if (tunnel == row.tunnels.end()) return {};
  tunnel->live = false;
  if (keep && row.held_until <= now) row.held_until = now + limits_.guard_after_loss;
  return prune(at, now);
}

bool Protections::hold(const base::Address& remote, base::TimePoint until) {
  const auto at = rows_.find(remote);
  if (at == rows_.end()) return false;
  at->second.held_until = until;
  schedule(at);
  return true;
}

std::vector<PolicyKey> Protections::release(const base::Address& remote) {
  const auto at = rows_.find(remote);
  if (at == rows_.end()) return {};
  at->second.held_until = base::TimePoint::min();
  return prune(at, base::TimePoint::min());
}

/// Drops what nothing holds any more: policies of lost tunnels, and the guard with the last of them.
std::vector<PolicyKey> Protections::prune(Rows::iterator at, base::TimePoint now) {
  Row& row = at->second;
  std::vector<PolicyKey> out;
  if (row.held_until <= now) {
    for (const Tunnel& tunnel : row.tunnels) {
      if (tunnel.live) continue;
      append_keys(tunnel_policies({tunnel.local, at->first}, tunnel.mode, tunnel.reqid, limits_.expiry), out);
    }
    std::erase_if(row.tunnels, [](const Tunnel& tunnel) { return !tunnel.live; });
  }
  if (!row.tunnels.empty()) {
    schedule(at);
    return out;
  }
  append_keys(guard_policies(at->first, limits_.expiry), out);
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

void Protections::append_policies(const base::Address& remote, const Row& row, std::vector<Policy>& out) const {
  for (const Tunnel& tunnel : row.tunnels) {
    const auto policies = tunnel_policies({tunnel.local, remote}, tunnel.mode, tunnel.reqid, limits_.expiry);
    out.insert(out.end(), policies.begin(), policies.end());
  }
  const auto guard = guard_policies(remote, limits_.expiry);
  out.insert(out.end(), guard.begin(), guard.end());
}

Due Protections::take_due(base::TimePoint now, std::size_t limit) {
  Due out;
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
    const auto gone = prune(at, now);
    out.remove.insert(out.remove.end(), gone.begin(), gone.end());
    if (const auto still = rows_.find(remote); still != rows_.end())
      append_policies(remote, still->second, out.refresh);
  }
  return out;
}

std::vector<PolicyKey> Protections::take_all() {
  std::vector<PolicyKey> out;
  for (const auto& [remote, row] : rows_) {
    std::vector<Policy> policies;
    append_policies(remote, row, policies);
    append_keys(policies, out);
  }
  for (const auto& [key, policy] : leftover_) out.push_back(key);
  rows_.clear();
  wakes_.clear();
  leftover_.clear();
  return out;
}

}  // namespace latchkey::xfrm
