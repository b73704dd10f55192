// A name's key changes while its tunnel is up (DESIGN.md security rule 3).

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const api::SessionId kOld{1}, kNew{2};

class rollover : public peers {
 protected:
  /// a.example has a tunnel with key A.
  void begin() {
    ask("a.example", {kKeyA});
    establish(1, kKeyA);
    EXPECT_EQ(only_outcome().verdict, Verdict::up);
  }
  api::DnsKey key_of_tunnel() {
    const auto views = made().tunnels(now);
    return views.size() == 1 ? views[0].agreed.key : api::DnsKey{};
  }
};

TEST_F(rollover, negotiates_beside_the_tunnel_and_then_takes_its_place) {
  begin();
  now += 60s;  // the lease has ended: DNS is asked, and has another key
  ask("a.example", {kKeyB});
  EXPECT_THAT(outcomes(), IsEmpty());
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(engine.connects[1].keys, ElementsAre(kKeyB));
  EXPECT_EQ(engine.connects[1].beside, kOld);
  EXPECT_THAT(engine.closed, IsEmpty()) << "traffic goes on in the old tunnel";
  establish(2, kKeyB);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  EXPECT_EQ(key_of_tunnel(), kKeyB);
}

TEST_F(rollover, ends_the_old_tunnel_when_no_packet_can_be_under_way_any_more) {
  begin();
  ask("a.example", {kKeyB});
  establish(2, kKeyB);
  pass(config.linger - 1ms);
  EXPECT_THAT(engine.closed, IsEmpty());
  EXPECT_EQ(made().next_deadline(), now + 1ms);
  pass(1ms);
  EXPECT_THAT(engine.closed, ElementsAre(kOld));
  EXPECT_EQ(engine.guards.count(kServer), 1U);
  ask("a.example", {kKeyB});
  EXPECT_EQ(made().count(Verdict::up), 3U);
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(rollover, does_not_care_who_ends_the_old_tunnel_first) {
  begin();
  ask("a.example", {kKeyB});
  establish(2, kKeyB);
  lose(1);
  EXPECT_EQ(key_of_tunnel(), kKeyB);
  pass(config.linger);
  EXPECT_THAT(engine.closed, IsEmpty());
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(rollover, goes_on_when_the_old_tunnel_is_lost_before_the_new_one_is_there) {
  begin();
  ask("a.example", {kKeyB});
  lose(1);
  EXPECT_EQ(engine.connects.size(), 2U) << "the old key is not tried again beside";
  establish(2, kKeyB);
  EXPECT_EQ(made().count(Verdict::up), 2U);
  EXPECT_EQ(key_of_tunnel(), kKeyB);
}

TEST_F(rollover, that_fails_leaves_the_tunnel_and_is_remembered) {
  begin();
  ask("a.example", {kKeyB});
  fail(2);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  EXPECT_EQ(key_of_tunnel(), kKeyA);
  ask("a.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  EXPECT_EQ(engine.connects.size(), 2U);
  ask("b.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(rollover, tells_those_who_wait_in_time) {
  begin();
  ask("a.example", {kKeyB});
  pass(config.answer_after);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
}

TEST_F(rollover, tells_them_in_time_when_the_tunnel_has_been_looked_at_meanwhile) {
  begin();
  pass(59s);
  ask("a.example", {kKeyB});
  pass(1s);  // it is looked at once a minute
  pass(config.answer_after - 1s);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
}

TEST_F(rollover, is_not_for_another_name) {
  begin();
  ask("evil.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  EXPECT_EQ(engine.connects.size(), 1U);
}

// Whoever can drop packets can end the tunnel, and would wait for it with a name and key of its own.
TEST_F(rollover, is_not_for_another_name_when_the_tunnel_is_lost_either) {
  begin();
  lose(1);
  ask("evil.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict) << "beside the attempt to bring it back";
  fail(2);
  ask("evil.example", {kKeyA, kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(engine.connects[1].keys, ElementsAre(kKeyA));
  now += config.failed_max;
  ask("a.example", {kKeyB});
  ASSERT_EQ(engine.connects.size(), 3U) << "its own name has a new key";
  EXPECT_THAT(engine.connects[2].keys, ElementsAre(kKeyB));
}

TEST_F(rollover, is_not_for_another_name_after_the_tunnel_was_lost_and_came_back) {
  begin();
  lose(1);
  establish(2, kKeyA);
  ask("evil.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  ask("evil.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
}

TEST_F(rollover, is_for_names_of_one_server_that_have_all_changed_while_it_was_away) {
  begin();
  ask("b.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  lose(1);
  fail(2);
  now += config.failed_max;
  ask("a.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  ask("b.example", {kKeyB});
  EXPECT_THAT(outcomes(), IsEmpty());
  ASSERT_EQ(engine.connects.size(), 3U);
  EXPECT_THAT(engine.connects[2].keys, ElementsAre(kKeyB));
}

TEST_F(rollover, of_a_lost_tunnel_s_address_is_for_anybody_when_its_guard_has_ended) {
  begin();
  lose(1);
  fail(2);
  pass(config.guard_cap);
  EXPECT_EQ(made().next_deadline(), base::kNever) << "nothing is kept";
  ask("evil.example", {kKeyB});
  EXPECT_EQ(engine.connects.size(), 3U);
}

TEST_F(rollover, is_not_for_a_name_that_copied_the_key_of_another_to_get_a_lease) {
  begin();
  ask("evil.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  now += 10min;  // a's lease has ended, its connections have not
  ask("evil.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  EXPECT_EQ(engine.connects.size(), 1U);
}

TEST_F(rollover, is_not_for_a_name_that_dnssec_does_not_vouch_for) {
  begin();
  Want loose = a_want("a.example", {kKeyB});
  loose.verified = false;
  made().want(loose, now);
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
}

// Security rule 3: whoever held a key that nothing vouched for has no part in the tunnel that takes its place.
TEST_F(rollover, of_a_tunnel_that_dnssec_does_not_vouch_for_shares_nothing_with_it) {
  Want loose = a_want("a.example", {kKeyA});
  loose.verified = false;
  made().want(loose, now);
  establish(1, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  ask("a.example", {kKeyB});
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_EQ(engine.connects[1].beside, std::nullopt);
}

TEST_F(rollover, of_names_that_share_an_address_goes_through_keys_that_all_of_them_publish) {
  begin();
  ask("b.example", {kKeyA, kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  ask("a.example", {kKeyB});
  establish(2, kKeyB);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  ask("b.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  EXPECT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(made().tunnels(now)[0].names, ElementsAre("a.example", "b.example"));
}

TEST_F(rollover, is_given_up_when_another_name_is_released_on_the_old_tunnel_meanwhile) {
  begin();
  ask("a.example", {kKeyB});
  const auto held = tickets;
  ask("b.example", {kKeyA});
  EXPECT_THAT(engine.closed, ElementsAre(kNew)) << "its key may be an attacker's on b's way";
  const auto all = outcomes();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].verdict, Verdict::up);
  EXPECT_EQ(all[1].ticket, Ticket{held});
  EXPECT_EQ(all[1].verdict, Verdict::conflict);
  EXPECT_EQ(made().negotiating(), 0U);
  establish(2, kKeyB);  // on its way already
  EXPECT_EQ(key_of_tunnel(), kKeyA);
}

TEST_F(rollover, does_not_begin_for_one_who_waited_while_another_name_got_the_tunnel) {
  begin();
  ask("a.example", {kKeyB});
  ask("a.example", {{4, {7}}});  // has to wait for the next negotiation
  ask("b.example", {kKeyA, kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  establish(2, kKeyB);
  const auto all = outcomes();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].verdict, Verdict::up);
  EXPECT_EQ(all[1].verdict, Verdict::conflict);
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(rollover, does_not_begin_for_one_who_was_served_before_the_name_that_objects) {
  ask("a.example", {kKeyA});
  ask("a.example", {kKeyB});
  const auto held = tickets;
  ask("b.example", {kKeyA});
  establish(1, kKeyA);
  const auto all = outcomes();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].ticket, Ticket{held});
  EXPECT_EQ(all[2].verdict, Verdict::conflict);
  EXPECT_EQ(engine.connects.size(), 1U);
}

TEST_F(rollover, forth_and_back_costs_budget_each_time) {
  begin();
  for (int i = 0; i < 100; ++i) {
    ask("a.example", {i % 2 == 0 ? kKeyB : kKeyA});
    if (engine.connects.size() == static_cast<std::size_t>(i) + 2)
      establish(engine.connects.size(), i % 2 == 0 ? kKeyB : kKeyA);
  }
  EXPECT_LE(engine.connects.size(), Budget::kDestination.most + 1);
  EXPECT_GT(made().refused(Bound::destination), 0U);
}

TEST_F(rollover, twice_in_a_moment_ends_the_oldest_at_once) {
  begin();
  ask("a.example", {kKeyB});
  establish(2, kKeyB);
  ask("a.example", {kKeyA});
  establish(3, kKeyA);
  EXPECT_THAT(engine.closed, ElementsAre(kOld));
  pass(config.linger);
  EXPECT_THAT(engine.closed, ElementsAre(kOld, kNew));
  made().close_all(now);
  EXPECT_EQ(engine.closed.size(), 3U);
}

}  // namespace
}  // namespace latchkey::unbound
