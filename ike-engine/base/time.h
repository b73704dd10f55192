#pragma once
// Time is a parameter. The engine has no clock; a test has its own.

#include <chrono>

namespace latchkey::base {

using Duration = std::chrono::microseconds;
/// A moment on a clock that never goes back. Only differences mean anything.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Later than everything: "no deadline".
inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace latchkey::base
