#pragma once
// One deadline for each IKE SA, the earliest first.

#include <set>
#include <unordered_map>

#include "ike-engine/base/ids.h"
#include "ike-engine/base/time.h"

namespace latchkey::session {

/// Deadlines by IKE SA. set() and erase() are O(log n), earliest() is O(1).
class Timers {
 public:
  /// kNever takes the deadline away.
  void set(base::IkeSpi sa, base::TimePoint deadline);
  void erase(base::IkeSpi sa) { set(sa, base::kNever); }
  base::TimePoint earliest() const { return order_.empty() ? base::kNever : order_.begin()->first; }
  /// Whose deadline is the earliest; only if there is one.
  base::IkeSpi who() const { return order_.begin()->second; }
  std::size_t size() const { return order_.size(); }

 private:
  std::set<std::pair<base::TimePoint, base::IkeSpi>> order_;
  std::unordered_map<base::IkeSpi, base::TimePoint> deadlines_;
};

}  // namespace latchkey::session
