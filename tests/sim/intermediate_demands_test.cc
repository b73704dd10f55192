// What RFC 9242 demands of a responder, asked by a client of the tests' own, which has its own idea of what AUTH
// covers.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"
#include "tests/support/toy_kem.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::KeMethod;
using base::NotifyType;
using base::PayloadType;
using support::kOtherToyMethod;
using support::kToyMethod;
using support::Payloads;
using support::ToyKem;

const ToyKem kLarge, kSmall(64, 48);
const std::vector kBoth{kToyMethod, kOtherToyMethod};

api::EngineConfig with_both() {
  api::EngineConfig config;
  config.additional_exchanges = {{kToyMethod, &kLarge}, {kOtherToyMethod, &kSmall}};
  return config;
}

/// A server and a stranger that have agreed on both exchanges.
struct Meeting {
  Server server{open_to_all(), with_both()};
  Stranger stranger{server};
  bool agreed = stranger.agree(stranger.init_payloads(kBoth));

  bool exchange_both() { return stranger.exchange(kToyMethod, kLarge) && stranger.exchange(kOtherToyMethod, kSmall); }
  /// What is said to a client that claims to be nobody: AUTH, or the first notify's type.
  std::string claim() {
    const auto answer = stranger.ask(ExchangeType::ike_auth, stranger.claim());
    if (!answer) return "silence";
    const auto payloads = answer->payloads();
    const bool auth = std::ranges::any_of(payloads, [](const auto& one) { return one.type == PayloadType::auth; });
    return auth ? "AUTH" : std::string(wire::to_string(first_notify(payloads)));
  }
};

support::Payload ke(KeMethod method, std::size_t size) {
  return support::payload(PayloadType::ke, wire::Ke{method, base::Buffer(size, 9)});
}

TEST(intermediate_request, of_an_honest_stranger_is_answered_and_what_it_held_is_covered_by_auth) {
  for (const std::size_t fragment_size : {0u, 300u}) {
    Meeting meeting;
    ASSERT_TRUE(meeting.agreed);
    meeting.stranger.fragment_size = fragment_size;
    ASSERT_TRUE(meeting.exchange_both()) << fragment_size;
    EXPECT_EQ(meeting.claim(), "AUTH") << fragment_size;
    EXPECT_EQ(meeting.server.kernel.live(), 1u);
  }
}

// RFC 9242 section 3.3.2
TEST(intermediate_request, that_auth_does_not_cover_as_it_was_is_the_end) {
  const std::pair<std::string_view, std::function<void(Stranger&)>> lies[] = {
      {"nothing of them", [](Stranger& stranger) { stranger.auth_i.clear(); }},
      {"another request", [](Stranger& stranger) { stranger.auth_i.front() ^= 1; }},
      {"another answer", [](Stranger& stranger) { stranger.auth_r.back() ^= 1; }},
      {"the two exchanged", [](Stranger& stranger) { std::swap(stranger.auth_i, stranger.auth_r); }},
  };
  for (const auto& [what, lie] : lies) {
    Meeting meeting;
    ASSERT_TRUE(meeting.agreed && meeting.exchange_both());
    lie(meeting.stranger);
    EXPECT_EQ(meeting.claim(), "AUTHENTICATION_FAILED") << what;
    EXPECT_TRUE(meeting.server.kernel.untouched()) << what;
    EXPECT_EQ(meeting.server.engine.half_open_clients(), 0u) << what;
  }
}

// RFC 9242 section 3.2
TEST(intermediate_request, with_another_message_id_is_no_request) {
  for (const std::uint32_t id : {0u, 2u, 3u}) {
    Meeting meeting;
    meeting.stranger.next_request = id;
    EXPECT_FALSE(meeting.stranger.ask_intermediate({ke(kToyMethod, 1184)})) << id;
    meeting.stranger.next_request = 1;
    EXPECT_TRUE(meeting.exchange_both()) << "the right one is not too late";
    EXPECT_EQ(meeting.claim(), "AUTH");
  }
}

// RFC 9242 sections 3.2 and 5
TEST(intermediate_request, comes_as_often_as_was_agreed_and_ike_auth_not_before) {
  Meeting meeting;
  ASSERT_TRUE(meeting.agreed && meeting.stranger.exchange(kToyMethod, kLarge));
  EXPECT_EQ(meeting.claim(), "silence") << "one is to come";
  meeting.stranger.next_request = 2;
  ASSERT_TRUE(meeting.stranger.exchange(kOtherToyMethod, kSmall));
  EXPECT_FALSE(meeting.stranger.ask_intermediate({ke(kToyMethod, 1184)})) << "one too many";
  EXPECT_FALSE(meeting.stranger.ask_intermediate({})) << "an empty one too many";
  meeting.stranger.next_request = 3;
  EXPECT_EQ(meeting.claim(), "AUTH");
}

TEST(intermediate_request, without_an_agreement_is_not_answered) {
  for (const auto& config : {api::EngineConfig{}, with_both()}) {
    Server server(open_to_all(), config);
    Stranger stranger(server);
    Payloads payloads = stranger.init_payloads();
    payloads.push_back(support::notify_payload(NotifyType::intermediate_exchange_supported));
    ASSERT_TRUE(stranger.agree(payloads));
    const auto answer = wire::parse_message(server.sent.front().bytes).value();
    EXPECT_FALSE(support::find_notify(answer.payloads, NotifyType::intermediate_exchange_supported));
    EXPECT_FALSE(stranger.ask_intermediate({ke(kToyMethod, 1184)}));
    stranger.next_request = 1;
    EXPECT_TRUE(stranger.ask(ExchangeType::ike_auth, stranger.claim()));
    EXPECT_EQ(server.kernel.live(), 1u);
  }
}

TEST(intermediate_request, of_a_method_whose_turn_it_is_not_is_not_answered) {
  Meeting meeting;
  EXPECT_FALSE(meeting.stranger.exchange(kOtherToyMethod, kSmall));
  meeting.stranger.next_request = 1;
  EXPECT_TRUE(meeting.exchange_both());
  EXPECT_EQ(meeting.claim(), "AUTH");
}

// RFC 7296 sections 2.5 and 2.21.2
TEST(intermediate_request, that_makes_no_sense_is_told_so_and_is_the_end) {
  const std::pair<std::string_view, Payloads> garbage[] = {
      {"nothing", {}},
      {"no key exchange", {support::notify_payload(NotifyType::initial_contact)}},
      {"a short one", {ke(kToyMethod, 1183)}},
      {"an empty one", {ke(kToyMethod, 0)}},
      {"a broken one", {{PayloadType::ke, {0, 1}}}},
      {"two of them", {ke(kToyMethod, 1184), ke(kToyMethod, 1184)}},
  };
  for (const auto& [what, payloads] : garbage) {
    Meeting meeting;
    const auto answer = meeting.stranger.ask_intermediate(payloads);
    ASSERT_TRUE(answer) << what;
    EXPECT_EQ(first_notify(answer->payloads()), NotifyType::invalid_syntax) << what;
    EXPECT_EQ(meeting.server.engine.half_open_clients(), 0u) << what;
    EXPECT_EQ(meeting.server.engine.stats().failed, 1u) << what;
    EXPECT_FALSE(meeting.stranger.exchange(kToyMethod, kLarge)) << what;
  }
}

TEST(intermediate_request, with_unknown_payloads_is_answered_unless_they_are_critical) {
  Meeting meeting;
  const auto own = kLarge.generate([](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{5}); }).value();
  const auto share = support::payload(PayloadType::ke, wire::Ke{kToyMethod, own.public_key});
  const auto answer = meeting.stranger.ask_intermediate({{PayloadType{200}, {1, 2}}, share});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->first, PayloadType::ke);
  const auto opened = kLarge.decapsulate(own, wire::parse_ke(answer->payloads().front().body)->value);
  meeting.stranger.mix(opened->view());
  ASSERT_TRUE(meeting.stranger.exchange(kOtherToyMethod, kSmall));
  EXPECT_EQ(meeting.claim(), "AUTH");

  Meeting other;
  const auto refusal =
      other.stranger.ask_sealed(ExchangeType::ike_intermediate, PayloadType{200}, *base::from_hex("00 80 0004"));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(first_notify(refusal->payloads()), NotifyType::unsupported_critical_payload);
  EXPECT_EQ(other.server.engine.half_open_clients(), 0u);
}

// RFC 9242 section 3.1
TEST(intermediate_exchange_supported, is_a_status_without_spi_and_data_and_may_have_some) {
  Server server(open_to_all(), with_both());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads(kBoth);
  payloads.back() = support::notify_payload(NotifyType::intermediate_exchange_supported, base::Buffer{1, 2, 3});
  ASSERT_TRUE(stranger.agree(payloads));
  const auto answer = wire::parse_message(server.sent.front().bytes).value();
  std::size_t found = 0;
  for (const auto& one : answer.payloads) {
    const bool notify = one.type == PayloadType::notify &&
                        wire::parse_notify(one.body)->type == NotifyType::intermediate_exchange_supported;
    if (!notify) continue;
    ++found;
    EXPECT_EQ(base::to_buffer(one.body), *base::from_hex("00 00 4036"));
  }
  EXPECT_EQ(found, 1u);
  EXPECT_TRUE(stranger.exchange(kToyMethod, kLarge));
}

TEST(intermediate_exchange_supported, goes_with_an_offer_of_additional_key_exchanges_or_they_are_not_chosen) {
  Server server(open_to_all(), with_both());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads(kBoth);
  payloads.pop_back();
  const auto answers = stranger.send(stranger.init_request(payloads));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(first_notify(answers.front()), NotifyType::no_proposal_chosen);
}

}  // namespace
}  // namespace latchkey::sim
