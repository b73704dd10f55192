// Our own rekeying of an IKE SA (RFC 7296 sections 1.3.2, 2.8 and 2.18).

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "tests/sim/creations.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::Create;
using support::Payloads;

class asks_for_an_ike_sa : public Creations {
 protected:
  static WorldConfig config() {
    WorldConfig config = quiet();
    config.engine.ike_lifetime = seconds(1000);
    return config;
  }
  asks_for_an_ike_sa() : Creations(config()) {}
  void until_asked() {
    while (requests(ExchangeType::create_child_sa) == 0) world.run(seconds(1));
  }
};

TEST_F(asks_for_an_ike_sa, that_works_and_inherits_the_child) {
  until_asked();
  EXPECT_GE(world.elapsed(), seconds(800));
  EXPECT_LE(world.elapsed(), seconds(902));
  world.run(milliseconds(100));
  ASSERT_EQ(world.responder.sas().size(), 2u);
  EXPECT_TRUE(first_sa().deleted) << "who has asked deletes the old one";
  EXPECT_TRUE(answer(world.responder.send_liveness_check()).empty());
  EXPECT_EQ(world.engine.ike_sas(), 1u);
  wear_out();
  world.run(milliseconds(100));
  EXPECT_EQ(compare(), "");
  EXPECT_EQ(sa().requests.front().header.message_id, base::MessageId{0});
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asks_for_an_ike_sa, and_rekeys_there_at_once_what_has_waited_for_it) {
  world.config.weather.loss = 100;  // so that our request stays under way
  while (world.engine.stats().sent < 4) world.run(seconds(1));
  wear_out();
  world.config.weather.loss = 0;
  world.run(seconds(60));
  ASSERT_EQ(world.responder.sas().size(), 2u);
  EXPECT_EQ(world.count<api::Rekeyed>(), 1u);
  EXPECT_EQ(compare(), "");
}

TEST_F(asks_for_an_ike_sa, and_ends_if_it_cannot_speak_in_what_the_peer_has_made) {
  world.responder.behaviour().edit_creation = without(PayloadType::ke);
  until_asked();
  world.run(seconds(1));
  EXPECT_EQ(world.last<api::Down>()->reason, Reason::malformed);
  EXPECT_TRUE(first_sa().deleted);
}

TEST_F(asks_for_an_ike_sa, or_begins_a_new_one) {
  world.responder.behaviour().edit_creation = only(NotifyType::no_additional_sas);
  until_asked();
  world.run(seconds(1));
  EXPECT_EQ(world.count<api::Established>(), 2u);
  EXPECT_TRUE(has_tunnel());
}

TEST_F(asks_for_an_ike_sa, and_says_temporary_failure_to_who_wants_a_child_meanwhile) {
  world.responder.behaviour().creates = false;
  world.config.weather.loss = 100;  // so that our request stays under way
  while (world.engine.stats().sent < 4) world.run(seconds(1));
  world.config.weather.loss = 0;
  for (const auto what : {Create::new_child, Create::rekey_child}) {
    const std::size_t before = sa().responses.size();
    world.inject(world.responder.send_create_child(what));
    world.run(milliseconds(10));
    ASSERT_EQ(sa().responses.size(), before) << "our answer is on its way";
    world.run(milliseconds(15));
    ASSERT_EQ(sa().responses.size(), before + 1);
    EXPECT_TRUE(support::find_notify(sa().responses.back().payloads(), NotifyType::temporary_failure));
  }
}

// --- Between two engines.

class rekey_ike : public ::testing::TestWithParam<bool> {
 protected:
  bool client_asks() const { return GetParam(); }
  PairConfig config() const {
    PairConfig config = patient_pair();
    (client_asks() ? config.client : config.server).ike_lifetime = seconds(1000);
    return config;
  }
  // Until both sides have gone over to the new IKE SA and forgotten the old one.
  void rekey(Pair& pair) {
    const std::size_t before = pair.client.steps("ike_sa_rekeyed");
    while (pair.client.steps("ike_sa_rekeyed") == before) pair.run(seconds(1));
    pair.run(seconds(40));
  }
};

TEST_P(rekey_ike, leaves_session_child_and_kernel_as_they_are) {
  Pair pair(config());
  bring_up(pair);
  rekey(pair);
  EXPECT_EQ(check_one_tunnel(pair), "");
  for (const Host* host : {&pair.client, &pair.server}) {
    EXPECT_EQ(host->kernel.installed().size(), 1u);
    EXPECT_EQ(host->count<api::Rekeyed>(), 0u);
    EXPECT_EQ(host->engine->sessions(), 1u);
    EXPECT_EQ(host->steps("ike_sa_rekeyed"), 1u);
  }
}

TEST_P(rekey_ike, swaps_the_roles_if_the_responder_asks_and_works_from_both_sides) {
  Pair pair(config());
  bring_up(pair);
  for (int generation = 1; generation <= 3; ++generation) {
    rekey(pair);
    for (Host* host : {&pair.client, &pair.server}) {
      wear_out(pair, *host);
      pair.run(seconds(1));
      ASSERT_EQ(check_one_tunnel(pair), "") << generation;
      EXPECT_EQ(host->sent.back().bytes[19] & 0x08u, (client_asks() == (host == &pair.client)) ? 0x08u : 0u)
          << "the I flag is its who has asked for this IKE SA";
    }
  }
  EXPECT_EQ(pair.client.count<api::Rekeyed>(), 6u);
}

TEST_P(rekey_ike, carries_leases_and_holders_over) {
  Pair pair(config());
  bring_up_with_lease(pair);
  rekey(pair);
  ASSERT_EQ(check_one_tunnel(pair), "");
  wear_out(pair, pair.client);
  pair.run(seconds(1));
  ASSERT_EQ(check_one_tunnel(pair), "");
  EXPECT_EQ(pair.client.kernel.installed().back().child.inner_local, base::Address::parse("100.64.0.2"));
  EXPECT_EQ(pair.server.kernel.installed().back().child.inner_remote, base::Address::parse("100.64.0.2"));
  pair.client.engine->close(pair.client.last<api::Established>()->session, pair.now);
  pair.collect(pair.client);
  pair.run(seconds(60));
  EXPECT_EQ(check_nothing_left(pair), "");
}

TEST_P(rekey_ike, bears_the_loss_of_any_one_datagram) {
  for (std::size_t lost = 0; lost < 4; ++lost) {
    Pair pair(config());
    bring_up(pair);
    std::size_t n = 0;
    pair.filter = [&](const Host&, const api::Datagram&) { return n++ != lost; };
    rekey(pair);
    EXPECT_EQ(check_one_tunnel(pair), "") << lost;
  }
}

INSTANTIATE_TEST_SUITE_P(asked_by, rekey_ike, ::testing::Bool(),
                         [](const auto& each) { return each.param ? std::string("client") : std::string("server"); });

}  // namespace
}  // namespace latchkey::sim
