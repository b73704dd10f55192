// What comes too early, too late, again, or with a message ID that it may not have (RFC 7296 sections 1.2, 2.1
// and 2.2).

#include <gtest/gtest.h>

#include "ike-engine/wire/notify.h"
#include "tests/sim/creations.h"
#include "tests/sim/siege.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::Buffer;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Behaviour;
using support::Payloads;

wire::Header header_of(const support::ResponderSa& sa, ExchangeType exchange, bool response, std::uint32_t id) {
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = sa.spi_r;
  header.exchange = exchange;
  header.response = response;
  header.message_id.value = id;
  return header;
}

TEST(before_ike_sa_init, nothing_protected_is_looked_at) {
  Server server(open_to_all());
  Stranger stranger(server);
  stranger.spi_r = base::IkeSpi{0x0123456789abcdef};
  for (const auto exchange : {ExchangeType::ike_auth, ExchangeType::create_child_sa, ExchangeType::informational,
                              ExchangeType::ike_intermediate, ExchangeType{250}}) {
    for (const auto type : {PayloadType::sk, PayloadType::skf}) {
      (void)stranger.send(support::plain_message(stranger.header(exchange), {{type, Buffer(60, 0x5a)}}));
      (void)stranger.send(support::plain_message(stranger.header(exchange), {{type, {}}}));
    }
  }
  EXPECT_EQ(harm_by_strangers(server), "");
}

// What IKE_AUTH would bring, in clear.
TEST(before_ike_auth, nothing_is_taken_in_clear) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  for (const auto exchange : {ExchangeType::ike_auth, ExchangeType::create_child_sa, ExchangeType::informational}) {
    EXPECT_TRUE(stranger.send(support::plain_message(stranger.header(exchange), stranger.claim())).empty());
  }
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST(before_ike_auth, no_other_exchange_is_answered) {
  for (const auto exchange : {ExchangeType::create_child_sa, ExchangeType::informational, ExchangeType{250}}) {
    Server server(open_to_all());
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    EXPECT_FALSE(stranger.ask(exchange, stranger.claim()));
    EXPECT_EQ(harm_by_strangers(server), "");
  }
}

/// A server that says something while its answer to IKE_AUTH is to come.
TEST(before_its_answer_to_ike_auth, a_server_s_requests_are_not_heard) {
  World world(ed25519_key(), Behaviour{.silent_auth = true});
  world.connect(seconds(10));
  world.run(milliseconds(100));
  support::ResponderSa& sa = *world.responder.newest();
  const std::size_t sent = world.sent.size();
  for (const auto exchange : {ExchangeType::ike_auth, ExchangeType::create_child_sa, ExchangeType::informational}) {
    for (const std::uint32_t id : {0u, 1u, 2u}) {
      for (const bool response : {false, true}) {
        if (response && exchange == ExchangeType::ike_auth && id == 1) continue;  // the true one's place
        world.inject(world.responder.send_sealed(header_of(sa, exchange, response, id), PayloadType::none, {}));
      }
    }
  }
  world.run(milliseconds(100));
  EXPECT_EQ(world.sent.size(), sent);
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(harm_by_server(world), "");
}

TEST(after_it_is_established, a_server_s_second_answers_say_nothing) {
  World world(ed25519_key(), {});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  support::ResponderSa& sa = *world.responder.newest();
  const std::size_t sent = world.sent.size();
  const Buffer failed = support::content_of({support::notify_payload(NotifyType::authentication_failed)});
  world.inject(
      world.responder.send_sealed(header_of(sa, ExchangeType::ike_auth, true, 1), PayloadType::notify, failed));
  for (const std::uint32_t id : {0u, 2u, 3u, 0xffffffffu}) {
    for (const auto exchange : {ExchangeType::create_child_sa, ExchangeType::informational}) {
      world.inject(world.responder.send_sealed(header_of(sa, exchange, true, id), PayloadType::notify, failed));
    }
  }
  Buffer init = sa.init_reply;
  init.back() ^= 1;
  world.inject({{sa.path, init}});
  world.run(seconds(1));
  EXPECT_EQ(world.sent.size(), sent);
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_EQ(world.count<api::Down>(), 0u);
}

/// A client that is in.
class message_ids : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(client.agree());
    ASSERT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
    ASSERT_EQ(client.next_request, 2u);
  }
  bool is_answered(std::uint32_t id) {
    client.next_request = id;
    const auto answer = client.ask(ExchangeType::informational, {});
    return answer && answer->header.response;
  }

  Server server{open_to_all()};
  Stranger client{server};
};

TEST_F(message_ids, outside_the_window_are_not_answered) {
  const auto dropped = server.engine.stats().dropped_message_id;
  const std::uint32_t outside[] = {0, 3, 4, 1000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  for (const std::uint32_t id : outside) EXPECT_FALSE(is_answered(id)) << id;
  EXPECT_EQ(server.engine.stats().dropped_message_id, dropped + std::size(outside));
  EXPECT_TRUE(is_answered(2)) << "they have not moved the window";
  EXPECT_FALSE(is_answered(1)) << "its answer has gone";
  EXPECT_EQ(harm_by_clients(server, 1), "");
}

TEST_F(message_ids, of_a_request_that_comes_again_with_other_content_get_the_old_answer) {
  const auto deletes = support::content_of({{PayloadType::delete_, {1, 0, 0, 0}}});
  const auto first = client.send_sealed(client.header(ExchangeType::informational), PayloadType::none, {});
  const auto second = client.send_sealed(client.header(ExchangeType::informational), PayloadType::delete_, deletes);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first, second);
  EXPECT_EQ(server.kernel.live(), 1u) << "what it says the second time is not done";
}

TEST_F(message_ids, of_fragments_outside_the_window_keep_nothing) {
  const Buffer piece(1000, 1);
  for (const std::uint32_t id : {0u, 1u, 3u, 0xffffffffu}) {
    wire::Header header = client.header(ExchangeType::informational);
    header.message_id.value = id;
    const auto sent = client.send_sealed(header, PayloadType::notify, piece, 2, 3);
    EXPECT_TRUE(sent.empty() || !wire::parse_message(sent.front())->header.response) << id;
  }
  EXPECT_TRUE(is_answered(2));
}

TEST_F(message_ids, are_of_no_use_to_somebody_who_can_not_seal) {
  for (const std::uint32_t id : {1u, 2u, 3u}) {
    client.next_request = id;
    EXPECT_TRUE(client.send(noise_for(client)).empty());
  }
  client.next_request = 2;
  EXPECT_TRUE(is_answered(2));
}

}  // namespace
}  // namespace latchkey::sim
