// A client that makes an IKE SA without a child (RFC 6023) or whose first child was refused, and asks for it by
// CREATE_CHILD_SA (RFC 7296 section 1.3.1): it gets what IKE_AUTH would have given it, and nothing else.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using base::TransformType;
using support::all_ipv4;
using support::host;
using support::payload;
using support::Payloads;
using support::range;

constexpr std::string_view kOurs = "198.51.100.7";
constexpr std::string_view kTheirs = "192.0.2.1";

api::ResponderConfig with_pool() {
  auto responder = open_to_all();
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.9")});
  return responder;
}

wire::Sa offer(std::optional<base::KeMethod> pfs = {}) {
  std::vector<wire::Transform> transforms{{TransformType::encr, 20, 256, false}, {TransformType::esn, 1, {}, false}};
  if (pfs) transforms.push_back({TransformType::ke, static_cast<std::uint16_t>(*pfs), {}, false});
  return {{{1, base::ProtocolId::esp, {0xc0, 0, 0, 77}, transforms}}};
}

const base::Buffer kNonce(32, 0x4e);

Payloads wish(const std::vector<wire::TrafficSelector>& tsi, const wire::Sa& sa = offer()) {
  return {payload(PayloadType::sa, sa), payload(PayloadType::nonce, wire::Nonce{kNonce}),
          payload(PayloadType::tsi, tsi), payload(PayloadType::tsr, host(kOurs))};
}

support::Payload address_request() { return payload(PayloadType::cp, wire::Cp{1, {{1, {}}}}); }

base::Bytes body(const support::Plain& answer, PayloadType type) {
  for (const auto& each : answer.payloads()) {
    if (each.type == type) return each.body;
  }
  return {};
}

std::optional<std::vector<wire::TrafficSelector>> selectors(const support::Plain& answer, PayloadType type) {
  const base::Bytes octets = body(answer, type);
  return octets.empty() ? std::nullopt : std::optional(wire::parse_ts(octets).value());
}

/// A server and a stranger whose IKE SA has no child.
struct Childless {
  explicit Childless(const api::ResponderConfig& config = open_to_all(), Payloads extra = {},
                     api::EngineConfig engine = {})
      : server(config, std::move(engine)) {
    EXPECT_TRUE(stranger.agree());
    Payloads claim = stranger.claim();
    claim.resize(2);
    std::ranges::move(extra, std::back_inserter(claim));
    auth = stranger.ask(ExchangeType::ike_auth, claim);
    EXPECT_TRUE(auth);
  }
  /// The answer to the request, which has to come.
  support::Plain ask(const Payloads& payloads) {
    return stranger.ask(ExchangeType::create_child_sa, payloads).value_or(support::Plain{});
  }
  NotifyType refusal(const Payloads& payloads) { return first_notify(ask(payloads).payloads()); }
  template <class Event>
  std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        server.events, [](const api::Event& event) { return std::holds_alternative<Event>(event); }));
  }

  Server server;
  Stranger stranger{server};
  std::optional<support::Plain> auth;
};

TEST(first_child, is_made_by_create_child_sa_and_told_then) {
  Childless world;
  EXPECT_TRUE(world.server.events.empty());
  const auto answer = world.ask(wish(host(kTheirs)));
  ASSERT_EQ(world.server.kernel.live(), 1u);
  EXPECT_EQ(selectors(answer, PayloadType::tsi), host(kTheirs));
  EXPECT_EQ(selectors(answer, PayloadType::tsr), host(kOurs));
  const auto nonce = wire::parse_nonce(body(answer, PayloadType::nonce)).value();
  const auto keys = world.stranger.child_keys(kNonce, nonce.value);
  const api::ChildSa& child = world.server.kernel.installed().front().child;
  EXPECT_EQ(child.spi_out, base::Spi{0xc000004d});
  EXPECT_TRUE(base::same(child.key_in.view(), keys.initiator_to_responder.view()));
  EXPECT_TRUE(base::same(child.key_out.view(), keys.responder_to_initiator.view()));
  EXPECT_TRUE(child.sending);
  EXPECT_FALSE(child.guard);
  ASSERT_EQ(world.count<api::Established>(), 1u);
  const auto& story = std::get<api::Established>(world.server.events.front());
  EXPECT_EQ(story.peer, "all: nobody");
  EXPECT_EQ(story.auth_scheme, "NULL");
  EXPECT_EQ(story.spi_in, child.spi_in);
  EXPECT_EQ(story.path.remote, world.stranger.path.remote);
  EXPECT_FALSE(story.initiator);
}

TEST(first_child, may_have_a_key_exchange_of_its_own) {
  Childless world;
  support::SeededRandom random(3);
  const auto kx =
      crypto::KeyExchange::generate(base::KeMethod::x25519, [&](base::MutableBytes out) { random.fill(out); }).value();
  Payloads request = wish(host(kTheirs), offer(base::KeMethod::x25519));
  request.push_back(payload(PayloadType::ke, wire::Ke{base::KeMethod::x25519, kx.public_value()}));
  const auto answer = world.ask(request);
  ASSERT_EQ(world.server.kernel.live(), 1u);
  const auto ke = wire::parse_ke(body(answer, PayloadType::ke)).value();
  const auto g_ir = kx.shared_secret(ke.value).value();
  const auto nonce = wire::parse_nonce(body(answer, PayloadType::nonce)).value();
  const auto keys = world.stranger.child_keys(kNonce, nonce.value, g_ir.view());
  const api::ChildSa& child = world.server.kernel.installed().front().child;
  EXPECT_TRUE(base::same(child.key_in.view(), keys.initiator_to_responder.view()));
}

TEST(first_child, is_of_any_suite_that_ike_auth_would_have_taken) {
  api::EngineConfig engine;
  engine.answered_esp = {{base::EncrId::aes_gcm_16, 128, true}};
  Childless world(open_to_all(), {}, engine);
  EXPECT_EQ(world.refusal(wish(host(kTheirs))), NotifyType::no_proposal_chosen);
  wire::Sa weaker = offer();
  weaker.proposals.front().transforms.front().key_bits = 128;
  EXPECT_EQ(world.refusal(wish(host(kTheirs), weaker)), NotifyType{});
  EXPECT_EQ(world.server.kernel.live(), 1u);
}

// Security rule 12
TEST(first_child, is_for_the_clients_own_address_alone) {
  Childless world;
  EXPECT_EQ(world.refusal(wish(host("192.0.2.9"))), NotifyType::ts_unacceptable);
  EXPECT_EQ(world.server.kernel.live(), 0u);
  EXPECT_EQ(world.server.kernel.reserved(), 0u);
  Payloads elsewhere = wish(host(kTheirs));
  elsewhere.back() = payload(PayloadType::tsr, host("198.51.100.8"));
  EXPECT_EQ(world.refusal(elsewhere), NotifyType::ts_unacceptable);
  const auto narrowed = world.ask(wish(all_ipv4()));
  EXPECT_EQ(selectors(narrowed, PayloadType::tsi), host(kTheirs));
  EXPECT_EQ(world.count<api::Established>(), 1u);
}

// Security rule 3
TEST(first_child, is_not_for_an_address_that_another_holds) {
  Childless world;
  Stranger first(world.server, 2);
  first.path.remote.port = 501;
  ASSERT_TRUE(first.agree());
  ASSERT_TRUE(first.ask(ExchangeType::ike_auth, first.claim()));
  ASSERT_EQ(world.server.kernel.live(), 1u);
  EXPECT_EQ(world.refusal(wish(host(kTheirs))), NotifyType::ts_unacceptable);
  EXPECT_EQ(world.server.kernel.live(), 1u);
}

TEST(first_child, that_was_made_keeps_others_from_its_address) {
  Childless world;
  ASSERT_EQ(world.refusal(wish(host(kTheirs))), NotifyType{});
  Stranger second(world.server, 2);
  second.path.remote.port = 501;
  ASSERT_TRUE(second.agree());
  const auto answer = second.ask(ExchangeType::ike_auth, second.claim());
  ASSERT_TRUE(answer);
  EXPECT_TRUE(support::find_notify(answer->payloads(), NotifyType::ts_unacceptable));
}

TEST(first_child, may_be_asked_for_again_after_ike_auth_has_refused_it) {
  Server server(open_to_all());
  Stranger stranger(server);
  ASSERT_TRUE(stranger.agree());
  Payloads claim = stranger.claim();
  claim[3] = payload(PayloadType::tsi, host("192.0.2.9"));
  const auto auth = stranger.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(auth);
  ASSERT_TRUE(support::find_notify(auth->payloads(), NotifyType::ts_unacceptable));
  const auto answer = stranger.ask(ExchangeType::create_child_sa, wish(host(kTheirs)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(first_notify(answer->payloads()), NotifyType{});
  EXPECT_EQ(server.kernel.live(), 1u);
}

// RFC 6023 section 3: CP stands in the modified IKE_AUTH.
TEST(first_child, is_for_the_address_that_ike_auth_has_leased) {
  Childless world(with_pool(), {address_request()});
  const auto leased = host("100.64.0.2");
  EXPECT_FALSE(body(*world.auth, PayloadType::cp).empty());
  EXPECT_EQ(world.server.engine.leases(), 1u);
  EXPECT_EQ(world.server.kernel.live(), 0u);
  EXPECT_EQ(world.refusal(wish(range("192.0.2.0", "192.0.2.255"))), NotifyType::ts_unacceptable);
  EXPECT_EQ(world.server.engine.leases(), 1u) << "it is the IKE SA's, whatever becomes of a child";
  const auto answer = world.ask(wish(all_ipv4()));
  EXPECT_EQ(selectors(answer, PayloadType::tsi), leased);
  EXPECT_TRUE(body(answer, PayloadType::cp).empty()) << "a CFG_REPLY that nobody has asked for";
  EXPECT_EQ(world.server.kernel.installed().front().child.inner_remote, leased.front().start);
  const wire::Delete del{base::ProtocolId::ike, {}};
  (void)world.stranger.ask(ExchangeType::informational, {payload(PayloadType::delete_, del)});
  EXPECT_EQ(world.server.engine.leases(), 0u);
}

TEST(first_child, may_bring_its_own_request_for_an_address) {
  Childless world(with_pool());
  Payloads request = wish(range("192.0.2.0", "192.0.2.255"));
  request.push_back(address_request());
  EXPECT_EQ(world.refusal(request), NotifyType::ts_unacceptable);
  EXPECT_EQ(world.server.engine.leases(), 0u) << "no child, no lease";
  request = wish(all_ipv4());
  request.push_back(address_request());
  const auto answer = world.ask(request);
  EXPECT_FALSE(body(answer, PayloadType::cp).empty());
  EXPECT_EQ(selectors(answer, PayloadType::tsi), host("100.64.0.3"));
  EXPECT_EQ(world.server.engine.leases(), 1u);
}

TEST(first_child, of_a_client_behind_a_nat_needs_a_lease) {
  Server server(with_pool());
  Stranger stranger(server);
  Payloads init = stranger.init_payloads();
  for (const auto type : {NotifyType::nat_detection_source_ip, NotifyType::nat_detection_destination_ip}) {
    init.push_back(support::notify_payload(type, base::Buffer(20, 1)));
  }
  ASSERT_TRUE(stranger.agree(init));
  Payloads claim = stranger.claim();
  claim.resize(2);
  ASSERT_TRUE(stranger.ask(ExchangeType::ike_auth, claim));
  const auto refused = stranger.ask(ExchangeType::create_child_sa, wish(all_ipv4()));
  ASSERT_TRUE(refused);
  EXPECT_EQ(first_notify(refused->payloads()), NotifyType::failed_cp_required);
  Payloads request = wish(all_ipv4());
  request.push_back(address_request());
  ASSERT_TRUE(stranger.ask(ExchangeType::create_child_sa, request));
  EXPECT_EQ(server.kernel.live(), 1u);
}

// Nobody has shown that it can hear us there.
TEST(first_child, is_never_for_an_address_that_the_client_has_moved_to) {
  Childless world;
  world.stranger.path.remote.address = *base::Address::parse("192.0.2.44");
  EXPECT_EQ(world.refusal(wish(host("192.0.2.44"))), NotifyType::ts_unacceptable);
  EXPECT_EQ(world.refusal(wish(all_ipv4())), NotifyType{});
  EXPECT_EQ(world.server.kernel.installed().front().child.remote, *base::Address::parse(kTheirs));
}

// A leased address may be reached by way of any other one.
TEST(first_child, goes_to_where_a_client_with_a_lease_has_moved) {
  Childless world(with_pool(), {address_request()});
  world.stranger.path.remote.address = *base::Address::parse("192.0.2.44");
  EXPECT_EQ(world.refusal(wish(all_ipv4())), NotifyType{});
  EXPECT_EQ(world.server.kernel.installed().front().child.remote, *base::Address::parse("192.0.2.44"));
}

TEST(first_child, is_followed_by_others_like_it_up_to_the_bound) {
  Childless world;
  for (int i = 0; i < 8; ++i) ASSERT_EQ(world.refusal(wish(host(kTheirs))), NotifyType{}) << i;
  EXPECT_EQ(world.refusal(wish(host(kTheirs))), NotifyType::no_additional_sas);
  EXPECT_EQ(world.server.kernel.live(), 8u);
  EXPECT_EQ(world.count<api::Established>(), 1u);
}

TEST(first_child, without_selectors_is_malformed) {
  Childless world;
  Payloads request = wish(host(kTheirs));
  request.pop_back();
  EXPECT_EQ(world.refusal(request), NotifyType::invalid_syntax);
  EXPECT_EQ(world.server.engine.sessions(), 0u);
  EXPECT_TRUE(world.server.events.empty()) << "nobody has heard of the session";
}

TEST(first_child, that_the_kernel_refuses_may_be_asked_for_again) {
  Childless world(with_pool());
  Payloads request = wish(all_ipv4());
  request.push_back(address_request());
  world.server.kernel.refuse_install = true;
  EXPECT_EQ(world.refusal(request), NotifyType::temporary_failure);
  EXPECT_EQ(world.server.engine.leases(), 0u);
  world.server.kernel.refuse_install = false;
  EXPECT_EQ(world.refusal(request), NotifyType{});
  EXPECT_EQ(world.server.kernel.live(), 1u);
}

TEST(first_child, is_in_transport_mode_where_the_server_is) {
  auto responder = with_pool();
  responder.mode = api::Mode::transport;
  Childless world(responder);
  EXPECT_EQ(world.refusal(wish(host(kTheirs))), NotifyType::no_proposal_chosen);
  Payloads request = wish(host(kTheirs));
  request.push_back(support::notify_payload(NotifyType::use_transport_mode));
  const auto answer = world.ask(request);
  EXPECT_TRUE(support::find_notify(answer.payloads(), NotifyType::use_transport_mode));
  EXPECT_EQ(world.server.kernel.installed().front().child.mode, api::Mode::transport);
}

}  // namespace
}  // namespace latchkey::sim
