#include "ike-engine/session/inner_address.h"

#include <gtest/gtest.h>

namespace latchkey::session {
namespace {

using base::Family;

TEST(inner_address, a_request_asks_for_its_own_family_and_names_nothing) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const base::Buffer body = address_request(family);
    const auto cp = wire::parse_cp(body);
    ASSERT_TRUE(cp);
    EXPECT_TRUE(asks_for_address(*cp, family));
    EXPECT_FALSE(asks_for_address(*cp, family == Family::ipv4 ? Family::ipv6 : Family::ipv4));
    EXPECT_EQ(address_in(*cp, family), std::nullopt);
  }
}

TEST(inner_address, a_reply_names_the_address_and_asks_for_nothing) {
  for (const std::string_view text : {"100.64.0.2", "fd00::2"}) {
    const auto address = *base::Address::parse(text);
    const base::Buffer body = address_reply(address);
    const auto cp = wire::parse_cp(body);
    ASSERT_TRUE(cp);
    EXPECT_EQ(address_in(*cp, address.family()), address);
    EXPECT_FALSE(asks_for_address(*cp, address.family()));
  }
}

TEST(inner_address, of_a_wrong_size_or_all_zeros_is_none) {
  const std::vector<base::Buffer> values{{100, 64, 0}, {100, 64, 0, 2, 0}, {0, 0, 0, 0}, base::Buffer(16)};
  for (const base::Buffer& value : values) {
    const wire::Cp cp{2, {{1, value}}};
    EXPECT_EQ(address_in(cp, Family::ipv4), std::nullopt) << value.size();
  }
}

}  // namespace
}  // namespace latchkey::session
