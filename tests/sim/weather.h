#pragma once
// What a simulated network does, and what is noted of it.

#include "ike-engine/api/types.h"

namespace latchkey::sim {

/// What the network does to each datagram; chances in per cent.
struct Weather {
  base::Duration latency = std::chrono::milliseconds(10);  ///< one way
  base::Duration jitter{};                                 ///< up to so much more, which reorders
  unsigned loss = 0;
  unsigned duplication = 0;
  unsigned corruption = 0;  ///< one bit is turned
  unsigned truncation = 0;  ///< the end is cut off (tests/sim/town.h only)
};

struct Timed {
  base::TimePoint at;
  api::Event event;
};

}  // namespace latchkey::sim
