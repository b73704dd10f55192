#include "unbound-module/budget.h"

#include <gtest/gtest.h>

#include "tests/unit/unbound-module/wire_name.h"

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;

const base::Address kClient = *base::Address::parse("127.0.0.1");
constexpr Budget::Limits kLimits{200, 64};

class budget : public testing::Test {
 protected:
  HashKey key{1};
  Budget table{key, kLimits};
  base::TimePoint now{1h};
  std::uint32_t destinations = 0;

  /// Another one each time.
  base::Address destination() {
    const std::uint32_t n = ++destinations;
    return *base::Address::from_bytes(std::array<std::uint8_t, 4>{
        11, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
  }
  std::optional<Bound> take(std::string_view owner, std::optional<base::Address> client = kClient) {
    const Payer payer{client, wire_name(owner)};
    return table.take(&payer, destination(), now);
  }
  /// How many negotiations may begin, one for each name; `{}` becomes a number. Stops at 10,000.
  unsigned flood(const std::string& pattern, std::optional<base::Address> client = kClient) {
    for (unsigned n = 0; n < 10000; ++n) {
      std::string name = pattern;
      if (const auto at = name.find("{}"); at != std::string::npos) name.replace(at, 2, std::to_string(n));
      if (const auto refusal = take(name, client)) {
        refused_at = *refusal;
        return n;
      }
    }
    return 10000;
  }
  Bound refused_at{};
};

TEST_F(budget, of_a_zone_ends_a_flood_of_its_names_and_leaves_others_alone) {
  EXPECT_EQ(flood("n{}.evil.example"), 64U);
  EXPECT_EQ(refused_at, Bound::zone);
  EXPECT_EQ(take("www.good.example"), std::nullopt);
  EXPECT_EQ(take("other.test"), std::nullopt);
}

TEST_F(budget, of_a_zone_is_not_got_round_by_zones_below_it) {
  EXPECT_EQ(flood("www.z{}.evil.example"), 64U);
  EXPECT_EQ(flood("a.b.c.d.{}.evil.example"), 0U);
  EXPECT_EQ(refused_at, Bound::zone);
}

TEST_F(budget, below_a_registry_of_two_labels_leaves_half_to_the_others) {
  EXPECT_EQ(flood("n{}.evil.co.example"), 32U);
  EXPECT_EQ(refused_at, Bound::zone);
  EXPECT_EQ(take("www.good.co.example"), std::nullopt);
}

TEST_F(budget, of_a_top_level_domain_bounds_an_owner_of_ten_thousand_zones) {
  table.set_limits({100000, 64});
  EXPECT_EQ(flood("www.evil{}.test"), 64U * 16);
  EXPECT_EQ(refused_at, Bound::zone);
  EXPECT_EQ(take("www.good.example"), std::nullopt);
}

TEST_F(budget, of_one_client_is_not_another_s) {
  EXPECT_EQ(flood("www.z{}.test"), 200U);
  EXPECT_EQ(refused_at, Bound::client);
  EXPECT_EQ(take("www.good.example"), Bound::client);
  EXPECT_EQ(take("www.good.example", base::Address::parse("192.168.1.2")), std::nullopt);
  EXPECT_EQ(take("www.good.example", std::nullopt), std::nullopt) << "the resolver's own";
}

TEST_F(budget, of_an_ipv6_client_is_its_subnet_s) {
  EXPECT_EQ(flood("www.z{}.test", base::Address::parse("2001:db8::1")), 200U);
  EXPECT_EQ(take("www.good.example", base::Address::parse("2001:db8::2")), Bound::client);
  EXPECT_EQ(take("www.good.example", base::Address::parse("2001:db8:0:1::2")), std::nullopt);
}

TEST_F(budget, comes_back_within_ten_seconds) {
  EXPECT_EQ(flood("n{}.evil.example"), 64U);
  now += Budget::kRefill / 64;
  EXPECT_EQ(flood("n{}.evil.example"), 1U);
  now += Budget::kRefill;
  EXPECT_EQ(flood("n{}.evil.example"), 64U);
  now += Budget::kRefill;
  EXPECT_EQ(flood("www.z{}.test"), 200U);
  now += 1s;
  EXPECT_EQ(flood("www.z{}.test"), 20U);
}

TEST_F(budget, takes_nothing_when_it_refuses) {
  EXPECT_EQ(flood("n{}.evil.example"), 64U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(take("www.evil.example"), Bound::zone);
  EXPECT_EQ(flood("www.z{}.test"), 200U - 64U);
}

TEST_F(budget, gets_back_what_a_success_took) {
  const Payer payer{kClient, wire_name("www.good.example")};
  for (int i = 0; i < 1000; ++i) {
    const base::Address server = destination();
    ASSERT_EQ(table.take(&payer, server, now), std::nullopt);
    table.refund(&payer, server);
  }
}

TEST_F(budget, of_a_destination_holds_for_all_who_name_it) {
  const base::Address victim = destination();
  for (unsigned i = 0; i < Budget::kDestination.most; ++i) {
    const Payer payer{kClient, wire_name("www.z" + std::to_string(i) + ".test")};
    EXPECT_EQ(table.take(&payer, victim, now), std::nullopt);
  }
  const Payer payer{kClient, wire_name("www.good.example")};
  EXPECT_EQ(table.take(&payer, victim, now), Bound::destination);
  EXPECT_EQ(table.take(nullptr, victim, now), Bound::destination);
  now += Budget::kDestination.each;
  EXPECT_EQ(table.take(nullptr, victim, now), std::nullopt);
}

TEST_F(budget, holds_overall_whoever_pays) {
  for (unsigned i = 0; i < Budget::kOverall.most; ++i) EXPECT_EQ(table.take(nullptr, destination(), now), std::nullopt);
  EXPECT_EQ(table.take(nullptr, destination(), now), Bound::overall);
}

TEST_F(budget, is_spread_by_a_key_that_nobody_knows) {
  const auto name = base::as_bytes("evil.example");
  EXPECT_EQ(keyed_hash({1}, name), keyed_hash({1}, name));
  EXPECT_NE(keyed_hash({1}, name), keyed_hash({2}, name));
  EXPECT_NE(keyed_hash({1}, name), keyed_hash({1}, base::as_bytes("good.example")));
}

TEST_F(budget, bears_owners_of_any_shape) {
  for (const std::string& owner :
       {std::string(), std::string(1, '\0'), std::string("\x3f"), std::string("\x01x"), std::string(300, '\xff')}) {
    const Payer payer{kClient, owner};
    EXPECT_EQ(table.take(&payer, destination(), now), std::nullopt);
  }
}

}  // namespace
}  // namespace latchkey::unbound
