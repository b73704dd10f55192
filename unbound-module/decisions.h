#pragma once
// The last decisions, for `latchkeyctl explain`.

#include <mutex>
#include <string_view>
#include <vector>

#include "unbound-module/decision.h"

namespace latchkey::unbound {

/// Bounded: the oldest gives way. From any thread.
class Decisions {
 public:
  static constexpr std::size_t kMost = 1000;
  /// Octets of a reason; longer ones are cut.
  static constexpr std::size_t kMostReason = 160;

  void add(Decision decision);
  /// Those about `name` (its text as of name_text()), the latest first, at most `most`.
  std::vector<Decision> about(std::string_view name, std::size_t most) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Decision> ring_;
  std::size_t oldest_ = 0;  ///< once it is full
};

}  // namespace latchkey::unbound
