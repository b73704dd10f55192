#include "ike-engine/session/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/seeded_random.h"

namespace latchkey::session {
namespace {

base::TimePoint at(std::int64_t us) { return base::TimePoint(base::Duration(us)); }

TEST(timers, without_any_there_is_no_deadline) {
  const Timers timers;
  EXPECT_EQ(timers.earliest(), base::kNever);
}

TEST(timers, one_sa_has_one_deadline_which_the_last_set_decides) {
  Timers timers;
  timers.set(base::IkeSpi{1}, at(10));
  timers.set(base::IkeSpi{1}, at(30));
  timers.set(base::IkeSpi{2}, at(20));
  EXPECT_EQ(timers.size(), 2u);
  EXPECT_EQ(timers.earliest(), at(20));
  EXPECT_EQ(timers.who(), base::IkeSpi{2});
  timers.set(base::IkeSpi{2}, base::kNever);
  EXPECT_EQ(timers.earliest(), at(30));
}

TEST(timers, agree_with_a_plain_list) {
  support::SeededRandom random(42);
  Timers timers;
  std::map<std::uint64_t, base::TimePoint> plain;
  for (int step = 0; step < 20000; ++step) {
    const std::uint64_t who = 1 + random.below(200);
    if (random.chance(30)) {
      timers.erase(base::IkeSpi{who});
      plain.erase(who);
    } else {
      const auto when = at(static_cast<std::int64_t>(random.below(1000)));
      timers.set(base::IkeSpi{who}, when);
      plain[who] = when;
    }
    base::TimePoint earliest = base::kNever;
    for (const auto& [id, when] : plain) earliest = std::min(earliest, when);
    ASSERT_EQ(timers.earliest(), earliest);
    ASSERT_EQ(timers.size(), plain.size());
  }
}

}  // namespace
}  // namespace latchkey::session
