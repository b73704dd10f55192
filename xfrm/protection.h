#pragma once
// Which addresses are protected: the table of policies and guards that stand in the kernel, and when each is due. Pure.

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

/// What has to be done in the kernel at a moment.
struct Due {
  std::vector<Policy> refresh;  ///< their hard expiry is to be put off
  std::vector<PolicyKey> remove;
};

/// One row per remote address: the guard, and the policies of each local address that has or had a tunnel to it.
/// A tunnel that was lost keeps its policies, which then block, as long as the guard is held.
class Protections {
 public:
  struct Limits {
    std::size_t addresses;
    std::size_t locals = 8;  ///< local addresses per remote address
    std::chrono::seconds expiry;
    base::Duration refresh_every;
    base::Duration guard_after_loss;
  };
  explicit Protections(Limits limits) : limits_(limits) {}

  /// Policies of ours that an earlier process left; they block until they expire.
  void adopt(const Policy& policy) { leftover_.insert_or_assign(policy.key, policy); }
  /// What a tunnel's policies and its guard change in the kernel, in the order of installation: the guard last. Error:
  /// exhausted.
  base::Result<std::vector<PolicyChange>> plan(const Pair& pair, api::Mode mode, base::ReqId reqid) const;
  /// The plan was carried out. `now` may be a little old.
  void installed(const Pair& pair, api::Mode mode, base::ReqId reqid, base::TimePoint now);
  /// The tunnel's SAs are gone. Returns what goes with them: nothing while a guard is held (`keep`, hold()) or if
  /// another tunnel has replaced it.
  std::vector<PolicyKey> tunnel_gone(const Pair& pair, base::ReqId reqid, bool keep, base::TimePoint now);
  /// False if `remote` is not protected.
  bool hold(const base::Address& remote, base::TimePoint until);
  /// Returns what goes at once.
  std::vector<PolicyKey> release(const base::Address& remote);

  /// At most `limit` addresses' work that is due at `now` or soon after; call again while next() <= now.
  Due take_due(base::TimePoint now, std::size_t limit);
  base::TimePoint next() const { return wakes_.empty() ? base::kNever : wakes_.begin()->first; }
  /// All that stands in the kernel; the table is empty afterwards.
  std::vector<PolicyKey> take_all();

  bool contains(const base::Address& remote) const { return rows_.contains(remote); }
  std::size_t size() const { return rows_.size(); }

 private:
  struct Tunnel {
    base::Address local;
    api::Mode mode;
    base::ReqId reqid;
    bool live;
  };
  struct Row {
    std::vector<Tunnel> tunnels;
    base::TimePoint held_until = base::TimePoint::min();
    base::TimePoint refresh_at{};
    base::TimePoint wake = base::kNever;
  };
  using Rows = std::map<base::Address, Row>;

  std::optional<Policy> standing(const Row* row, const Policy& next, const Pair& pair) const;
  std::vector<PolicyKey> prune(Rows::iterator at, base::TimePoint now);
  void schedule(Rows::iterator at);
  void unschedule(Rows::iterator at) { wakes_.erase({at->second.wake, at->first}); }
  void append_policies(const base::Address& remote, const Row& row, std::vector<Policy>& out) const;

  Limits limits_;
  Rows rows_;
  std::set<std::pair<base::TimePoint, base::Address>> wakes_;
  std::map<PolicyKey, Policy> leftover_;
};

}  // namespace latchkey::xfrm
