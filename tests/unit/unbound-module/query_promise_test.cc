// What an answer promises: that the tunnels of its addresses are there, and for how long.

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

class Promise : public QueryStory {
 protected:
  /// A tunnel of its own comes up for this wish.
  std::shared_ptr<std::atomic<bool>> up(std::size_t want) {
    const auto live = gate.live = std::make_shared<std::atomic<bool>>(true);
    next = outcome(want, Verdict::up);
    return live;
  }

  lk_next next = LK_HOLD;
};

TEST_F(Promise, of_all_addresses_is_not_given_when_the_first_tunnel_has_gone_before_the_last_is_up) {
  resolver.dnssec_ok = true;
  hold({v4(1), v4(2)});
  const auto first = up(0);
  EXPECT_EQ(next, LK_HOLD);
  *first = false;
  (void)up(1);
  EXPECT_EQ(next, LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-tunnel");
  EXPECT_TRUE(resolver.refused);
}

TEST_F(Promise, is_for_those_addresses_alone_whose_tunnels_are_still_up) {
  hold({v4(1), v4(2)});
  const auto first = up(0);
  EXPECT_EQ(next, LK_HOLD) << "the second may come yet";
  *first = false;
  (void)up(1);
  EXPECT_EQ(next, LK_FINISHED);
  ASSERT_EQ(resolver.edits.size(), 1U);
  EXPECT_THAT(resolver.edits[0].keep, testing::ElementsAre(0, 1));
}

TEST_F(Promise, is_none_when_nothing_comes_up_in_place_of_what_has_gone) {
  hold({v4(1), v4(2)});
  const auto first = up(0);
  *first = false;
  EXPECT_EQ(outcome(1, Verdict::failed), LK_HOLD) << "the other family is still looked up";
  other_family(Answer());
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-tunnel");
}

// What was heard when the question began has aged when its answer goes out.
TEST_F(Promise, lasts_no_longer_than_what_is_left_of_the_tunnel_when_the_answer_goes_out) {
  hold({v4(1)});
  resolver.now += 2'300'000;
  EXPECT_EQ(outcome(0, Verdict::up, 77), LK_FINISHED);
  EXPECT_EQ(resolver.edits.at(0).ttl_cap, 74U);
}

TEST_F(Promise, lasts_no_longer_than_what_is_left_of_the_key_either) {
  hold({v4(1)});
  resolver.now += 1'000'000;
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(resolver.edits.at(0).ttl_cap, 199U);
}

TEST_F(Promise, has_no_time_at_all_if_nothing_is_left) {
  hold({v4(1)});
  resolver.now += 3'500'000;
  EXPECT_EQ(outcome(0, Verdict::up, 3), LK_FINISHED);
  EXPECT_EQ(resolver.edits.at(0).ttl_cap, 0U);
}

}  // namespace
}  // namespace latchkey::unbound
