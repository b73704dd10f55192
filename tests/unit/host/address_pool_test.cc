#include "host/address_pool.h"

#include <gtest/gtest.h>

namespace latchkey::host {
namespace {

std::string shown(std::string_view text) {
  const auto pool = parse_pool(text);
  return pool ? pool->first.to_string() + " to " + pool->last.to_string() : "error";
}

TEST(address_pool, is_a_range_as_it_stands) {
  EXPECT_EQ(shown("100.64.0.2-100.64.255.254"), "100.64.0.2 to 100.64.255.254");
  EXPECT_EQ(shown("fd00::10-fd00::20"), "fd00::10 to fd00::20");
  EXPECT_EQ(shown("10.0.0.1-10.0.0.1"), "10.0.0.1 to 10.0.0.1");
}

TEST(address_pool, of_a_network_leaves_out_what_others_keep_for_themselves) {
  EXPECT_EQ(shown("100.64.0.0/16"), "100.64.0.1 to 100.64.255.254");
  EXPECT_EQ(shown("10.1.2.0/30"), "10.1.2.1 to 10.1.2.2");
  EXPECT_EQ(shown("10.1.2.0/31"), "10.1.2.0 to 10.1.2.1");
  EXPECT_EQ(shown("10.1.2.3"), "10.1.2.3 to 10.1.2.3");
  EXPECT_EQ(shown("fd00::/64"), "fd00::1 to fd00::ffff:ffff:ffff:ffff");
  EXPECT_EQ(shown("fd00::/127"), "fd00:: to fd00::1");
}

TEST(address_pool, refuses_what_is_none) {
  for (const char* text : {"", "-", "100.64.0.9-100.64.0.2", "100.64.0.2-fd00::1", "100.64.0.2-", "-100.64.0.2",
                           "100.64.0.1/16", "pool", "100.64.0.2 - 100.64.0.9"}) {
    EXPECT_EQ(shown(text), "error") << text;
  }
}

}  // namespace
}  // namespace latchkey::host
