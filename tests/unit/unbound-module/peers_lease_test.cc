// What a lease is worth: TTLs from nothing to a week, and names whose addresses move.

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kWeek = 7 * 24 * 3600;

class lease : public peers {
 protected:
  Done released(std::uint32_t ttl_s, base::Address address = kServer) {
    Want want = a_want("a.example", {kKeyA}, address);
    want.ttl_s = ttl_s;
    made().want(want, now);
    if (made().waiting() > 0) establish(engine.connects.size(), kKeyA);
    return only_outcome();
  }
};

TEST_F(lease, of_ttl_0_ends_at_once_and_its_tunnel_when_it_is_idle) {
  EXPECT_EQ(released(0).verdict, Verdict::up);
  EXPECT_EQ(made().tunnels(now)[0].lease_left, 0s);
  EXPECT_EQ(engine.guards.at(kServer), now + config.idle) << "the connection that was asked for lasts";
  for (int minute = 0; minute < 14; ++minute) pass(1min);
  EXPECT_THAT(engine.closed, IsEmpty());
  pass(1min);
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{1}));
  EXPECT_THAT(engine.guards, IsEmpty());
}

TEST_F(lease, of_ttl_0_does_not_mean_a_negotiation_for_each_question) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(released(0).verdict, Verdict::up);
    pass(1s);
  }
  EXPECT_EQ(engine.connects.size(), 1U);
}

TEST_F(lease, of_ttl_0_does_not_bring_a_lost_tunnel_back_but_blocks) {
  released(0);
  lose(1);
  EXPECT_EQ(engine.connects.size(), 1U);
  EXPECT_EQ(engine.guards.at(kServer), now + config.idle);
}

TEST_F(lease, of_a_week_is_no_longer_than_what_is_left_of_the_tunnel) {
  EXPECT_EQ(released(kWeek).lease_left_s, 3600U);
  pass(50min);
  EXPECT_EQ(released(kWeek).lease_left_s, 600U);
  EXPECT_EQ(made().tunnels(now)[0].lease_left, 10min);
  EXPECT_EQ(engine.guards.at(kServer), now + 10min + config.idle);
}

TEST_F(lease, of_a_week_goes_on_with_the_tunnel_s_next_life) {
  released(kWeek);
  pass(50min);
  made().event(api::Rekeyed{api::SessionId{1}, {}, {}, {}, {}}, now);
  EXPECT_EQ(released(kWeek).lease_left_s, 3600U);
}

TEST_F(lease, follows_a_name_whose_address_moves_and_leaves_the_old_tunnel_to_its_clients) {
  released(60);
  pass(1min);
  EXPECT_EQ(released(60, server(7)).verdict, Verdict::up);
  EXPECT_THAT(engine.closed, IsEmpty());
  EXPECT_THAT(made().tunnels(now)[0].names, IsEmpty());
  EXPECT_THAT(made().tunnels(now)[1].names, ElementsAre("a.example"));
  for (int minute = 0; minute < 15; ++minute) {
    pass(1min);
    EXPECT_EQ(released(60, server(7)).verdict, Verdict::up);
  }
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{1}));
  EXPECT_EQ(engine.guards.count(kServer), 0U);
  EXPECT_EQ(engine.guards.count(server(7)), 1U);
}

TEST_F(lease, of_a_name_that_moves_all_the_time_holds_no_more_tunnels_than_are_in_use) {
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_EQ(released(30, server(i)).verdict, Verdict::up);
    pass(1min);
  }
  EXPECT_LE(made().tunnels(now).size(), 17U);
  EXPECT_EQ(made().count(Verdict::up), 60U);
}

}  // namespace
}  // namespace latchkey::unbound
