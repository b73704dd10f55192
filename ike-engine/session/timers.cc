#include "ike-engine/session/timers.h"

namespace latchkey::session {

void Timers::set(base::IkeSpi sa, base::TimePoint deadline) {
  const auto known = deadlines_.find(sa);
  if (known != deadlines_.end()) {
    if (known->second == deadline) return;
    order_.erase({known->second, sa});
    deadlines_.erase(known);
  }
  if (deadline == base::kNever) return;
  order_.emplace(deadline, sa);
  deadlines_.emplace(sa, deadline);
}

}  // namespace latchkey::session
