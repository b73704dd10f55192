#include "unbound-module/private_names.h"

#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

TEST(private_names, ends_after_24_hours_or_with_a_denial) {
  PrivateNames names;
  names.remember("a", 0);
  names.remember("b", 10);
  EXPECT_TRUE(names.seen("a", PrivateNames::kMemoryUs - 1));
  EXPECT_FALSE(names.seen("a", PrivateNames::kMemoryUs));
  EXPECT_TRUE(names.seen("b", PrivateNames::kMemoryUs));
  names.forget("b");
  EXPECT_FALSE(names.seen("b", 20));
}

TEST(private_names, is_refreshed_by_each_secure_key) {
  PrivateNames names;
  names.remember("a", 0);
  names.remember("a", 100);
  EXPECT_TRUE(names.seen("a", PrivateNames::kMemoryUs + 50));
  EXPECT_EQ(names.size(), 1U);
}

TEST(private_names, at_its_bound_forgets_the_one_remembered_longest_ago) {
  PrivateNames names(2);
  names.remember("a", 1);
  names.remember("b", 2);
  names.remember("a", 3);
  names.remember("c", 4);
  EXPECT_EQ(names.size(), 2U);
  EXPECT_TRUE(names.seen("a", 5));
  EXPECT_FALSE(names.seen("b", 5));
  EXPECT_TRUE(names.seen("c", 5));
}

}  // namespace
}  // namespace latchkey::unbound
