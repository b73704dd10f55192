#include "ike-engine/session/jitter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/seeded_random.h"

namespace latchkey::session {
namespace {

TEST(jitter, spreads_over_its_range_however_long_that_is) {
  support::SeededRandom random(1);
  for (const base::Duration most :
       {base::Duration(3), base::Duration(std::chrono::hours(24 * 365)), base::Duration::max() / 2}) {
    base::Duration least = most, greatest{};
    for (int i = 0; i < 200; ++i) {
      const base::Duration drawn = jitter(most, random);
      least = std::min(least, drawn);
      greatest = std::max(greatest, drawn);
    }
    EXPECT_GE(least.count(), 0);
    EXPECT_LE(least, most / 10);
    EXPECT_GE(greatest, most / 10 * 9);
    EXPECT_LE(greatest, most);
  }
}

TEST(jitter, of_nothing_is_nothing) {
  support::SeededRandom random(1);
  EXPECT_EQ(jitter({}, random), base::Duration{});
  EXPECT_EQ(jitter(base::Duration(-5), random), base::Duration{});
}

}  // namespace
}  // namespace latchkey::session
