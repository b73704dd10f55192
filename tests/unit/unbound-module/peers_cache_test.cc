// What the message cache may hold on the strength of a tunnel, and that it is called back however the tunnel goes.

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class cached : public peers {
 protected:
  /// The name is released on the first tunnel.
  Live released(std::string name = "a.example", api::DnsKey key = kKeyA) {
    ask(std::move(name), {key});
    if (made().waiting() > 0) establish(engine.connects.size(), key);
    const Done done = only_outcome();
    EXPECT_EQ(done.verdict, Verdict::up);
    EXPECT_TRUE(done.live && *done.live);
    live = done.live;
    return done.kept;
  }

  Live live;  ///< of the tunnel on which the last one was
};

TEST_F(cached, may_be_what_is_released_on_a_tunnel_that_lives) {
  const Live kept = released();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(*kept);
  EXPECT_EQ(released("b.example"), kept);
  EXPECT_THAT(made().take_stale(), IsEmpty());
}

TEST_F(cached, may_be_nothing_that_failed) {
  ask("a.example", {kKeyA});
  fail(1);
  EXPECT_FALSE(only_outcome().kept);
}

TEST_F(cached, goes_with_a_tunnel_that_is_lost) {
  const Live kept = released();
  released("b.example");
  lose(1);
  EXPECT_FALSE(*kept);
  EXPECT_FALSE(*live) << "nor may what is held on its strength be given out";
  EXPECT_THAT(made().take_stale(), ElementsAre("a.example", "b.example"));
  EXPECT_THAT(made().take_stale(), IsEmpty()) << "once";
}

TEST_F(cached, does_not_come_back_with_the_tunnel) {
  const Live kept = released();
  lose(1);
  establish(2, kKeyA);
  EXPECT_FALSE(*kept);
  const Live next = released();
  EXPECT_NE(next, kept);
  EXPECT_TRUE(*next);
}

TEST_F(cached, goes_with_a_tunnel_that_another_key_s_replaces) {
  const Live kept = released();
  ask("a.example", {kKeyB});
  EXPECT_TRUE(*kept) << "the old one carries on";
  establish(2, kKeyB);
  EXPECT_FALSE(*kept);
  EXPECT_THAT(made().take_stale(), ElementsAre("a.example"));
  EXPECT_TRUE(*only_outcome().kept);
}

TEST_F(cached, goes_with_an_unverified_tunnel_that_a_verified_name_has_taken_away) {
  Want want = a_want("u.example", {kKeyA});
  want.verified = false;
  made().want(want, now);
  establish(1, kKeyA);
  const Live kept = only_outcome().kept;
  ASSERT_TRUE(kept);
  ask("a.example", {kKeyB});
  EXPECT_FALSE(*kept);
  EXPECT_THAT(made().take_stale(), ElementsAre("u.example"));
}

TEST_F(cached, stays_through_a_rekeying_and_a_renewal) {
  const Live kept = released();
  made().event(api::Rekeyed{api::SessionId{1}, {}, {}, {}, {}}, now);
  establish(1, kKeyA);
  EXPECT_TRUE(*kept);
  EXPECT_EQ(released(), kept);
  EXPECT_THAT(made().take_stale(), IsEmpty());
}

// The tunnel stays for the other name; its lease does not know the first any more, and could not call it back later.
TEST_F(cached, goes_with_a_name_s_key_though_the_tunnel_stays) {
  const Live kept = released();
  released("b.example");
  made().key_removed("a.example", now);
  EXPECT_FALSE(*kept) << "whoever decided before that stores too late";
  EXPECT_TRUE(*live) << "the tunnel is there";
  EXPECT_THAT(made().take_stale(), UnorderedElementsAre("a.example", "b.example"));
  EXPECT_TRUE(*released("b.example"));
  lose(1);
  EXPECT_THAT(made().take_stale(), ElementsAre("b.example"));
}

TEST_F(cached, goes_with_a_tunnel_that_ends_with_its_last_name_s_key) {
  const Live kept = released();
  made().key_removed("a.example", now);
  EXPECT_FALSE(*kept);
  EXPECT_THAT(made().take_stale(), ElementsAre("a.example"));
}

// The cache counts in whole seconds of another clock, and may have been told to give out what has expired.
TEST_F(cached, is_called_back_though_the_lease_has_ended) {
  const Live kept = released();
  now += 60s;
  lose(1);
  EXPECT_FALSE(*kept);
  EXPECT_THAT(made().take_stale(), ElementsAre("a.example"));
}

TEST_F(cached, is_called_back_with_a_name_s_key_though_the_lease_has_ended) {
  released();
  released("b.example");
  now += 60s;
  made().key_removed("a.example", now);
  EXPECT_THAT(made().take_stale(), UnorderedElementsAre("a.example", "b.example"));
}

// Nobody hears of hits: a tunnel counts as used until the last TTL that they can have given out.
TEST_F(cached, keeps_its_tunnel_in_use_until_its_ttl_ends) {
  Want want = a_want("a.example", {kKeyA});
  want.ttl_s = 3000;
  made().want(want, now);
  establish(1, kKeyA);
  const Live kept = only_outcome().kept;
  for (int minute = 0; minute < 50; ++minute) pass(1min);
  EXPECT_TRUE(*kept);
  for (int minute = 0; minute < 14; ++minute) pass(1min);
  EXPECT_TRUE(*kept) << "the last hit may have been just before its end";
  pass(1min);
  EXPECT_FALSE(*kept);
  EXPECT_THAT(engine.guards, IsEmpty());
}

// Security rule 9: who finds no room in the lease is not known when the tunnel goes.
TEST_F(cached, may_be_no_name_beyond_the_bound_of_the_lease) {
  config.leases.names = 2;
  EXPECT_TRUE(released("a.example"));
  EXPECT_TRUE(released("b.example"));
  EXPECT_FALSE(released("c.example"));
  lose(1);
  EXPECT_THAT(made().take_stale(), UnorderedElementsAre("a.example", "b.example"));
}

}  // namespace
}  // namespace latchkey::unbound
