// Errors in an IKE SA that is authenticated: what is said of them, and what ends it (RFC 7296 section 2.21).

#include <gtest/gtest.h>

#include "ike-engine/wire/notify.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;

/// A server and a client that is in.
class errors : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(client.agree());
    ASSERT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
    ASSERT_EQ(server.kernel.live(), 1u);
  }
  void expect_over() {
    EXPECT_EQ(server.kernel.live(), 0u);
    EXPECT_EQ(server.engine.sessions(), 0u);
  }
  Server server{open_to_all()};
  Stranger client{server};
};

// Section 2.21.2: a client that does not like our AUTH says so in INFORMATIONAL, and no DELETE follows.
TEST_F(errors, of_authentication_that_the_client_finds_end_the_ike_sa) {
  const auto answer =
      client.ask(ExchangeType::informational, {support::notify_payload(NotifyType::authentication_failed)});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->payloads().empty());
  expect_over();
}

// Section 2.21.3: INVALID_SYNTAX is fatal on both sides.
TEST_F(errors, of_syntax_that_the_client_finds_in_a_request_of_ours_end_the_ike_sa) {
  Stranger other(server, 2);
  other.path.remote.port = 501;  // wants the same inner address: is the first one still there?
  ASSERT_TRUE(other.agree());
  ASSERT_TRUE(other.ask(ExchangeType::ike_auth, other.claim()));
  ASSERT_TRUE(client.answer(server.sent.back().bytes, {support::notify_payload(NotifyType::invalid_syntax)}));
  EXPECT_EQ(server.kernel.live(), 0u);
}

TEST_F(errors, other_than_these_end_nothing) {
  for (const auto type : {NotifyType::invalid_spi, NotifyType::no_proposal_chosen, NotifyType(8191)}) {
    EXPECT_TRUE(client.ask(ExchangeType::informational, {support::notify_payload(type)}));
  }
  EXPECT_EQ(server.kernel.live(), 1u);
}

TEST_F(errors, are_answered_in_an_exchange_that_nobody_agreed_on) {
  const auto answer = client.ask(ExchangeType::ike_intermediate, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(first_notify(answer->payloads()), NotifyType::invalid_syntax);
  expect_over();
}

// Section 2.21.3: every one is answered, also while a DELETE of ours is under way.
TEST(errors_in_requests, are_answered_while_we_delete) {
  for (const bool critical : {true, false}) {
    World world(ed25519_key(), {});
    const auto session = world.connect();
    ASSERT_TRUE(world.run_until_settled());
    world.config.weather.loss = 100;
    world.close(session);
    world.config.weather.loss = 0;
    auto& sa = *world.responder.newest();
    wire::Header header;
    header.spi_i = sa.spi_i;
    header.spi_r = sa.spi_r;
    header.exchange = ExchangeType::informational;
    header.message_id.value = sa.next_request++;
    const auto chain = *base::from_hex(critical ? "00 80 0004" : "00 00 0003");
    world.inject(world.responder.send_sealed(header, PayloadType{200}, chain));
    world.run(milliseconds(50));
    ASSERT_EQ(sa.responses.size(), 1u) << critical;
    EXPECT_EQ(first_notify(sa.responses.back().payloads()),
              critical ? NotifyType::unsupported_critical_payload : NotifyType::invalid_syntax);
  }
}

}  // namespace
}  // namespace latchkey::sim
