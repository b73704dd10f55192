// Stories from seeds, and what must hold in each of them.
//
//   tests/sim/story_test [--seeds N] [--from K]     N stories from seed K on; LATCHKEY_SEEDS, LATCHKEY_FULL=yes
//   likewise tests/sim/story_test --tell K                   tells the story of one seed

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/sim/story.h"

namespace latchkey::sim {
namespace {

constexpr std::uint64_t kSeeds = 1000, kSeedsOfFull = 10000;
// From so many on it is worth telling how far it is.
constexpr std::uint64_t kTellProgressEvery = 10000;

struct Range {
  std::uint64_t from = 1;
  std::uint64_t count = kSeeds;
};
Range range;

std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

Range range_of(int argc, char** argv) {
  Range wanted;
  const char* full = std::getenv("LATCHKEY_FULL");
  if (full != nullptr && std::string_view(full) == "yes") wanted.count = kSeedsOfFull;
  if (const char* seeds = std::getenv("LATCHKEY_SEEDS")) wanted.count = number(seeds);
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--seeds") wanted.count = number(argv[i + 1]);
    if (std::string_view(argv[i]) == "--from") wanted.from = number(argv[i + 1]);
  }
  return wanted;
}

TEST(story, keeps_every_invariant_whatever_the_seed) {
  Ending sum;
  for (std::uint64_t seed = range.from; seed < range.from + range.count; ++seed) {
    const Ending ending = tell(seed);
    ASSERT_EQ(ending.broken, "") << ending.text << "Once more: tests/sim/story_test --tell " << seed;
    sum.established += ending.established;
    sum.rekeyed += ending.rekeyed;
    sum.failed += ending.failed;
    sum.down += ending.down;
    const std::uint64_t done = seed - range.from + 1;
    if (done % kTellProgressEvery == 0) fmt::print("{} of {} stories\n", done, range.count);
  }
  fmt::print("{} stories: {} times established, {} rekeyed, {} failed, {} down\n", range.count, sum.established,
             sum.rekeyed, sum.failed, sum.down);
  if (range.count < 100) return;
  // Stories in which nothing happens would keep every invariant, too.
  EXPECT_GT(sum.established, 4 * range.count);
  EXPECT_GT(sum.failed, range.count / 4);
  EXPECT_GT(sum.down, 4 * range.count);
}

TEST(story, is_the_same_for_the_same_seed) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_EQ(tell(seed).text, tell(seed).text) << seed;
}

}  // namespace
}  // namespace latchkey::sim

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 3 && std::string_view(argv[1]) == "--tell") {
    const auto ending = latchkey::sim::tell(latchkey::sim::number(argv[2]));
    fmt::print("{}", ending.text);
    return ending.broken.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  latchkey::sim::range = latchkey::sim::range_of(argc, argv);
  return RUN_ALL_TESTS();
}
