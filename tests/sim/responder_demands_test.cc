// What the RFCs demand of a responder (docs/RFC-COVERAGE.md says which sentence each test is for), asked by a client
// that does not keep to them itself.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::Payloads;
using support::range;

api::ResponderConfig with_pool() {
  auto responder = open_to_all();
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.9")});
  return responder;
}

wire::Header header_of(base::Bytes message) { return wire::parse_message(message)->header; }

// RFC 7296 sections 3.1 and 2.2
TEST(init_request, is_one_only_with_the_right_header) {
  struct Case {
    std::string_view name;
    std::size_t at;
    std::uint8_t flip;
  };
  const Case cases[] = {{"a responder SPI", 15, 1},
                        {"the R bit", 19, 0x20},
                        {"no I bit", 19, 0x08},
                        {"message ID 1", 23, 1},
                        {"IKE_AUTH", 18, 1}};
  for (const Case& c : cases) {
    Server server(open_to_all());
    Stranger stranger(server);
    base::Buffer request = stranger.init_request(stranger.init_payloads());
    request[c.at] ^= c.flip;
    EXPECT_TRUE(stranger.send(request).empty()) << c.name;
    EXPECT_EQ(server.engine.ike_sas(), 0u) << c.name;
  }
  Server server(open_to_all());
  Stranger stranger(server);
  stranger.spi_i.value = 0;
  EXPECT_TRUE(stranger.send(stranger.init_request(stranger.init_payloads())).empty()) << "SPI 0";
}

// RFC 7296 section 2.6
TEST(init_request, with_a_wrong_cookie_is_as_if_it_had_none) {
  auto responder = open_to_all();
  responder.cookies_from = 0;
  Server server(responder);
  Stranger stranger(server);
  for (const std::size_t size : {0u, 1u, 33u, 64u, 100u}) {
    Payloads payloads = stranger.init_payloads();
    payloads.insert(payloads.begin(), support::notify_payload(NotifyType::cookie, base::Buffer(size, 7)));
    const auto answers = stranger.send(stranger.init_request(payloads));
    ASSERT_EQ(answers.size(), 1u) << size;
    EXPECT_EQ(first_notify(answers.front()), NotifyType::cookie) << size;
    EXPECT_EQ(header_of(answers.front()).spi_r, base::IkeSpi{});
    EXPECT_EQ(server.engine.ike_sas(), 0u);
  }
}

// RFC 7296 section 2.6: 1 to 64 octets; the same one is good for another key exchange (section 2.6.1).
TEST(init_request, with_its_cookie_is_answered) {
  auto responder = open_to_all();
  responder.cookies_from = 0;
  Server server(responder);
  Stranger stranger(server);
  const auto first = stranger.send(stranger.init_request(stranger.init_payloads()));
  ASSERT_EQ(first.size(), 1u);
  const auto message = wire::parse_message(first.front());
  const auto cookie = support::find_notify(message->payloads, NotifyType::cookie);
  ASSERT_TRUE(cookie);
  EXPECT_GE(cookie->size(), 1u);
  EXPECT_LE(cookie->size(), 64u);
  Payloads payloads = stranger.init_payloads();
  payloads.insert(payloads.begin(), support::notify_payload(NotifyType::cookie, *cookie));
  EXPECT_TRUE(stranger.agree(payloads));
}

// RFC 7296 sections 1.2 and 3.4
TEST(init_request, with_another_key_exchange_is_told_the_wanted_one) {
  api::EngineConfig config;
  config.ike = {{base::EncrId::aes_gcm_16, 256, base::PrfId::hmac_sha2_256, base::KeMethod::ecp256}};
  Server server(open_to_all(), config);
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  wire::Sa offer = wire::parse_sa(payloads.front().body).value();
  offer.proposals.front().transforms.push_back({base::TransformType::ke, 19, {}, false});
  payloads.front() = support::payload(PayloadType::sa, offer);
  const auto answers = stranger.send(stranger.init_request(payloads));
  ASSERT_EQ(answers.size(), 1u);
  const auto message = wire::parse_message(answers.front());
  const auto wanted = support::find_notify(message->payloads, NotifyType::invalid_ke_payload);
  ASSERT_TRUE(wanted);
  EXPECT_EQ(base::to_buffer(*wanted), (base::Buffer{0, 19}));
  EXPECT_EQ(message->header.spi_r, base::IkeSpi{});
  EXPECT_EQ(server.engine.ike_sas(), 0u);
}

TEST(init_request, without_a_suite_in_common_is_told_so) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  wire::Sa offer = wire::parse_sa(payloads.front().body).value();
  offer.proposals.front().transforms.front() = {base::TransformType::encr, 3, {}, false};
  payloads.front() = support::payload(PayloadType::sa, offer);
  const auto answers = stranger.send(stranger.init_request(payloads));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(first_notify(answers.front()), NotifyType::no_proposal_chosen);
  EXPECT_EQ(server.engine.ike_sas(), 0u);
}

// RFC 7296 section 2.5
TEST(init_request, with_an_unknown_payload_is_refused_if_that_is_critical) {
  Server server(open_to_all());
  Stranger stranger(server);
  Payloads payloads = stranger.init_payloads();
  payloads.push_back({PayloadType{200}, {1, 2, 3}});
  base::Buffer request = stranger.init_request(payloads);
  request[request.size() - 6] |= 0x80;  // the payload's critical bit
  const auto answers = stranger.send(request);
  ASSERT_EQ(answers.size(), 1u);
  const auto message = wire::parse_message(answers.front());
  const auto type = support::find_notify(message->payloads, NotifyType::unsupported_critical_payload);
  ASSERT_TRUE(type);
  EXPECT_EQ(base::to_buffer(*type), base::Buffer{200});
  EXPECT_EQ(server.engine.ike_sas(), 0u);
  EXPECT_TRUE(stranger.agree(payloads)) << "without the bit it is skipped";
}

// RFC 7296 section 2.1
TEST(init_request, that_comes_again_gets_the_same_octets_and_no_second_ike_sa) {
  Server server(open_to_all());
  Stranger stranger(server);
  const base::Buffer request = stranger.init_request(stranger.init_payloads());
  const auto first = stranger.send(request);
  const auto second = stranger.send(request);
  EXPECT_EQ(first, second);
  EXPECT_EQ(server.engine.half_open_clients(), 1u);
}

TEST(init_request, is_answered_with_a_header_that_says_so) {
  Server server(open_to_all());
  Stranger stranger(server);
  const auto answers = stranger.send(stranger.init_request(stranger.init_payloads()));
  ASSERT_EQ(answers.size(), 1u);
  const wire::Header header = header_of(answers.front());
  EXPECT_EQ(header.spi_i, stranger.spi_i);
  EXPECT_NE(header.spi_r, base::IkeSpi{});
  EXPECT_TRUE(header.response);
  EXPECT_FALSE(header.initiator);
  EXPECT_EQ(header.message_id, base::MessageId{0});
}

/// The answer's first error, 0 if the client is in.
NotifyType refusal(const std::optional<support::Plain>& answer) {
  return answer ? first_notify(answer->payloads()) : NotifyType{};
}

TEST(auth_request, of_an_honest_stranger_is_accepted) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  const auto answer = stranger.ask(ExchangeType::ike_auth, stranger.claim());
  ASSERT_TRUE(answer);
  EXPECT_EQ(refusal(answer), NotifyType{});
  EXPECT_EQ(server.kernel.live(), 1u);
  EXPECT_TRUE(answer->header.response);
  EXPECT_FALSE(answer->header.initiator);
}

// RFC 7296 section 1: IKE_AUTH has to come first.
TEST(auth_request, is_the_only_thing_that_is_heard_before_it) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  EXPECT_FALSE(stranger.ask(ExchangeType::create_child_sa, stranger.claim()));
  stranger.next_request = 1;
  EXPECT_FALSE(stranger.ask(ExchangeType::informational, {}));
  stranger.next_request = 0;
  EXPECT_FALSE(stranger.ask(ExchangeType::ike_auth, stranger.claim()));
  stranger.next_request = 2;
  EXPECT_FALSE(stranger.ask(ExchangeType::ike_auth, stranger.claim()));
  stranger.next_request = 1;
  EXPECT_TRUE(stranger.ask(ExchangeType::ike_auth, stranger.claim()));
}

// RFC 7296 section 2.21.2: nothing but these two notifies, and AUTH is not looked at.
TEST(auth_request, that_is_malformed_or_critical_is_refused_as_a_whole) {
  Server server(open_to_all());
  Stranger critical(server, 1);
  ASSERT_TRUE(critical.agree());
  const auto claim = support::chain_of(critical.claim());
  base::Buffer content = base::concat({*base::from_hex("27 80 0004"), claim.view()});  // type 200, next IDi
  content[0] = static_cast<std::uint8_t>(PayloadType::idi);
  const auto first = critical.ask_sealed(ExchangeType::ike_auth, PayloadType{200}, content);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->payloads().size(), 1u);
  EXPECT_EQ(refusal(first), NotifyType::unsupported_critical_payload);

  Stranger malformed(server, 2);
  ASSERT_TRUE(malformed.agree());
  const auto second = malformed.ask_sealed(ExchangeType::ike_auth, PayloadType::idi, *base::from_hex("27 00 0003"));
  ASSERT_TRUE(second);
  ASSERT_EQ(second->payloads().size(), 1u);
  EXPECT_EQ(refusal(second), NotifyType::invalid_syntax);
  EXPECT_EQ(server.kernel.live(), 0u);
  EXPECT_EQ(server.engine.sessions(), 0u);
}

// RFC 7296 section 2.21.2, RFC 7619 section 2.1
TEST(auth_request, with_a_wrong_auth_null_is_told_authentication_failed_and_nothing_else) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[1].body.back() ^= 1;
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->payloads().size(), 1u);
  EXPECT_EQ(refusal(answer), NotifyType::authentication_failed);
  EXPECT_EQ(server.engine.sessions(), 0u);
}

// RFC 7619 section 2.2: nothing stands behind an identity that goes with AUTH_NULL.
TEST(auth_request, of_nobody_gets_no_rights_by_an_identity) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  const base::Buffer id = *base::from_hex("02 000000 61646d696e");  // FQDN "admin"
  EXPECT_EQ(refusal(stranger.ask(ExchangeType::ike_auth, stranger.claim(id))), NotifyType::authentication_failed);
}

// RFC 7619 section 2.3
TEST(auth_request, of_nobody_with_initial_contact_deletes_nobodys_ike_sa) {
  Server server(open_to_all());
  Stranger first(server, 1);
  ASSERT_TRUE(first.agree());
  ASSERT_EQ(refusal(first.ask(ExchangeType::ike_auth, first.claim())), NotifyType{});
  Stranger second(server, 2);
  second.path.remote.address = *base::Address::parse("192.0.2.2");
  ASSERT_TRUE(second.agree());
  Payloads claim = second.claim();
  claim.push_back(support::notify_payload(NotifyType::initial_contact));
  ASSERT_EQ(refusal(second.ask(ExchangeType::ike_auth, claim)), NotifyType{});
  EXPECT_EQ(server.kernel.live(), 2u);
  EXPECT_EQ(server.engine.sessions(), 2u);
}

// RFC 7296 section 2.4: it speaks for "the same authenticated identity" alone.
TEST(auth_request, with_initial_contact_does_not_speak_for_somebody_elses_key) {
  auto responder = open_to_all();
  for (const int key : {2, 3}) {
    responder.peers.push_back({.name = "key " + std::to_string(key),
                               .kind = api::ProofKind::raw_key,
                               .keys = {dns_key_of(ed25519_key(key))}});
  }
  Server server(responder);
  const base::Buffer id = *base::from_hex("02 000000 6c6170746f70");  // FQDN "laptop"
  Stranger victim(server, 1);
  ASSERT_TRUE(victim.agree());
  ASSERT_EQ(refusal(victim.ask(ExchangeType::ike_auth, victim.claim(id, ed25519_key(2)))), NotifyType{});
  Stranger thief(server, 2);
  thief.path.remote.address = *base::Address::parse("192.0.2.2");
  ASSERT_TRUE(thief.agree());
  Payloads claim = thief.claim(id, ed25519_key(3));
  claim.push_back(support::notify_payload(NotifyType::initial_contact));
  ASSERT_EQ(refusal(thief.ask(ExchangeType::ike_auth, claim)), NotifyType{});
  EXPECT_EQ(server.kernel.live(), 2u) << "the victim's child is gone";
}

// RFC 7296 section 2.6: an address that somebody else has filled with half-open negotiations may still come in.
TEST(init_request, of_a_crowded_address_gets_in_with_a_cookie) {
  auto responder = open_to_all();
  responder.max_half_open_per_address = 5;
  Server server(responder);
  for (std::uint64_t seed = 10; seed < 30; ++seed) {  // whoever sends these never sees an answer
    Stranger spoofed(server, seed);
    (void)spoofed.send(spoofed.init_request(spoofed.init_payloads()));
  }
  Stranger honest(server, 1);
  const auto first = honest.send(honest.init_request(honest.init_payloads()));
  ASSERT_EQ(first.size(), 1u) << "the honest one is turned away";
  const auto message = wire::parse_message(first.front());
  const auto cookie = support::find_notify(message->payloads, NotifyType::cookie);
  ASSERT_TRUE(cookie);
  Payloads payloads = honest.init_payloads();
  payloads.insert(payloads.begin(), support::notify_payload(NotifyType::cookie, *cookie));
  EXPECT_TRUE(honest.agree(payloads));
}

std::optional<std::vector<wire::TrafficSelector>> selectors(const support::Plain& answer, PayloadType type) {
  for (const auto& payload : answer.payloads()) {
    if (payload.type == type) return wire::parse_ts(payload.body).value();
  }
  return std::nullopt;
}

// RFC 7296 section 2.9
TEST(auth_request, with_wider_selectors_is_narrowed_to_the_two_hosts) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[3] = support::payload(PayloadType::tsi, support::all_ipv4());
  claim[4] = support::payload(PayloadType::tsr, support::all_ipv4());
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_EQ(selectors(*answer, PayloadType::tsi),
            std::vector{wire::TrafficSelector::host(stranger.path.remote.address)});
  EXPECT_EQ(selectors(*answer, PayloadType::tsr),
            std::vector{wire::TrafficSelector::host(stranger.path.local.address)});
}

support::Payload address_request() { return support::payload(PayloadType::cp, wire::Cp{1, {{1, {}}}}); }

// RFC 7296 section 2.9: the answer is a subset of what was proposed, also where an address is leased.
TEST(auth_request, whose_selectors_lack_the_leased_address_gets_no_child) {
  Server server(with_pool());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[3] = support::payload(PayloadType::tsi, range("192.0.2.0", "192.0.2.255"));
  claim.insert(claim.begin() + 2, address_request());
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(support::find_notify(answer->payloads(), NotifyType::ts_unacceptable));
  EXPECT_EQ(server.kernel.live(), 0u);
  EXPECT_EQ(server.engine.leases(), 0u);
}

// libreswan's client without leftsubnet=: TSi is its own address, or what it takes for that behind a NAT.
TEST(auth_request, that_names_one_host_and_asks_for_an_address_gets_the_lease_and_nothing_else) {
  for (const auto* own : {"192.0.2.1", "10.9.8.7"}) {
    Server server(with_pool());
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    Payloads claim = stranger.claim();
    claim[3] = support::payload(PayloadType::tsi, range(own, own));
    claim.insert(claim.begin() + 2, address_request());
    const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    EXPECT_EQ(selectors(*answer, PayloadType::tsi), range("100.64.0.2", "100.64.0.2")) << own;
    ASSERT_EQ(server.kernel.live(), 1u) << own;
    EXPECT_EQ(server.kernel.installed().front().child.inner_remote, *base::Address::parse("100.64.0.2"));
  }
}

TEST(auth_request, that_names_a_part_of_one_host_and_asks_for_an_address_gets_no_child) {
  Server server(with_pool());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  const base::Address own = stranger.path.remote.address;
  claim[3] = support::payload(PayloadType::tsi, std::vector{wire::TrafficSelector{6, 443, 443, own, own}});
  claim.insert(claim.begin() + 2, address_request());
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(support::find_notify(answer->payloads(), NotifyType::ts_unacceptable));
}

// RFC 7296 sections 2.19 and 4
TEST(auth_request, that_asks_for_an_address_gets_one_in_front_of_sa) {
  Server server(with_pool());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[3] = support::payload(PayloadType::tsi, support::all_ipv4());
  claim.insert(claim.begin() + 2, address_request());
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  std::vector<PayloadType> types;
  for (const auto& payload : answer->payloads()) types.push_back(payload.type);
  const auto cp = std::ranges::find(types, PayloadType::cp);
  ASSERT_NE(cp, types.end());
  EXPECT_LT(cp, std::ranges::find(types, PayloadType::sa));
  const auto leased = selectors(*answer, PayloadType::tsi);
  EXPECT_EQ(leased, std::vector{wire::TrafficSelector::host(*base::Address::parse("100.64.0.2"))});
}

// RFC 7296 section 2.19
TEST(auth_request, that_asks_for_no_address_gets_no_cfg_reply) {
  Server server(with_pool());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  const auto answer = stranger.ask(ExchangeType::ike_auth, stranger.claim());
  ASSERT_TRUE(answer);
  for (const auto& payload : answer->payloads()) EXPECT_NE(payload.type, PayloadType::cp);
}

// RFC 7296 section 3.15.1: attributes that are not known are passed over.
TEST(auth_request, may_ask_for_what_we_do_not_have) {
  Server server(with_pool());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[3] = support::payload(PayloadType::tsi, support::all_ipv4());
  claim.insert(claim.begin() + 2,
               support::payload(PayloadType::cp, wire::Cp{1, {{3, {}}, {5, {}}, {1, {}}, {30000, {}}}}));
  const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  for (const auto& payload : answer->payloads()) {
    if (payload.type != PayloadType::cp) continue;
    const auto cp = wire::parse_cp(payload.body).value();
    ASSERT_EQ(cp.attributes.size(), 1u);
    EXPECT_EQ(cp.attributes.front().type, 1u);
  }
}

// RFC 6023
TEST(childless, initiation_is_announced_and_served) {
  Server server(open_to_all());
  Stranger stranger(server);
  const auto answers = stranger.send(stranger.init_request(stranger.init_payloads()));
  ASSERT_EQ(answers.size(), 1u);
  const auto message = wire::parse_message(answers.front());
  EXPECT_TRUE(support::find_notify(message->payloads, NotifyType::childless_ikev2_supported));
  Stranger childless(server, 2);
  ASSERT_TRUE(childless.agree());
  Payloads claim = childless.claim();
  claim.resize(2);
  const auto answer = childless.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_EQ(refusal(answer), NotifyType{});
  for (const auto& payload : answer->payloads()) {
    EXPECT_NE(payload.type, PayloadType::sa);
    EXPECT_NE(payload.type, PayloadType::tsi);
  }
  EXPECT_EQ(server.kernel.live(), 0u);
}

// Security rule 9: what goes because there is no room is forgotten everywhere.
TEST(half_open, ones_that_lose_their_place_leave_nothing) {
  api::EngineConfig config;
  config.max_sessions = 1;
  Server server(open_to_all(), config);
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Stranger& one = *strangers.emplace_back(std::make_unique<Stranger>(server, seed));
    one.path.remote.port = static_cast<std::uint16_t>(500 + seed);
    ASSERT_TRUE(one.agree());
    EXPECT_TRUE(one.send(noise_for(one)).empty());
  }
  for (const auto& one : strangers) (void)one->send(one->init_request(one->init_payloads()));
  server.now += std::chrono::seconds(60);
  server.engine.expire(server.now);
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  EXPECT_EQ(server.engine.ike_sas(), 0u);
}

}  // namespace
}  // namespace latchkey::sim
