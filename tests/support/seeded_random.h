#pragma once
// Randomness that can be repeated: the same seed gives the same octets, everywhere.

#include "ike-engine/api/ports.h"

namespace latchkey::support {

/// SplitMix64. Not for anything but tests.
class SeededRandom : public api::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(base::MutableBytes out) override {
    for (auto& octet : out) octet = static_cast<std::uint8_t>(next() >> 56);
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to bound - 1.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  /// True in `percent` of 100 cases.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace latchkey::support
