// Messages that lack a payload, have one too many or one that says what may not be said, in both roles. What
// CREATE_CHILD_SA may hold is in answer_creation_test.cc and request_child_test.cc, too.

#include <gtest/gtest.h>

#include "ike-engine/wire/id.h"
#include "ike-engine/wire/nonce.h"
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
using support::Payload;
using support::Payloads;

std::string name_of(PayloadType type) {
  switch (type) {
    case PayloadType::sa: return "sa";
    case PayloadType::ke: return "ke";
    case PayloadType::nonce: return "nonce";
    case PayloadType::idi: return "idi";
    case PayloadType::idr: return "idr";
    case PayloadType::auth: return "auth";
    case PayloadType::tsi: return "tsi";
    default: return "tsr";
  }
}

/// A tunnel is asked for of a server that behaves like this; what comes of it.
std::string harm_by(const Behaviour& behaviour) {
  World world(ed25519_key(), behaviour);
  world.connect(seconds(10));
  if (!world.run_until_settled()) return "no end";
  return harm_by_server(world);
}

/// Of one whose IKE_SA_INIT is honest and whose IKE_AUTH is edited.
std::string harm_by_auth(const Edit& edit) {
  Server server(open_to_all());
  Stranger stranger(server);
  if (!stranger.agree()) return "no agreement";
  Payloads claim = stranger.claim();
  edit(claim);
  (void)stranger.ask(ExchangeType::ike_auth, claim);
  return harm_by_strangers(server);
}

class without_payload : public testing::TestWithParam<PayloadType> {};
INSTANTIATE_TEST_SUITE_P(init, without_payload, testing::Values(PayloadType::sa, PayloadType::ke, PayloadType::nonce),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(without_payload, an_ike_sa_init_begins_nothing) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  without(GetParam())(payloads);
  EXPECT_TRUE(stranger.send(stranger.init_request(payloads)).empty());
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  EXPECT_EQ(harm_by_strangers(server), "");
  EXPECT_EQ(harm_by({.edit_init = without(GetParam())}), "");
}

TEST_P(without_payload, an_ike_sa_init_is_not_worth_a_cookie_that_is_longer) {
  auto responder = open_to_all();
  responder.cookies_from = 0;
  Server server(responder);
  Stranger stranger(server);
  const Buffer nonce(16, 0x5a);
  for (const Payloads& payloads : {Payloads{support::payload(PayloadType::nonce, wire::Nonce{nonce})}, Payloads{}}) {
    EXPECT_TRUE(stranger.send(stranger.init_request(payloads)).empty());
  }
  Payloads payloads = stranger.init_payloads();
  without(GetParam())(payloads);
  (void)stranger.send(stranger.init_request(payloads));
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
}

TEST(without_identity_or_auth, an_ike_auth_lets_nobody_in) {
  for (const PayloadType type : {PayloadType::idi, PayloadType::auth}) {
    EXPECT_EQ(harm_by_auth(without(type)), "") << name_of(type);
  }
  for (const PayloadType type : {PayloadType::idr, PayloadType::auth}) {
    EXPECT_EQ(harm_by({.edit_auth = without(type)}), "") << name_of(type);
  }
}

TEST(without_a_part_of_the_child, an_ike_auth_makes_none) {
  for (const PayloadType type : {PayloadType::sa, PayloadType::tsi, PayloadType::tsr}) {
    Server server(open_to_all());
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    Payloads claim = stranger.claim();
    without(type)(claim);
    const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    EXPECT_EQ(first_notify(answer->payloads()), NotifyType::invalid_syntax) << name_of(type);
    EXPECT_EQ(harm_by_clients(server, 0), "") << name_of(type);
  }
}

// The tunnel fails, and the server that has proven its key is told so.
TEST(without_a_part_of_the_child, an_answer_to_ike_auth_brings_no_tunnel) {
  for (const PayloadType type : {PayloadType::sa, PayloadType::tsi, PayloadType::tsr}) {
    EXPECT_EQ(harm_by({.edit_auth = without(type)}), "") << name_of(type);
  }
}

/// A client that is in and asks for more.
class hostile_client : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(client.agree());
    ASSERT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
    ASSERT_EQ(server.kernel.live(), 1u);
  }
  /// SA, Ni, TSi and TSr of a child beside the first.
  Payloads creation() const {
    const Payloads claim = client.claim();
    const Buffer nonce(32, 0x5a);
    return {claim[2], support::payload(PayloadType::nonce, wire::Nonce{nonce}), claim[3], claim[4]};
  }
  /// The answer's first notify to a request of these payloads; nothing if no answer came.
  std::optional<NotifyType> asks(ExchangeType exchange, const Payloads& payloads) {
    const auto answer = client.ask(exchange, payloads);
    return answer ? std::optional(first_notify(answer->payloads())) : std::nullopt;
  }

  Server server{open_to_all()};
  Stranger client{server};
};

TEST_F(hostile_client, asks_for_a_child_and_leaves_a_payload_out) {
  ASSERT_EQ(asks(ExchangeType::create_child_sa, creation()), NotifyType{}) << "the whole request is granted";
  for (const PayloadType type : {PayloadType::sa, PayloadType::nonce, PayloadType::tsi, PayloadType::tsr}) {
    Server other_server(open_to_all());
    Stranger other(other_server);
    ASSERT_TRUE(other.agree());
    ASSERT_TRUE(other.ask(ExchangeType::ike_auth, other.claim()));
    Payloads payloads = creation();
    without(type)(payloads);
    const auto answer = other.ask(ExchangeType::create_child_sa, payloads);
    ASSERT_TRUE(answer);
    EXPECT_EQ(first_notify(answer->payloads()), NotifyType::invalid_syntax) << name_of(type);
    EXPECT_EQ(harm_by_clients(other_server, 0), "") << "INVALID_SYNTAX ends the IKE SA";
  }
}

// RFC 7296 section 2.5, in an answer: we can't tell the peer, and take nothing of it.
TEST(unknown_critical, payload_in_an_answer_ends_what_it_answers) {
  const auto add = [](Payloads& payloads) { payloads.push_back({PayloadType{200}, {1, 2, 3}, true}); };
  EXPECT_EQ(harm_by({.edit_init = add}), "");
  EXPECT_EQ(harm_by({.edit_auth = add}), "");
  const auto harmless = [](Payloads& payloads) { payloads.push_back({PayloadType{200}, {1, 2, 3}}); };
  EXPECT_EQ(harm_by({.edit_auth = harmless}), "a tunnel") << "without the bit it is skipped";
}

TEST(unknown_critical, payload_in_a_short_question_gets_no_longer_answer) {
  Server server(open_to_all());
  Stranger stranger(server);
  for (const std::size_t size : {0u, 4u, 5u, 100u}) {
    const auto answers = stranger.send(stranger.init_request({{PayloadType{200}, Buffer(size), true}}));
    EXPECT_EQ(answers.size(), size < 5 ? 0u : 1u) << size;
  }
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST_F(hostile_client, sends_an_unknown_critical_payload_in_each_exchange) {
  for (const auto exchange : {ExchangeType::informational, ExchangeType::create_child_sa}) {
    Payloads payloads = creation();
    payloads.insert(payloads.begin(), {PayloadType{200}, {1, 2, 3}, true});
    EXPECT_EQ(asks(exchange, payloads), NotifyType::unsupported_critical_payload);
  }
  EXPECT_EQ(harm_by_clients(server, 1), "");
}

// RFC 7296 section 2.10: 16 to 256 octets.
TEST(nonces, of_wrong_size_begin_nothing) {
  for (const std::size_t size : {0u, 1u, 15u, 257u, 1024u}) {
    const Edit wrong = with(PayloadType::nonce, Buffer(size, 7));
    Server server(open_to_all());
    Stranger stranger(server);
    Payloads payloads = stranger.init_payloads();
    wrong(payloads);
    EXPECT_TRUE(stranger.send(stranger.init_request(payloads)).empty()) << size;
    EXPECT_EQ(harm_by_strangers(server), "") << size;
    EXPECT_EQ(harm_by({.edit_init = wrong}), "") << size;
  }
}

TEST_F(hostile_client, asks_for_a_child_with_a_nonce_of_wrong_size) {
  Payloads payloads = creation();
  with(PayloadType::nonce, Buffer(257, 7))(payloads);
  EXPECT_EQ(asks(ExchangeType::create_child_sa, payloads), NotifyType::invalid_syntax);
  EXPECT_EQ(harm_by_clients(server, 0), "");
}

TEST(payloads_that_may_come_once, end_what_they_come_twice_in) {
  for (const PayloadType type : {PayloadType::sa, PayloadType::ke, PayloadType::nonce}) {
    const auto twice = [type](Payloads& payloads) { payloads.push_back(Payload(*find(payloads, type))); };
    Server server(open_to_all());
    Stranger stranger(server);
    Payloads payloads = stranger.init_payloads();
    twice(payloads);
    EXPECT_TRUE(stranger.send(stranger.init_request(payloads)).empty());
    EXPECT_EQ(harm_by_strangers(server), "") << name_of(type);
    EXPECT_EQ(harm_by({.edit_init = twice}), "") << name_of(type);
  }
  for (const PayloadType type :
       {PayloadType::idi, PayloadType::auth, PayloadType::sa, PayloadType::tsi, PayloadType::tsr}) {
    const auto twice = [type](Payloads& payloads) { payloads.push_back(Payload(*find(payloads, type))); };
    EXPECT_EQ(harm_by_auth(twice), "") << name_of(type);
  }
  for (const PayloadType type :
       {PayloadType::idr, PayloadType::auth, PayloadType::sa, PayloadType::tsi, PayloadType::tsr}) {
    const auto twice = [type](Payloads& payloads) { payloads.push_back(Payload(*find(payloads, type))); };
    EXPECT_EQ(harm_by({.edit_auth = twice}), "") << name_of(type);
  }
}

// RFC 7296 section 2.16: whoever leaves AUTH out asks for EAP, which we don't have.
TEST(eap, is_not_to_be_had) {
  const Payload eap{PayloadType::eap, {2, 1, 0, 5, 1}};
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  without(PayloadType::auth)(claim);
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_EQ(first_notify(answer->payloads()), NotifyType::authentication_failed);
  EXPECT_FALSE(stranger.ask(ExchangeType::ike_auth, {eap})) << "it is over";
  EXPECT_EQ(harm_by_strangers(server), "");

  const auto offer_eap = [&](Payloads& payloads) {
    without(PayloadType::auth)(payloads);
    payloads.push_back(eap);
  };
  EXPECT_EQ(harm_by({.edit_auth = offer_eap}), "");
}

TEST(identity, of_more_than_1024_octets_lets_nobody_in) {
  const auto id_of = [](std::size_t size) {
    base::Writer out;
    write(out, wire::Id{base::IdType::fqdn, Buffer(size, 'x')});
    return out.take();
  };
  auto responder = open_to_all();
  responder.peers.push_back({.name = "key", .kind = api::ProofKind::raw_key, .keys = {dns_key_of(ed25519_key(2))}});
  for (const std::size_t size : {1025u, 60000u}) {
    Server server(responder);
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    (void)stranger.ask(ExchangeType::ike_auth, stranger.claim(id_of(size), ed25519_key(2)));
    EXPECT_EQ(harm_by_strangers(server), "") << size;
  }
  Server server(responder);
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  (void)stranger.ask(ExchangeType::ike_auth, stranger.claim(id_of(1024), ed25519_key(2)));
  EXPECT_EQ(server.engine.sessions(), 1u);
}

// AUTH proves nothing outside of IKE_AUTH.
TEST_F(hostile_client, sends_its_claim_in_other_exchanges) {
  EXPECT_EQ(asks(ExchangeType::informational, client.claim()), NotifyType{});
  EXPECT_EQ(asks(ExchangeType::create_child_sa, client.claim()), NotifyType::invalid_syntax) << "there is no nonce";
  EXPECT_EQ(server.engine.sessions(), 0u);
  EXPECT_EQ(harm_by_clients(server, 0), "");
}

TEST_F(hostile_client, authenticates_a_second_time) {
  EXPECT_EQ(asks(ExchangeType::ike_auth, client.claim()), NotifyType::invalid_syntax);
  EXPECT_EQ(server.engine.sessions(), 0u) << "INVALID_SYNTAX ends the IKE SA";
  EXPECT_EQ(harm_by_clients(server, 0), "");
}

}  // namespace
}  // namespace latchkey::sim
