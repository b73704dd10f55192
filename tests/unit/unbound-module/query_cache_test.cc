// What is kept in the message cache of a protected name's answer, and that nothing of it outlives a tunnel.

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class KeptAnswer : public QueryStory {
 protected:
  KeptAnswer() { worker->cache = &resolver.cache; }
  const std::set<std::string>& kept() const { return resolver.cache.messages; }
};

TEST_F(KeptAnswer, of_a_name_whose_only_address_has_a_tunnel_is_in_the_cache) {
  hold({v4(1)});
  EXPECT_EQ(outcome(0, Verdict::up, 77), LK_FINISHED);
  EXPECT_THAT(kept(), SizeIs(1));
}

// The lease is as old as the outcome, and has been written no sooner than it was asked for.
TEST_F(KeptAnswer, ends_within_the_lease_however_long_the_question_has_waited) {
  hold({v4(1)});
  resolver.now += 2'300'000;
  outcome(0, Verdict::up, 77);
  EXPECT_EQ(resolver.kept_for_s, 74U);
}

TEST_F(KeptAnswer, is_not_there_if_nothing_is_left_of_its_lease) {
  hold({v4(1)});
  resolver.now += 2'300'000;
  outcome(0, Verdict::up, 3);
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_EQ(verdict(), "released-tunnel");
}

TEST_F(KeptAnswer, goes_when_the_engine_thread_says_that_the_tunnel_has_gone) {
  hold({v4(1)});
  outcome(0, Verdict::up);
  gate.stale.names = {"other.example", "WWW.example"};
  worker->deliver(32);
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, goes_with_all_others_when_there_were_too_many_to_name) {
  hold({v4(1)});
  outcome(0, Verdict::up);
  gate.stale.everything = true;
  worker->deliver(32);
  EXPECT_THAT(kept(), IsEmpty());
}

// The race: up when it was decided, gone and taken out of the cache before it got there.
TEST_F(KeptAnswer, whose_tunnel_goes_between_the_decision_and_the_store_does_not_stay) {
  hold({v4(1)});
  resolver.before_keeping = [this] { gate.lose(resolver.cache); };
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_GT(resolver.kept_for_s, 0U) << "it was stored";
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, of_two_addresses_goes_if_either_tunnel_has_gone_meanwhile) {
  hold({v4(1), v4(2)});
  outcome(0, Verdict::up);
  const auto second = gate.kept = std::make_shared<std::atomic<bool>>(true);
  resolver.before_keeping = [&] { *second = false; };
  EXPECT_EQ(outcome(1, Verdict::up), LK_FINISHED);
  EXPECT_GT(resolver.kept_for_s, 0U);
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_none_if_an_address_was_left_out) {
  hold({v4(1), v4(2)});
  outcome(0, Verdict::up);
  EXPECT_EQ(outcome(1, Verdict::failed), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_TRUE(resolver.altered);
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_there_without_the_addresses_that_travelled_along) {
  resolver.answer.add("www.example", kTypeA, {v4(1)}).add("ns.example", kTypeA, {v4(9)}, 300, LK_ADDITIONAL);
  ask();
  query->resolved();
  has_key();
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  ASSERT_THAT(resolver.edits, SizeIs(2));
  EXPECT_TRUE(resolver.edits[0].drop);
  EXPECT_EQ(resolver.edits[0].rrset, 1U);
  EXPECT_THAT(kept(), SizeIs(1));
}

TEST_F(KeptAnswer, is_none_for_a_family_without_a_tunnel) {
  hold({v4(1)});
  with_ipv6();
  query->again();
  outcome(1, Verdict::up);
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_EQ(verdict(), "nodata-tunnel");
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_none_for_a_question_with_cd_which_has_validated_nothing) {
  cd = true;
  hold({v4(1)});
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_none_for_an_attempt_whose_addresses_are_released_anyway) {
  hold({v4(1)}, LK_INSECURE);
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_none_for_a_name_that_the_tunnel_has_no_room_to_remember) {
  hold({v4(1)});
  gate.kept = nullptr;
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(KeptAnswer, is_none_where_expired_answers_are_served) {
  worker = std::make_unique<Worker>(gate, memory, Settings{.keep_while_up = false});
  worker->cache = &resolver.cache;
  hold({v4(1)});
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_THAT(kept(), IsEmpty());
}

// The name must be found again by its text when the tunnel goes.
TEST_F(KeptAnswer, leaves_the_cache_whatever_octets_its_name_has) {
  const Buffer odd{3, 0, '.', '\\', 2, 0xff, '"', 0};
  const std::string text = name_text(odd);
  resolver.cache.messages = {canonical(odd)};
  gate.stale.names = {text};
  worker->deliver(32);
  EXPECT_THAT(kept(), IsEmpty()) << text;
}

}  // namespace
}  // namespace latchkey::unbound
