#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_map>

#include "ike-engine/base/ids.h"
#include "ike-engine/base/result.h"

namespace latchkey::base {
namespace {

static_assert(!std::is_convertible_v<std::uint32_t, Spi> && !std::is_convertible_v<Spi, std::uint32_t>);
static_assert(!std::is_convertible_v<Spi, MessageId> && !std::is_constructible_v<Spi, MessageId>);

TEST(strong, compares_by_value_and_is_a_key) {
  EXPECT_LT(MessageId{1}, MessageId{2});
  EXPECT_EQ(Spi{7}, Spi{7});
  std::unordered_map<Spi, int> table;
  table[Spi{7}] = 1;
  EXPECT_TRUE(table.contains(Spi{7}));
  EXPECT_FALSE(table.contains(Spi{8}));
}

TEST(errc, has_a_name_of_its_own_for_every_code) {
  std::unordered_map<std::string_view, int> names;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) ++names[to_string(Errc{code})];
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::internal) + 1);
  EXPECT_FALSE(names.contains("?"));
}

}  // namespace
}  // namespace latchkey::base
