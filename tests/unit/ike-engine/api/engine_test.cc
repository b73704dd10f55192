#include "ike-engine/api/engine.h"

#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace latchkey::api {
namespace {

using sim::World;
using sim::WorldConfig;
using std::chrono::seconds;

TEST(engine, refuses_a_set_without_usable_key) {
  World world(sim::ed25519_key(), {});
  ConnectRequest request;
  request.local = {*base::Address::parse("192.0.2.1"), 500};
  request.remote = *base::Address::parse("198.51.100.7");
  EXPECT_EQ(world.engine.connect(request, world.now).error().code, base::Errc::malformed);
  request.keys = {{1, {1, 2, 3}}, {2, {0}}, {4, base::Buffer(31, 1)}};
  EXPECT_EQ(world.engine.connect(request, world.now).error().code, base::Errc::malformed);
  EXPECT_TRUE(world.engine.take_output().datagrams.empty());
}

TEST(engine, refuses_addresses_of_two_families) {
  World world(sim::ed25519_key(), {});
  ConnectRequest request;
  request.local = {*base::Address::parse("192.0.2.1"), 500};
  request.remote = *base::Address::parse("2001:db8::7");
  request.keys = {world.responder.dns_key()};
  EXPECT_EQ(world.engine.connect(request, world.now).error().code, base::Errc::malformed);
}

// Security rule 9.
TEST(engine, bounds_its_sessions_and_its_half_open_ones) {
  WorldConfig config;
  config.engine.max_half_open = 3;
  config.engine.max_sessions = 5;
  World world(sim::ed25519_key(), {.silent_init = true}, config);
  ConnectRequest request;
  request.local = {*base::Address::parse("192.0.2.1"), 500};
  request.remote = *base::Address::parse("198.51.100.7");
  request.keys = {world.responder.dns_key()};
  request.deadline = world.now + seconds(2);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(world.engine.connect(request, world.now));
  EXPECT_EQ(world.engine.connect(request, world.now).error().code, base::Errc::exhausted);
  EXPECT_EQ(world.engine.half_open(), 3u);
  world.engine.expire(world.now + seconds(3));
  EXPECT_EQ(world.engine.half_open(), 0u);
  EXPECT_EQ(world.engine.sessions(), 0u);
  EXPECT_TRUE(world.engine.connect(request, world.now));
}

TEST(engine, bounds_its_sessions_when_they_are_up) {
  WorldConfig config;
  config.engine.max_sessions = 2;
  World world(sim::ed25519_key(), {}, config);
  for (int i = 0; i < 2; ++i) {
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
  }
  EXPECT_EQ(world.engine.sessions(), 2u);
  EXPECT_EQ(world.connect(), SessionId{}) << "the third is refused";
}

TEST(engine, bounds_its_farewells) {
  WorldConfig config;
  config.engine.max_sessions = 3;
  World world(sim::ed25519_key(), {}, config);
  for (int i = 0; i < 20; ++i) {
    const auto session = world.connect();
    ASSERT_TRUE(world.run_until_settled());
    world.config.weather.loss = 100;
    world.close(session);
    world.config.weather.loss = 0;
  }
  EXPECT_LE(world.engine.ike_sas(), 6u);
  world.run(seconds(300));
  EXPECT_EQ(world.engine.ike_sas(), 0u);
}

TEST(engine, never_gives_a_session_id_twice) {
  World world(sim::ed25519_key(), {});
  const auto first = world.connect();
  world.close(first);
  EXPECT_NE(world.connect(), first);
}

TEST(engine, ignores_unknown_sessions_and_other_peoples_datagrams) {
  World world(sim::ed25519_key(), {});
  world.engine.close(SessionId{77}, world.now);
  world.engine.receive({}, {}, world.now);
  world.engine.receive(base::Buffer(27, 0), {}, world.now);
  EXPECT_EQ(world.engine.stats().dropped_malformed, 2u);
  world.connect();
  base::Buffer other = world.sent.front().bytes;
  other[0] ^= 1;
  world.engine.receive(other, world.sent.front().path, world.now);
  EXPECT_EQ(world.engine.stats().dropped_unknown_sa, 1u);
  EXPECT_EQ(world.engine.stats().received, 3u);
  EXPECT_TRUE(world.engine.take_output().datagrams.empty()) << "nothing is answered";
}

TEST(engine, does_not_take_its_own_request_for_a_reply) {
  World world(sim::ed25519_key(), {.silent_init = true});
  world.connect();
  world.engine.receive(world.sent.front().bytes, world.sent.front().path, world.now);
  EXPECT_EQ(world.engine.stats().dropped_unknown_sa, 1u);
  EXPECT_EQ(world.engine.half_open(), 1u);
}

TEST(engine, close_of_a_negotiation_fails_it_and_leaves_nothing) {
  World world(sim::ed25519_key(), {.silent_auth = true});
  const auto session = world.connect();
  world.run(seconds(1));
  world.close(session);
  ASSERT_NE(world.last<Failed>(), nullptr);
  EXPECT_EQ(world.last<Failed>()->reason, Reason::closed);
  EXPECT_TRUE(world.kernel.untouched());
  world.run(seconds(60));  // for a late answer to IKE_AUTH
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
}

TEST(engine, counts_each_datagram_once) {
  World world(sim::ed25519_key(), {.copies = 3});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  world.run(seconds(1));
  const EngineStats stats = world.engine.stats();
  EXPECT_EQ(stats.received, 6u);
  EXPECT_EQ(stats.sent, 2u);
  EXPECT_EQ(stats.dropped_malformed + stats.dropped_unknown_sa + stats.dropped_bad_icv + stats.dropped_no_transition +
                stats.dropped_message_id + stats.dropped_limit,
            4u);
  EXPECT_EQ(stats.established, 1u);
}

TEST(engine, keeps_many_negotiations_apart) {
  World world(sim::ed25519_key(), {});
  for (int i = 0; i < 100; ++i) world.connect();
  world.run(seconds(2));
  EXPECT_EQ(world.count<Established>(), 100u);
  EXPECT_EQ(world.kernel.live(), 100u);
  EXPECT_EQ(world.engine.half_open(), 0u);
}

}  // namespace
}  // namespace latchkey::api
