#pragma once
// Which addresses are protected: the table of policies and guards that stand in the kernel, and when each is due. Pure.

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "ike-engine/base/result.h"
#include "ike-engine/base/time.h"
#include "xfrm/ours.h"

namespace latchkey::xfrm {

/// A policy to be made: `previous` is what stands under that key now, so that it can be put back.
struct PolicyChange {
  Policy next;
  std::optional<Policy> previous;
};

/// What has to be done in the kernel, in this order.
struct Changes {
  std::vector<Policy> write;  ///< made, or put in the place of what stands there; their hard expiry begins anew
  std::vector<PolicyKey> remove;
};

/// One row per remote address (inside the tunnel): the tunnels that end there, and the guard if one of them promised
/// it. The policies between it and a local address are those of the newest tunnel; the older ones, which it replaces,
/// have none, and get them back if it goes first. The last guarded tunnel that is lost may keep them, and they then
/// block.
class Protections {
 public:
  struct Limits {
    std::size_t addresses;
    std::size_t locals = 8;  ///< local addresses per remote address
    std::chrono::seconds expiry;
    base::Duration refresh_every;
    base::Duration guard_after_loss;
  };
  struct Tunnel {
    SaName in;  ///< its inbound SA, which names it
    Demand demand;
    bool guard = true;    ///< nothing else may reach the address (api::ChildSa)
    bool sending = true;  ///< or packets go out by the next older one with its reqid, while there is one
    bool live = true;     ///< its SAs are there
  };
  explicit Protections(Limits limits) : limits_(limits) {}

  /// Policies of ours that an earlier process left; they block until they expire.
  void adopt(const Policy& policy, base::TimePoint now) {
    leftover_.insert_or_assign(policy.key, policy);
    leftover_until_ = std::max<base::TimePoint>(leftover_until_, now + policy.expiry);
  }
  /// What the tunnel changes in the kernel, in the order of installation: the guard last. Errors: exhausted; mismatch
  /// if the address is guarded, and `next` neither is nor has the reqid of one that is.
  base::Result<std::vector<PolicyChange>> plan(const Tunnel& next) const;
  /// The plan was carried out. Returns what else goes: a guard ends what unguarded tunnels to that address had. `now`
  /// may be a little old.
  std::vector<PolicyKey> installed(const Tunnel& next, base::TimePoint now);
  /// Whether a live tunnel for those hosts has that reqid.
  bool has(const Pair& inner, base::ReqId reqid) const;
  /// The tunnel's SAs are going. `keep`: a guarded one that was the last between its hosts leaves its policies.
  Changes tunnel_gone(const Pair& inner, const SaName& in, bool keep, base::TimePoint now);
  Changes start_sending(const Pair& inner, const SaName& in);
  /// False if `remote` is not guarded.
  bool hold(const base::Address& remote, base::TimePoint until);
  Changes release(const base::Address& remote);

  /// At most `limit` addresses' work that is due at `now` or soon after; call again while next() <= now.
  Changes take_due(base::TimePoint now, std::size_t limit);
  base::TimePoint next() const { return wakes_.empty() ? base::kNever : wakes_.begin()->first; }
  /// The end: takes out what is not held, and returns what stands of it in the kernel. The rest goes on blocking until
  /// its hard expiry there, as what an earlier process left does.
  std::vector<PolicyKey> take_unheld(base::TimePoint now);
  /// Whether nothing of ours stands in the kernel, nor of an earlier process.
  bool empty(base::TimePoint now) const { return rows_.empty() && (leftover_.empty() || leftover_until_ <= now); }

  bool guarded(const base::Address& remote) const;
  std::size_t guards() const;

 private:
  struct Row {
    std::vector<Tunnel> tunnels;  ///< in the order of installation
    base::TimePoint held_until = base::TimePoint::min();
    bool released = false;  ///< nobody is to be blocked any more: what goes from now on leaves nothing
    base::TimePoint refresh_at{};
    base::TimePoint wake = base::kNever;

    bool guarded() const;
    Tunnel* find(const SaName& in);
    void add(const Tunnel& next);
    /// Whether `next` has the reqid of a guarded tunnel between these hosts: it is the same peer's.
    bool belongs_to_guarded(const Tunnel& next) const;
    /// False if another guarded tunnel between these hosts is left.
    bool was_last(const Tunnel& gone) const;
    const Tunnel& sender_for(std::size_t newest) const;
  };
  using Rows = std::map<base::Address, Row>;

  std::vector<Policy> standing(const base::Address& remote, const Row& row) const;
  std::optional<Policy> leftover(const PolicyKey& key) const;
  Changes settle(Rows::iterator at, const std::vector<Policy>& before, base::TimePoint now);
  void schedule(Rows::iterator at);
  void unschedule(Rows::iterator at) { wakes_.erase({at->second.wake, at->first}); }

  Limits limits_;
  Rows rows_;
  std::set<std::pair<base::TimePoint, base::Address>> wakes_;
  std::map<PolicyKey, Policy> leftover_;
  base::TimePoint leftover_until_{};
};

}  // namespace latchkey::xfrm
