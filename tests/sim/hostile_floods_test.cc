// Too much of everything: what one message may hold, and how many may come.

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
using std::chrono::seconds;
using support::Behaviour;
using support::Payloads;

Edit with_many_notifies(std::size_t count) {
  return [count](Payloads& payloads) {
    for (std::size_t i = 0; i < count; ++i) payloads.push_back(support::notify_payload(NotifyType{40000}));
  };
}

TEST(notifies, by_thousands_in_an_ike_sa_init_begin_nothing) {
  for (const std::size_t count : {100u, 900u, 5000u}) {
    Server server(open_to_all());
    Stranger stranger(server);
    Payloads payloads = stranger.init_payloads();
    with_many_notifies(count)(payloads);
    EXPECT_TRUE(stranger.send(stranger.init_request(payloads)).empty());
    EXPECT_EQ(harm_by_strangers(server), "") << count;

    World world(ed25519_key(), Behaviour{.edit_init = with_many_notifies(count)});
    world.connect(seconds(10));
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_EQ(harm_by_server(world), "") << count;
  }
}

TEST(notifies, by_thousands_in_an_ike_auth_let_nobody_in) {
  for (const std::size_t count : {100u, 5000u}) {
    Server server(open_to_all());
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    Payloads claim = stranger.claim();
    with_many_notifies(count)(claim);
    const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    EXPECT_EQ(first_notify(answer->payloads()), NotifyType::invalid_syntax);
    EXPECT_EQ(harm_by_strangers(server), "") << count;

    World world(ed25519_key(), Behaviour{.edit_auth = with_many_notifies(count)});
    world.connect(seconds(10));
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_EQ(harm_by_server(world), "") << count;
  }
}

TEST(notifies, as_many_as_a_message_may_hold_are_put_up_with) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  with_many_notifies(wire::kMaxPayloads - claim.size())(claim);
  ASSERT_TRUE(stranger.ask(ExchangeType::ike_auth, claim));
  EXPECT_EQ(harm_by_clients(server, 1), "");
}

TEST(requests, by_thousands_get_an_answer_each_and_leave_nothing) {
  Server server(open_to_all());
  Stranger client(server);
  ASSERT_TRUE(client.agree());
  ASSERT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
  for (int i = 0; i < 5000; ++i) {
    const auto answer = client.ask(ExchangeType::informational, {support::notify_payload(NotifyType{40000})});
    ASSERT_TRUE(answer) << i;
    ASSERT_TRUE(answer->payloads().empty());
  }
  EXPECT_EQ(server.engine.ike_sas(), 1u);
  EXPECT_EQ(harm_by_clients(server, 1), "");
}

// RFC 7296 section 2.3. Whoever can seal one such request can send it again and again.
TEST(requests, above_the_window_by_thousands_bring_one_complaint) {
  Server server(open_to_all());
  Stranger client(server);
  ASSERT_TRUE(client.agree());
  ASSERT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
  const std::size_t before = server.sent.size();
  for (std::uint32_t i = 0; i < 5000; ++i) {
    client.next_request = 3 + i % 2000;
    const auto said = client.ask(ExchangeType::informational, {support::notify_payload(NotifyType{40000})});
    const bool complains = said && first_notify(said->payloads()) == NotifyType::invalid_message_id;
    EXPECT_EQ(complains, i == 0) << i;
    if (!complains) continue;
    ASSERT_TRUE(client.answer(server.sent.back().bytes, {})) << "so none is under way";
  }
  EXPECT_EQ(server.sent.size(), before + 1);
  EXPECT_EQ(server.engine.stats().dropped_message_id, 5000u);
  EXPECT_EQ(harm_by_clients(server, 1), "");
}

// The eighth child in use is the last.
TEST(requests, for_children_without_end_get_a_bounded_number) {
  Server server(open_to_all());
  Stranger client(server);
  ASSERT_TRUE(client.agree());
  const Payloads claim = client.claim();
  ASSERT_TRUE(client.ask(ExchangeType::ike_auth, claim));
  const Payloads creation = {claim[2], {PayloadType::nonce, Buffer(32, 7)}, claim[3], claim[4]};
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.ask(ExchangeType::create_child_sa, creation));
  EXPECT_EQ(server.kernel.live(), 8u);
  EXPECT_EQ(harm_by_clients(server, 8), "");
}

TEST(copies, of_an_ike_sa_init_by_thousands_keep_one_and_are_answered_by_no_more) {
  Server server(open_to_all());
  Stranger stranger(server);
  const Buffer request = stranger.init_request(stranger.init_payloads());
  for (int i = 0; i < 5000; ++i) EXPECT_LE(stranger.send(request).front().size(), request.size());
  EXPECT_EQ(server.engine.half_open_clients(), 1u);
  EXPECT_EQ(harm_by_strangers(server), "");
}

// The same SPI, another message each: nobody can say which one is true, so the first stays.
TEST(strangers, by_thousands_with_one_spi_have_one_place) {
  Server server(open_to_all());
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Stranger stranger(server, seed);
    stranger.spi_i = base::IkeSpi{77};
    (void)stranger.send(stranger.init_request(stranger.init_payloads()));
  }
  EXPECT_EQ(server.engine.half_open_clients(), 1u);
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST(noise, by_thousands_does_not_keep_an_honest_client_out) {
  Server server(open_to_all());
  Stranger honest(server);
  ASSERT_TRUE(honest.agree());
  for (int i = 0; i < 2000; ++i) EXPECT_TRUE(honest.send(noise_for(honest)).empty());
  EXPECT_EQ(server.engine.stats().dropped_bad_icv, 2000u);
  ASSERT_TRUE(honest.ask(ExchangeType::ike_auth, honest.claim()));
  EXPECT_EQ(server.kernel.live(), 1u);
}

// An answer that is longer than the question costs a COOKIE, and so does each copy of it.
TEST(answers, that_are_longer_than_their_question_are_for_those_who_hear_us) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  without(PayloadType::vendor_id)(payloads);
  for (int i = 0; i < 3; ++i) {
    const Buffer request = stranger.init_request(payloads);
    const auto answers = stranger.send(request);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_LE(answers.front().size(), request.size());
    ASSERT_EQ(first_notify(answers.front()), NotifyType::cookie);
  }
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  const Buffer answer = stranger.send(stranger.init_request(payloads)).front();
  const auto cookie = wire::parse_message(answer)->payloads.front().body;
  payloads.insert(payloads.begin(), {PayloadType::notify, base::to_buffer(cookie)});
  EXPECT_TRUE(stranger.agree(payloads));
}

TEST(cookies, that_would_be_longer_than_their_question_are_neither_sent_nor_counted) {
  auto responder = open_to_all();
  responder.cookies_from = 0;
  Server server(responder);
  Stranger stranger(server);
  EXPECT_TRUE(stranger.send(stranger.init_request({{PayloadType::nonce, Buffer(16, 7)}})).empty());
  EXPECT_EQ(server.engine.stats().cookies_sent, 0u);
  EXPECT_EQ(server.engine.stats().dropped_limit, 1u);
  EXPECT_EQ(stranger.send(stranger.init_request({{PayloadType::nonce, Buffer(64, 7)}})).size(), 1u);
  EXPECT_EQ(server.engine.stats().cookies_sent, 1u);
}

}  // namespace
}  // namespace latchkey::sim
