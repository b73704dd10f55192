// The operator's groups in a question's story.
#include <gmock/gmock.h>

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

using host::GroupKind;

class GroupStory : public QueryStory {
 protected:
  host::GroupEntry& group(GroupKind kind, const std::string& domain, const std::string& network = {}) {
    host::GroupEntry& entry = groups.emplace_back();
    entry.kind = kind;
    if (!domain.empty()) entry.domains.push_back(domain);
    if (!network.empty()) entry.cidrs.push_back(host::Cidr::parse(network).value());
    return entry;
  }
  void apply() {
    settings.policy = std::make_shared<Policy>(groups);
    worker = std::make_unique<Worker>(gate, memory, settings);
  }

  std::vector<host::GroupEntry> groups;
  Settings settings;
};

TEST_F(GroupStory, of_a_blocked_domain_is_refused_before_anybody_is_asked) {
  group(GroupKind::block, "example");
  apply();
  for (const std::uint16_t type : {kTypeA, kTypeAaaa, kTypeHttps, std::uint16_t{15}, kTypeAny}) {
    name_ = wire("www.example");
    query = std::make_unique<Query>(resolver, *worker, lk_question{view(base::Bytes(name_)), type, 1, 1, 0, 0});
    EXPECT_EQ(query->begin(), LK_FINISHED) << type;
    EXPECT_TRUE(resolver.refused_by_policy);
    ASSERT_TRUE(query->error());
    EXPECT_EQ(query->error()->code, 15);
    EXPECT_EQ(verdict(), "refused-group");
    EXPECT_EQ(gate.decisions.back().group, "block by domain example");
  }
  EXPECT_TRUE(resolver.beside.empty());
}

TEST_F(GroupStory, of_the_resolver_itself_is_not_refused) {
  group(GroupKind::block, "example");
  apply();
  resolver.clients = false;
  ask();
  EXPECT_FALSE(resolver.refused);
}

TEST_F(GroupStory, with_one_blocked_address_is_refused_as_a_whole) {
  group(GroupKind::block, "", "192.0.2.2/32");
  apply();
  EXPECT_EQ(resolve({v4(1), v4(2)}), LK_FINISHED);
  EXPECT_TRUE(resolver.refused_by_policy);
}

TEST_F(GroupStory, leading_to_a_blocked_name_by_an_alias_is_refused) {
  group(GroupKind::block, "evil.example");
  apply();
  resolver.answer.add("www.example", kTypeCname, {wire("a.EVIL.example")}).add("a.evil.example", kTypeA, {v4(1)});
  ask();
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  EXPECT_TRUE(resolver.refused_by_policy);
}

TEST_F(GroupStory, of_a_blocked_domain_waits_for_an_address_that_may_override) {
  group(GroupKind::block, "example");
  group(GroupKind::clear, "", "192.0.2.0/24").overrides = true;
  apply();
  EXPECT_EQ(resolve(), LK_FINISHED);
  EXPECT_FALSE(resolver.refused);
  EXPECT_EQ(verdict(), "released-group");
}

TEST_F(GroupStory, in_clear_groups_is_released_and_cached_without_its_key) {
  for (const auto kind : {GroupKind::clear, GroupKind::clear_or_private}) {
    groups.clear();
    group(kind, "example");
    apply();
    resolver.stored.clear();
    resolver.lookups.clear();
    EXPECT_EQ(resolve(), LK_FINISHED);
    EXPECT_EQ(verdict(), "released-group");
    EXPECT_TRUE(resolver.lookups.empty());
    EXPECT_THAT(resolver.stored, testing::ElementsAre("message"));
  }
  EXPECT_TRUE(gate.wants.empty());
}

TEST_F(GroupStory, in_a_clear_group_is_refused_if_it_is_bogus) {
  group(GroupKind::clear, "example");
  apply();
  EXPECT_EQ(resolve({v4(1)}, LK_BOGUS), LK_FINISHED);
  EXPECT_EQ(query->error()->code, 6);
}

TEST_F(GroupStory, in_private_without_a_key_is_servfail) {
  group(GroupKind::private_only, "example");
  apply();
  EXPECT_EQ(resolve(), LK_HOLD);
  EXPECT_EQ(key_answered(Answer()), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
  EXPECT_FALSE(resolver.refused_by_policy);
  EXPECT_EQ(verdict(), "servfail-nokey");
}

TEST_F(GroupStory, in_private_takes_an_unsigned_key_for_a_tunnel_or_nothing) {
  group(GroupKind::private_only, "example");
  apply();
  EXPECT_EQ(resolve({v4(1)}, LK_INSECURE), LK_HOLD);
  EXPECT_EQ(has_key(LK_INSECURE), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].attempt_ms, 0U);
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-tunnel");
}

TEST_F(GroupStory, in_private_takes_no_unsigned_key_if_these_are_ignored_there) {
  group(GroupKind::private_only, "example").unsigned_policy = Unsigned::ignore;
  apply();
  resolve({v4(1)}, LK_INSECURE);
  EXPECT_EQ(has_key(LK_INSECURE), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-nokey");
}

TEST_F(GroupStory, in_private_has_the_group_s_own_deadline) {
  group(GroupKind::private_only, "example").deadline = std::chrono::milliseconds(900);
  apply();
  resolve();
  EXPECT_EQ(resolver.timer_ms, 901U);
  has_key();
  EXPECT_EQ(resolver.timer_ms, 901U);
  resolver.now += 900'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
}

TEST_F(GroupStory, in_private_or_clear_tries_also_a_secure_key_and_releases_then) {
  group(GroupKind::private_or_clear, "", "192.0.2.0/24").deadline = std::chrono::milliseconds(500);
  apply();
  EXPECT_EQ(resolve(), LK_HOLD);
  EXPECT_EQ(has_key(), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].attempt_ms, 500U);
  EXPECT_EQ(resolver.timer_ms, 501U);
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-clear");
  EXPECT_FALSE(resolver.refused);
  EXPECT_THAT(gate.clear, testing::ElementsAre("192.0.2.1"));
}

TEST_F(GroupStory, in_private_or_clear_is_answered_before_unbound_s_patience_ends_though_key_and_tunnel_are_slow) {
  settings.deadline_us = 1'500'000;
  group(GroupKind::private_or_clear, "example").deadline = std::chrono::milliseconds(1000);
  apply();
  resolve();
  EXPECT_EQ(resolver.timer_ms, 1001U);
  resolver.now += 900'000;
  has_key();
  EXPECT_EQ(resolver.timer_ms, 601U);
}

TEST_F(GroupStory, in_private_has_no_more_time_than_there_is) {
  settings.deadline_us = 1'500'000;
  group(GroupKind::private_only, "example").deadline = std::chrono::milliseconds(3000);
  apply();
  resolve();
  EXPECT_EQ(resolver.timer_ms, 1501U);
}

TEST_F(GroupStory, negotiates_with_no_address_of_the_other_family_that_is_in_a_clear_network) {
  group(GroupKind::clear, "", "2001:db8:1::/48");
  apply();
  resolve();
  EXPECT_EQ(has_key(), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  Answer six;
  six.add("www.example", kTypeAaaa,
          {*base::from_hex("20010db8000100000000000000000001"), *base::from_hex("20010db8000200000000000000000001")});
  other_family(six);
  EXPECT_EQ(query->again(), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 2U);
  EXPECT_EQ(gate.wants[1].address.to_string(), "2001:db8:2::1");
}

TEST_F(GroupStory, with_a_secure_address_is_not_cached_in_clear_because_the_lookup_of_its_key_failed) {
  group(GroupKind::private_or_clear, "example").unsigned_policy = Unsigned::ignore;
  apply();
  resolve();
  EXPECT_EQ(key_answered(Answer(LK_INSECURE, 2)), LK_FINISHED);
  EXPECT_EQ(verdict(), "released");
  EXPECT_THAT(resolver.stored, testing::ElementsAre("rrsets"));
}

TEST_F(GroupStory, in_no_group_is_what_the_table_says) {
  group(GroupKind::block, "org", "10.0.0.0/8");
  apply();
  EXPECT_EQ(resolve(), LK_HOLD);
  EXPECT_EQ(has_key(), LK_HOLD);
  outcome(0, Verdict::up);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_EQ(gate.decisions.back().group, "");
}

class Observed : public GroupStory {
 protected:
  Observed() { settings.observe = true; }
  void expect_unchanged() const {
    EXPECT_FALSE(resolver.refused);
    EXPECT_FALSE(resolver.kept_uncached);
    EXPECT_FALSE(resolver.uncached);
    EXPECT_TRUE(resolver.stored.empty());
    EXPECT_TRUE(resolver.edits.empty());
    EXPECT_TRUE(gate.wants.empty());
    EXPECT_TRUE(gate.clear.empty());
  }
};

TEST_F(Observed, is_only_told_that_a_tunnel_would_be_negotiated) {
  apply();
  resolve();
  EXPECT_EQ(has_key(), LK_FINISHED);
  EXPECT_EQ(verdict(), "would-negotiate");
  expect_unchanged();
}

TEST_F(Observed, is_not_held_longer_than_an_unsigned_name) {
  apply();
  resolve();
  EXPECT_EQ(resolver.timer_ms, 301U);
  resolver.now += 301'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(verdict(), "would-servfail-lookup");
  expect_unchanged();
}

TEST_F(Observed, is_not_held_longer_in_a_group_with_a_deadline_of_its_own) {
  group(GroupKind::private_or_clear, "example").deadline = std::chrono::milliseconds(2000);
  apply();
  resolve();
  EXPECT_EQ(resolver.timer_ms, 301U);
}

TEST_F(Observed, is_not_refused_though_too_many_questions_are_held) {
  apply();
  gate.held.set_most(0);
  EXPECT_EQ(resolve(), LK_FINISHED);
  EXPECT_EQ(verdict(), "would-servfail-limit");
  expect_unchanged();
}

TEST_F(Observed, of_all_classes_keeps_its_addresses) {
  apply();
  resolver.answer = Answer();
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask(kTypeA, "www.example", 255);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  expect_unchanged();
}

TEST_F(Observed, is_not_refused_for_a_group) {
  group(GroupKind::block, "example");
  apply();
  EXPECT_EQ(resolve(), LK_FINISHED);
  EXPECT_EQ(verdict(), "would-refused-group");
  expect_unchanged();
}

TEST_F(Observed, is_not_refused_because_it_is_bogus_which_is_unbounds_business) {
  apply();
  EXPECT_EQ(resolve({v4(1)}, LK_BOGUS), LK_FINISHED);
  EXPECT_EQ(verdict(), "would-servfail-bogus");
  expect_unchanged();
}

TEST_F(Observed, keeps_its_hints_and_what_travels_along) {
  apply();
  resolver.answer.add("www.example", kTypeHttps, {*base::from_hex("0001 00 0004 0004 c0000201")});
  ask(kTypeHttps);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  resolver.answer = Answer();
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask(kTypeAny);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  expect_unchanged();
}

TEST_F(Observed, leaves_failures_and_empty_answers_as_they_are) {
  apply();
  resolver.answer = Answer(LK_INSECURE, -1);
  ask();
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  resolver.answer = Answer();
  ask();
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  expect_unchanged();
}

}  // namespace
}  // namespace latchkey::unbound
