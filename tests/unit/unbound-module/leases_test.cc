#include "unbound-module/leases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

KeySet keys(std::initializer_list<std::uint8_t> numbers) {
  std::vector<api::DnsKey> out;
  for (const std::uint8_t number : numbers) out.push_back({4, {number}});
  return KeySet(out);
}

constexpr bool kVerified = true, kUnverified = false;

class leases : public testing::Test {
 protected:
  Leases::Limits limits;
  Leases table;
  base::TimePoint now{1s};  // a host that has just been started

  void release(const std::string& name, const KeySet& set, bool verified = kVerified, base::Duration ttl = 60s) {
    table.extend(name, set, verified, now + ttl, limits);
  }
  bool may(const std::string& name, const KeySet& set) const { return table.may_roll_over(name, set, now, limits); }
};

TEST_F(leases, end_with_the_last_of_them) {
  EXPECT_LE(table.end(), now);
  release("a.example", keys({1}));
  release("b.example", keys({1}), kVerified, 10s);
  EXPECT_EQ(table.end(), now + 60s);
  now += 10s;
  EXPECT_THAT(table.names(now), ElementsAre("a.example"));
}

TEST_F(leases, let_the_only_name_roll_over_even_long_after_its_lease) {
  release("a.example", keys({1}));
  EXPECT_TRUE(may("a.example", keys({2})));
  now += 5h;
  EXPECT_TRUE(may("a.example", keys({2})));
}

TEST_F(leases, let_no_other_name_roll_over_though_nobody_has_a_lease_any_more) {
  release("a.example", keys({1}));
  now += 5h;
  EXPECT_FALSE(may("evil.example", keys({2})));
}

TEST_F(leases, let_no_unverified_name_roll_over_nor_object) {
  release("a.example", keys({1}));
  release("loose.example", keys({1}), kUnverified);
  EXPECT_FALSE(may("loose.example", keys({2})));
  EXPECT_TRUE(may("a.example", keys({2})));
}

TEST_F(leases, keep_what_dnssec_said_of_a_name_s_keys) {
  release("evil.example", keys({1}));
  release("good.example", keys({1}));
  release("good.example", keys({1, 2}), kUnverified);
  EXPECT_FALSE(may("evil.example", keys({2})));
}

TEST_F(leases, let_another_name_object_until_its_lease_has_been_over_for_an_hour) {
  release("evil.example", keys({1}));
  release("good.example", keys({1}));
  EXPECT_FALSE(may("evil.example", keys({2})));
  now += 60s + 59min;
  EXPECT_FALSE(may("evil.example", keys({2})));
  now += 1min;
  EXPECT_TRUE(may("evil.example", keys({2})));
}

TEST_F(leases, let_a_name_roll_over_to_keys_that_all_others_publish_too) {
  release("a.example", keys({1}));
  release("b.example", keys({1, 2}));
  EXPECT_TRUE(may("a.example", keys({2})));
  EXPECT_FALSE(may("a.example", keys({2, 3}))) << "the third may be the one that is proven";
  EXPECT_FALSE(may("b.example", keys({2}))) << "a publishes the first alone";
}

TEST_F(leases, take_a_name_with_many_keys_for_one_without_the_new_one) {
  release("a.example", keys({1}));
  release("b.example", keys({1, 2, 3, 4, 5}));
  EXPECT_FALSE(may("a.example", keys({2})));
}

TEST_F(leases, of_names_that_found_no_room_object_too) {
  limits.names = 1;
  EXPECT_FALSE(may("a.example", keys({2})));
  release("a.example", keys({1}));
  EXPECT_TRUE(may("a.example", keys({2})));
  release("b.example", keys({1}));
  EXPECT_THAT(table.names(now), ElementsAre("a.example"));
  EXPECT_FALSE(may("a.example", keys({2})));
  now += 1h + 60s;
  EXPECT_TRUE(may("a.example", keys({2})));
}

TEST_F(leases, make_room_when_there_is_none_for_names_that_have_a_say) {
  limits.names = 2;
  release("a.example", keys({1}));
  now += 2h;
  table.prune(now, limits);
  EXPECT_TRUE(may("a.example", keys({2})));
  release("b.example", keys({1}));
  table.prune(now, limits);
  release("c.example", keys({1}));
  EXPECT_THAT(table.names(now), ElementsAre("b.example", "c.example"));
}

TEST_F(leases, pass_to_the_next_tunnel_with_those_who_publish_its_key) {
  release("a.example", keys({1}), kVerified, 100s);
  release("b.example", keys({1, 2}));
  const Leases next = table.inherited(digest_of({4, {2}}));
  EXPECT_THAT(next.names(now), ElementsAre("b.example"));
  EXPECT_EQ(next.end(), now + 100s) << "clients still use the address";
}

TEST_F(leases, are_deserted_when_each_name_has_left_however_long_its_lease_has_been_over) {
  EXPECT_TRUE(table.deserted());
  release("a.example", keys({1}));
  release("loose.example", keys({1}), kUnverified);
  now += 100h;
  EXPECT_TRUE(table.leave("a.example"));
  EXPECT_FALSE(table.deserted());
  EXPECT_TRUE(table.leave("loose.example"));
  EXPECT_FALSE(table.leave("loose.example"));
  EXPECT_TRUE(table.deserted());
}

TEST_F(leases, are_not_deserted_once_a_name_found_no_room) {
  limits.names = 1;
  for (const bool verified : {kVerified, kUnverified}) {
    table = {};
    release("a.example", keys({1}));
    release("b.example", keys({1}), verified);
    table.leave("a.example");
    EXPECT_FALSE(table.deserted()) << "it is not known whether b.example has left";
  }
}

TEST_F(leases, are_not_deserted_once_a_name_has_been_forgotten) {
  limits.names = 1;
  release("a.example", keys({1}));
  now += 2h;
  table.prune(now, limits);
  EXPECT_FALSE(table.deserted());
  table = {};
  release("a.example", keys({1}));
  EXPECT_FALSE(table.inherited(digest_of({4, {2}})).deserted()) << "its connections have moved to the new tunnel";
}

}  // namespace
}  // namespace latchkey::unbound
