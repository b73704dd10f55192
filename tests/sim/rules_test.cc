// Security rules 5 to 8 and 11 at the engine's edge.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/crypto/digest.h"
#include "ike-engine/session/nat.h"
#include "ike-engine/wire/id.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using base::KeMethod;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Behaviour;
using support::Forgery;

// Rule 5: whatever comes before the true reply, the true one wins.
TEST(forged_replies, kill_nothing) {
  struct Case {
    std::string_view name;
    std::vector<Forgery> forgeries;
  };
  const Case cases[] = {
      {"another responder", {Forgery::init_reply}},
      {"two other responders", {Forgery::init_reply, Forgery::init_reply}},
      {"another responder with the true SPI", {Forgery::same_spi}},
      {"an error notify", {Forgery::no_proposal}},
      {"many error notifies", std::vector<Forgery>(40, Forgery::no_proposal)},
      {"a group", {Forgery::invalid_ke}},
      {"a cookie", {Forgery::cookie}},
      {"three cookies", {Forgery::cookie, Forgery::cookie, Forgery::cookie}},
      {"noise", {Forgery::garbage, Forgery::garbage}},
      {"a bit of everything", {Forgery::garbage, Forgery::no_proposal, Forgery::init_reply, Forgery::invalid_ke}},
  };
  for (const Case& c : cases) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(std::string(c.name) + ", seed " + std::to_string(seed));
      WorldConfig config;
      config.seed = seed;
      World world(ed25519_key(), Behaviour{.forgeries = c.forgeries}, config);
      world.connect(seconds(4));
      ASSERT_TRUE(world.run_until_settled());
      const auto* failed = world.last<api::Failed>();
      ASSERT_EQ(failed, nullptr) << failed->detail;
      EXPECT_EQ(world.kernel.installed().size(), 1u);
      EXPECT_EQ(world.kernel.reserved(), 0u);
    }
  }
}

TEST(forged_replies, get_an_ike_auth_each_but_never_more_than_three) {
  World world(ed25519_key(), Behaviour{.forgeries = std::vector<Forgery>(10, Forgery::init_reply)});
  world.connect(seconds(4));
  world.run(seconds(5));
  EXPECT_EQ(world.steps("ike_sa_init_answered"), 3u);
  EXPECT_GE(world.engine.stats().dropped_limit, 8u);
  EXPECT_TRUE(world.kernel.untouched());
  EXPECT_EQ(world.engine.half_open(), 0u);
}

TEST(cookies, are_brought_back_up_to_three_times) {
  for (unsigned cookies = 1; cookies <= 3; ++cookies) {
    World world(ed25519_key(), Behaviour{.cookies = cookies});
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_NE(world.last<api::Established>(), nullptr) << cookies;
    EXPECT_EQ(world.steps("cookie"), cookies);
    EXPECT_EQ(world.last<api::Established>()->exchanges, 2u + cookies);
  }
  World world(ed25519_key(), Behaviour{.cookies = 4});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_NE(world.last<api::Failed>(), nullptr);
  EXPECT_EQ(world.steps("cookie"), 3u);
}

TEST(cookies, may_have_1_to_64_octets) {
  for (const std::size_t size : {1u, 64u}) {
    World world(ed25519_key(), Behaviour{.cookies = 1, .cookie_size = size});
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_NE(world.last<api::Established>(), nullptr) << size;
  }
  for (const std::size_t size : {0u, 65u}) {
    World world(ed25519_key(), Behaviour{.cookies = 1, .cookie_size = size});
    world.connect(seconds(4));
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_NE(world.last<api::Failed>(), nullptr) << size;
    EXPECT_EQ(world.steps("cookie"), 0u);
    EXPECT_GE(world.engine.stats().dropped_malformed, 1u);
  }
}

// RFC 7296 section 2.6
TEST(cookies, come_first_and_leave_the_rest_of_the_request_as_it_was) {
  World world(ed25519_key(), Behaviour{.cookies = 1});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  const auto first = *wire::parse_message(world.sent[0].bytes);
  const auto second = *wire::parse_message(world.sent[1].bytes);
  ASSERT_EQ(second.payloads.size(), first.payloads.size() + 1);
  EXPECT_EQ(second.payloads.front().type, PayloadType::notify);
  for (std::size_t i = 0; i < first.payloads.size(); ++i) {
    EXPECT_TRUE(base::same(first.payloads[i].body, second.payloads[i + 1].body)) << i;
  }
  EXPECT_EQ(first.header.spi_i, second.header.spi_i);
}

TEST(invalid_ke, retries_with_the_group_that_was_named) {
  for (const auto ke : {KeMethod::ecp256, KeMethod::modp2048}) {
    World world(ed25519_key(), Behaviour{.ke = ke});
    world.connect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_NE(world.last<api::Established>(), nullptr);
    EXPECT_EQ(world.last<api::Established>()->ike.ke, ke);
    EXPECT_EQ(world.last<api::Established>()->exchanges, 3u);
  }
}

TEST(invalid_ke, together_with_a_cookie) {
  World world(ed25519_key(), Behaviour{.cookies = 1, .ke = KeMethod::ecp256});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Established>(), nullptr);
  EXPECT_EQ(world.last<api::Established>()->exchanges, 4u);
}

TEST(invalid_ke, leads_to_a_group_that_was_offered_only) {
  World world(ed25519_key(), Behaviour{.always_invalid_ke = KeMethod::modp1024});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(world.steps("invalid_ke"), 0u);
  for (const auto& datagram : world.sent) EXPECT_EQ(datagram.bytes, world.sent.front().bytes);
}

TEST(invalid_ke, is_obeyed_twice_at_most) {
  World world(ed25519_key(), Behaviour{.always_invalid_ke = KeMethod::ecp256});
  world.connect(seconds(4));
  world.run(milliseconds(200));
  world.responder.behaviour().always_invalid_ke = KeMethod::modp2048;
  world.run(seconds(1));
  world.responder.behaviour().always_invalid_ke = KeMethod::x25519;
  world.run(seconds(4));
  EXPECT_EQ(world.steps("invalid_ke"), 2u);
  EXPECT_EQ(world.count<api::Failed>(), 1u);
}

const wire::RawPayload* find(const std::vector<wire::RawPayload>& payloads, PayloadType type) {
  const auto it = std::find_if(payloads.begin(), payloads.end(), [&](const auto& p) { return p.type == type; });
  return it == payloads.end() ? nullptr : &*it;
}

// Rule 11.
TEST(an_anonymous_client, says_nothing_of_itself) {
  World world(ed25519_key(), {});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  const auto init = *wire::parse_message(world.sent.front().bytes);
  EXPECT_EQ(init.find(PayloadType::vendor_id), nullptr);
  const auto auth = world.responder.newest()->requests.front().payloads();
  EXPECT_EQ(find(auth, PayloadType::vendor_id), nullptr);
  EXPECT_EQ(find(auth, PayloadType::idr), nullptr);
  EXPECT_FALSE(support::find_notify(auth, NotifyType::initial_contact));
  ASSERT_NE(find(auth, PayloadType::idi), nullptr);
  const auto idi = wire::parse_id(find(auth, PayloadType::idi)->body);
  ASSERT_TRUE(idi);
  EXPECT_EQ(idi->type, base::IdType::null);
  EXPECT_TRUE(idi->data.empty());
}

TEST(an_anonymous_client, hides_its_address_from_nat_detection) {
  World world(ed25519_key(), {});
  world.connect();
  const auto init = *wire::parse_message(world.sent.front().bytes);
  const auto source = support::find_notify(init.payloads, NotifyType::nat_detection_source_ip);
  const auto destination = support::find_notify(init.payloads, NotifyType::nat_detection_destination_ip);
  ASSERT_TRUE(source && destination);
  const auto truth = session::nat_hash(init.header.spi_i, {}, world.sent.front().path.local);
  EXPECT_EQ(source->size(), truth.size());
  EXPECT_FALSE(base::same(*source, truth));
  EXPECT_TRUE(base::same(*destination, session::nat_hash(init.header.spi_i, {}, world.sent.front().path.remote)));
}

TEST(an_anonymous_client, looks_different_every_time) {
  WorldConfig other;
  other.seed = 2;
  World one(ed25519_key(), {});
  World two(ed25519_key(), {}, other);
  one.connect();
  two.connect();
  const auto a = *wire::parse_message(one.sent.front().bytes);
  const auto b = *wire::parse_message(two.sent.front().bytes);
  EXPECT_NE(a.header.spi_i, b.header.spi_i);
  for (const auto type : {PayloadType::ke, PayloadType::nonce}) {
    EXPECT_FALSE(base::same(a.find(type)->body, b.find(type)->body));
  }
}

// Rule 6: the server is at the address that DNS gave, whatever it says.
TEST(redirect, is_not_obeyed) {
  World world(ed25519_key(), Behaviour{.init_error = NotifyType::redirect});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::timeout);
  for (const auto& datagram : world.sent) EXPECT_EQ(datagram.path.remote.address.to_string(), world.config.remote);
}

TEST(datagrams, from_another_address_are_not_looked_at) {
  World world(ed25519_key(), Behaviour{.silent_init = true});
  world.connect();
  api::Path path = world.sent.front().path;
  path.remote.address = *base::Address::parse("203.0.113.66");
  world.engine.receive(world.sent.front().bytes, path, world.now);
  EXPECT_EQ(world.engine.stats().dropped_unknown_sa, 1u);
}

}  // namespace
}  // namespace latchkey::sim
