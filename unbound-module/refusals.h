#pragma once
// Wishes that were refused at a bound: counted each, told now and then.

#include <array>
#include <optional>
#include <string>

#include "host/log.h"
#include "unbound-module/budget.h"

namespace latchkey::unbound {

/// Questions that were refused at one bound.
struct Turned {
  Bound bound{};
  std::string name;  ///< of the first
  std::optional<base::Address> client;
  std::uint64_t count = 1;
};

class Refusals {
 public:
  /// Between two lines about one bound: a flood of names must not become one of lines.
  static constexpr base::Duration kQuiet = std::chrono::seconds(10);

  /// `log` outlives this.
  explicit Refusals(const host::Log& log) : log_(log) {}

  /// `want` is refused at `bound`. Logs it, unless a line about that bound is younger than kQuiet; the next one says
  /// how many there were since.
  void note(Bound bound, const Want& want, base::TimePoint now);
  /// So are questions before they have wished for an address.
  void note(const Turned& turned, base::TimePoint now);
  std::uint64_t count(Bound bound) const { return bounds_[static_cast<std::size_t>(bound)].count; }

 private:
  void note(const Turned& turned, const std::string& peer, base::TimePoint now);

  struct Noted {
    std::uint64_t count = 0;
    std::uint64_t told = 0;
    base::TimePoint quiet_until{};
  };

  const host::Log& log_;
  std::array<Noted, kBounds> bounds_{};
};

}  // namespace latchkey::unbound
