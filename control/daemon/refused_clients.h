#pragma once
// Clients that were turned away: counted each, told as long as they are few.

#include <string_view>

#include "host/log.h"

namespace latchkey::control {

class RefusedClients {
 public:
  /// So many lines in so long a time: a flood of clients must not become one of lines.
  static constexpr unsigned kLines = 10;
  static constexpr base::Duration kWhile = std::chrono::seconds(10);

  /// `log` outlives this.
  explicit RefusedClients(const host::Log& log) : log_(log) {}

  /// `detail` is key=value text of ours. The first line after a time with too many says how many were not told.
  void note(std::string_view detail, base::TimePoint now);
  std::uint64_t count() const { return count_; }

 private:
  const host::Log& log_;
  std::uint64_t count_ = 0;
  std::uint64_t untold_ = 0;
  unsigned lines_ = 0;
  base::TimePoint until_{};
};

}  // namespace latchkey::control
