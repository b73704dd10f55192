// Inner addresses that a responder leases: who gets which, and who gets it again (RFC 7296 section 2.19, security rules
// 3 and 12).

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::payload;
using support::Payloads;
using support::range;

base::Address address(std::string_view text) { return *base::Address::parse(text); }

/// Anonymous clients and the owners of keys 2 and 3 may come.
api::ResponderConfig with_pool(std::string_view last = "100.64.0.9") {
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = support::fqdn("server.example"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  for (const int key : {2, 3}) {
    responder.peers.push_back({.name = "key " + std::to_string(key),
                               .kind = api::ProofKind::raw_key,
                               .keys = {dns_key_of(ed25519_key(key))}});
  }
  responder.pools.push_back({address("100.64.0.2"), address(last)});
  return responder;
}

/// A client that asks for an address.
struct Guest {
  Guest(Server& server, std::uint64_t seed) : stranger(server, seed) {
    stranger.path.remote = {address("203.0.113.5"), static_cast<std::uint16_t>(40000 + seed)};
    EXPECT_TRUE(stranger.agree());
  }
  /// Anonymous, or with a key. It then says something more, so the server knows that it has its child. Its lease;
  /// nothing if it was refused.
  std::optional<base::Address> come(std::optional<int> key = {}, std::string_view wanted = {},
                                    const std::vector<wire::TrafficSelector>& tsi = range("0.0.0.0",
                                                                                          "255.255.255.255")) {
    const base::Buffer name = *base::from_hex("02 000000 6c6170746f70");  // FQDN "laptop"
    Payloads claim = key ? stranger.claim(name, ed25519_key(*key)) : stranger.claim();
    claim[3] = payload(PayloadType::tsi, tsi);
    const base::Buffer value = wanted.empty() ? base::Buffer{} : base::to_buffer(address(wanted).bytes());
    claim.push_back(payload(PayloadType::cp, wire::Cp{1, {{1, value}}}));
    if (initial_contact) claim.push_back(support::notify_payload(NotifyType::initial_contact));
    answer = stranger.ask(ExchangeType::ike_auth, claim);
    EXPECT_TRUE(answer);
    if (!answer) return std::nullopt;
    (void)stranger.ask(ExchangeType::informational, {});
    for (const auto& each : answer->payloads()) {
      if (each.type == PayloadType::cp)
        return base::Address::from_bytes(wire::parse_cp(each.body)->attributes[0].value);
    }
    return std::nullopt;
  }
  bool is_refused(NotifyType type) const { return support::find_notify(answer->payloads(), type).has_value(); }
  void leave() {
    const wire::Delete del{base::ProtocolId::ike, {}};
    (void)stranger.ask(ExchangeType::informational, {payload(PayloadType::delete_, del)});
  }

  Stranger stranger;
  bool initial_contact = false;
  std::optional<support::Plain> answer;
};

TEST(lease, is_the_same_for_a_client_with_a_name_that_comes_again) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come(2);
  ASSERT_EQ(first, address("100.64.0.2"));
  EXPECT_EQ(Guest(server, 2).come(2), first);
  EXPECT_EQ(Guest(server, 3).come(2, "100.64.0.7"), first) << "whatever it would like";
  EXPECT_EQ(server.engine.leases(), 1u);
  EXPECT_EQ(server.kernel.live(), 1u);
  EXPECT_EQ(replaced(server), 2u);
}

// INITIAL_CONTACT and the lease both say that the older session is over.
TEST(lease, of_a_client_that_has_forgotten_everything_is_taken_over_once) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come(2);
  Guest again(server, 2);
  again.initial_contact = true;
  EXPECT_EQ(again.come(2), first);
  EXPECT_EQ(replaced(server), 1u);
  EXPECT_EQ(server.engine.stats().dropped_no_transition, 0u);
}

// RFC 6023: it may be heard long before it has a child to take over.
TEST(lease, of_a_client_that_comes_again_without_a_child_goes_with_its_old_one_until_it_has_another) {
  Server server(with_pool());
  ASSERT_EQ(Guest(server, 1).come(2), address("100.64.0.2"));
  Stranger again(server, 2);
  ASSERT_TRUE(again.agree());
  Payloads claim = again.claim(*base::from_hex("02 000000 6c6170746f70"), ed25519_key(2));
  claim.resize(2);
  claim.push_back(payload(PayloadType::cp, wire::Cp{1, {{1, {}}}}));
  ASSERT_TRUE(again.ask(ExchangeType::ike_auth, claim));
  ASSERT_TRUE(again.ask(ExchangeType::informational, {}));
  const auto& installed = server.kernel.installed();
  EXPECT_TRUE(installed.front().live);
  EXPECT_EQ(replaced(server), 0u);
  const wire::Sa offer{{{1,
                         base::ProtocolId::esp,
                         {0xc0, 0, 0, 77},
                         {{base::TransformType::encr, 20, 256, false}, {base::TransformType::esn, 1, {}, false}}}}};
  ASSERT_TRUE(again.ask(ExchangeType::create_child_sa,
                        {payload(PayloadType::sa, offer), payload(PayloadType::nonce, wire::Nonce{base::Buffer(32, 1)}),
                         payload(PayloadType::tsi, range("0.0.0.0", "255.255.255.255")),
                         payload(PayloadType::tsr, range("198.51.100.7", "198.51.100.7"))}));
  ASSERT_EQ(installed.size(), 2u);
  EXPECT_TRUE(installed.front().live);
  EXPECT_EQ(replaced(server), 0u);
  ASSERT_TRUE(again.ask(ExchangeType::informational, {}));
  EXPECT_EQ(replaced(server), 1u);
  EXPECT_FALSE(installed.front().live);
  EXPECT_TRUE(installed.back().live);
}

TEST(lease, is_free_when_the_last_session_of_its_client_has_ended) {
  Server server(with_pool());
  (void)Guest(server, 1).come(2);
  Guest again(server, 2);
  (void)again.come(2);
  again.leave();
  EXPECT_EQ(server.engine.leases(), 0u);
  EXPECT_EQ(Guest(server, 3).come({}, "100.64.0.2"), address("100.64.0.2"));
}

TEST(lease, is_another_for_another_key_that_gives_itself_the_same_name) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come(2);
  const auto thief = Guest(server, 2).come(3, first->to_string());
  ASSERT_TRUE(thief);
  EXPECT_NE(thief, first);
  EXPECT_EQ(replaced(server), 0u);
}

TEST(lease, of_an_anonymous_client_is_a_new_one_each_time) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come();
  const auto second = Guest(server, 2).come({}, first->to_string());
  ASSERT_TRUE(second);
  EXPECT_NE(second, first);
  EXPECT_EQ(server.engine.leases(), 2u);
  EXPECT_EQ(replaced(server), 0u);
}

TEST(lease, of_a_client_with_a_name_is_never_an_anonymous_ones) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come(2);
  const auto other = Guest(server, 2).come({}, first->to_string());
  ASSERT_TRUE(other);
  EXPECT_NE(other, first);
  Stranger at_home(server, 3);  // a host that has that very address outside
  at_home.path.remote.address = *first;
  ASSERT_TRUE(at_home.agree());
  const auto answer = at_home.ask(ExchangeType::ike_auth, at_home.claim());
  ASSERT_TRUE(answer);
  EXPECT_TRUE(support::find_notify(answer->payloads(), NotifyType::ts_unacceptable));
  EXPECT_EQ(server.kernel.installed().front().child.inner_remote, first);
  EXPECT_TRUE(server.kernel.installed().front().live);
  EXPECT_EQ(replaced(server), 0u);
}

TEST(lease, stays_with_the_session_that_has_it_if_the_client_is_refused_a_second) {
  Server server(with_pool());
  const auto first = Guest(server, 1).come(2);
  Guest again(server, 2);
  EXPECT_EQ(again.come(2, {}, range("10.0.0.0", "10.0.0.255")), std::nullopt);
  EXPECT_TRUE(again.is_refused(NotifyType::ts_unacceptable));
  EXPECT_EQ(server.engine.leases(), 1u);
  EXPECT_EQ(server.kernel.live(), 1u);
  EXPECT_NE(Guest(server, 3).come(), first);
}

TEST(lease, is_a_new_one_when_the_pool_is_another) {
  Server server(with_pool());
  ASSERT_EQ(Guest(server, 1).come(2), address("100.64.0.2"));
  auto other = with_pool();
  other.pools.front() = {address("100.64.7.1"), address("100.64.7.9")};
  ASSERT_TRUE(server.engine.serve(other));
  EXPECT_EQ(Guest(server, 2).come(2), address("100.64.7.1"));
}

// A full pool does not keep those out who have a place in it.
TEST(lease, is_there_for_a_client_with_a_name_though_the_pool_is_full) {
  Server server(with_pool("100.64.0.3"));
  const auto first = Guest(server, 1).come(2);
  ASSERT_TRUE(Guest(server, 2).come());
  Guest third(server, 3);
  EXPECT_EQ(third.come(), std::nullopt);
  EXPECT_TRUE(third.is_refused(NotifyType::internal_address_failure));
  EXPECT_EQ(Guest(server, 4).come(2), first);
}

// A client with a name has the address that it is seen at, although an anonymous one had leased it.
TEST(lease, that_had_to_give_way_does_not_stay_for_ever) {
  Server server(with_pool());
  const auto leased = Guest(server, 1).come();
  ASSERT_EQ(leased, address("100.64.0.2"));
  Stranger owner(server, 2);
  owner.path.remote.address = *leased;
  ASSERT_TRUE(owner.agree());
  const base::Buffer name = *base::from_hex("02 000000 6c6170746f70");
  ASSERT_TRUE(owner.ask(ExchangeType::ike_auth, owner.claim(name, ed25519_key(2))));
  EXPECT_EQ(replaced(server), 1u);
  const wire::Delete del{base::ProtocolId::ike, {}};
  (void)owner.ask(ExchangeType::informational, {payload(PayloadType::delete_, del)});
  EXPECT_EQ(server.engine.leases(), 0u);
}

// RFC 7296 section 3.15.1: INTERNAL_IP6_ADDRESS is an address and its prefix length; a client may want one, and leave
// out the length.
TEST(lease, of_ipv6_is_given_with_its_prefix_and_to_those_who_come_over_ipv6) {
  api::ResponderConfig config = with_pool();
  config.pools.push_back({address("fd00:7::2"), address("fd00:7::9")});
  Server server(config);
  const base::Buffer full = *base::from_hex("fd000007000000000000000000000005 80");
  struct Wish {
    std::uint16_t attribute;
    base::Buffer value;
    std::string_view granted;
  };
  const Wish wishes[] = {{8, {}, "fd00:7::2"},
                         {8, full, "fd00:7::5"},
                         {8, base::Buffer(full.begin(), full.end() - 1), "fd00:7::3"},
                         {8, base::to_buffer(address("fd00:8::1").bytes()), "fd00:7::4"},
                         {1, {}, ""}};
  std::uint64_t seed = 0;
  for (const Wish& wish : wishes) {
    SCOPED_TRACE(++seed);
    Stranger client(server, seed);
    client.path.local.address = address("2001:db8:1::7");
    client.path.remote = {address("2001:db8::1"), static_cast<std::uint16_t>(500 + seed)};
    ASSERT_TRUE(client.agree());
    Payloads claim = client.claim();
    claim[3] = payload(PayloadType::tsi, range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    claim.push_back(payload(PayloadType::cp, wire::Cp{1, {{wish.attribute, wish.value}}}));
    const auto answer = client.ask(ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    base::Buffer reply;
    std::vector<wire::TrafficSelector> tsi;
    for (const auto& each : answer->payloads()) {
      if (each.type == PayloadType::cp) reply = base::to_buffer(each.body);
      if (each.type == PayloadType::tsi) tsi = wire::parse_ts(each.body).value();
    }
    if (wish.granted.empty()) {  // of the other family there is none for it: the child is for its own address
      EXPECT_TRUE(reply.empty());
      EXPECT_EQ(tsi, range("2001:db8::1", "2001:db8::1"));
      continue;
    }
    const auto cp = wire::parse_cp(reply).value();
    ASSERT_EQ(cp.attributes.size(), 1u);
    EXPECT_EQ(cp.type, 2u);
    EXPECT_EQ(cp.attributes.front().type, 8u);
    const base::Address granted = address(wish.granted);
    EXPECT_EQ(base::to_buffer(cp.attributes.front().value),
              base::concat({granted.bytes(), std::array<std::uint8_t, 1>{128}}));
    EXPECT_EQ(tsi, range(wish.granted, wish.granted));
    EXPECT_EQ(server.kernel.installed().back().child.inner_remote, granted);
  }
  EXPECT_EQ(server.engine.leases(), 4u);
}

// Security rule 3: not even for a round trip.
TEST(holder, with_a_name_shares_nothing_with_who_has_held_its_address_without_one) {
  api::ResponderConfig config = with_pool();
  config.pools.clear();
  Server server(config);
  Stranger nobody(server, 1), owner(server, 2);
  owner.path.remote = nobody.path.remote;
  ASSERT_TRUE(nobody.agree());
  ASSERT_TRUE(nobody.ask(ExchangeType::ike_auth, nobody.claim()));
  ASSERT_TRUE(owner.agree());
  ASSERT_TRUE(
      owner.ask(ExchangeType::ike_auth, owner.claim(*base::from_hex("02 000000 6c6170746f70"), ed25519_key(2))));
  const auto& installed = server.kernel.installed();
  ASSERT_EQ(installed.size(), 2u);
  EXPECT_NE(installed[0].reqid, installed[1].reqid);
  EXPECT_TRUE(installed[1].sending);
  EXPECT_EQ(replaced(server), 1u) << "or it could have a newer child made, and the traffic back";
  EXPECT_FALSE(installed[0].live);
}

// Security rule 9: who never answers has a few sessions and no more.
TEST(holder, that_is_never_heard_does_not_pile_up) {
  Server server(with_pool());
  std::deque<Stranger> comers;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Stranger& comer = comers.emplace_back(server, seed);
    comer.path.remote = comers.front().path.remote;
    ASSERT_TRUE(comer.agree());
    ASSERT_TRUE(comer.ask(ExchangeType::ike_auth, comer.claim()));
    EXPECT_LE(server.engine.sessions(), 4u);
  }
  ASSERT_TRUE(comers.back().ask(ExchangeType::informational, {}));
  EXPECT_EQ(server.engine.sessions(), 1u);
  EXPECT_TRUE(server.kernel.installed().back().live);
}

// A resolver has a tunnel to each name's address: who serves several must not take the second for the first come again.
TEST(holder, of_a_child_with_one_of_our_addresses_does_not_give_way_to_a_child_with_another) {
  api::ResponderConfig config = with_pool();
  config.pools.clear();
  Server server(config);
  Stranger first(server, 1), second(server, 2), again(server, 3);
  second.path.local.address = address("198.51.100.77");
  again.path.remote = second.path.remote = first.path.remote;
  again.path.local = second.path.local;
  const auto comes = [](Stranger& client) {
    EXPECT_TRUE(client.agree());
    EXPECT_TRUE(client.ask(ExchangeType::ike_auth, client.claim()));
    EXPECT_TRUE(client.ask(ExchangeType::informational, {}));
  };
  comes(first);
  comes(second);
  EXPECT_EQ(server.kernel.live(), 2u);
  EXPECT_EQ(replaced(server), 0u);
  comes(again);
  EXPECT_EQ(server.kernel.live(), 2u) << "to that address it has come again";
  EXPECT_EQ(replaced(server), 1u);
}

}  // namespace
}  // namespace latchkey::sim
