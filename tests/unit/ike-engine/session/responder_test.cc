#include "ike-engine/session/responder.h"

#include <gtest/gtest.h>

#include "ike-engine/session/ike_sa.h"
#include "tests/support/names.h"

namespace latchkey::session {
namespace {

using base::Errc;
using base::Family;
using support::fqdn;

base::Address address(std::string_view text) { return *base::Address::parse(text); }
base::Buffer octets(std::string_view text) { return base::to_buffer(base::as_bytes(text)); }

api::ResponderConfig anonymous() {
  api::ResponderConfig config;
  config.identities.emplace_back();
  config.peers.emplace_back();
  config.pools.push_back({address("100.64.0.2"), address("100.64.0.3")});
  return config;
}

std::unique_ptr<Responder> prepared(const api::ResponderConfig& config = anonymous()) {
  return std::move(prepare_responder(config).value());
}

/// An IKE SA of a client, with its session.
struct Client {
  explicit Client(std::uint64_t id, std::string_view name = {}) {
    sa.role = Role::responder;
    sa.path.remote = {address("192.0.2.1"), 500};
    sa.session = &session;
    session.id.value = id;
    session.initiator = false;
    session.remote = sa.path.remote.address;
    session.known = !name.empty();
    if (session.known) session.peer = fqdn(name);
  }
  /// It has leased the address, and has its child.
  void lease(Responder& responder, std::string_view text) {
    session.lease = session.holds = responder.leases.take(Family::ipv4, address(text));
    responder.note_holder(sa);
  }

  Session session;
  IkeSa sa;
};

TEST(a_responder, without_an_identity_is_none) {
  api::ResponderConfig config = anonymous();
  config.identities.clear();
  const auto responder = prepare_responder(config);
  ASSERT_FALSE(responder);
  EXPECT_EQ(responder.error().code, Errc::mismatch);
}

TEST(a_responder, is_not_made_of_what_is_of_no_use) {
  struct Case {
    const char* name;
    std::function<void(api::ResponderConfig&)> spoil;
  };
  const Case cases[] = {
      {"a secret of ours that is empty",
       [](auto& config) { config.identities.front().kind = api::ProofKind::shared_secret; }},
      {"a key of ours that is none",
       [](auto& config) {
         config.identities.front().kind = api::ProofKind::raw_key;
         config.identities.front().private_key = base::SecretBytes(octets("-----BEGIN"));
       }},
      {"a peer without a usable key",
       [](auto& config) {
         config.peers.front().kind = api::ProofKind::raw_key;
         config.peers.front().keys = {{2, {3, 1, 0, 1, 9, 9, 9}}};
       }},
      {"a peer's secret that is empty",
       [](auto& config) { config.peers.front().kind = api::ProofKind::shared_secret; }},
      {"a CA that is none",
       [](auto& config) {
         config.peers.front().kind = api::ProofKind::certificate;
         config.peers.front().authorities = {{0x30, 0}};
       }},
      {"a PPK without an id",
       [](auto& config) {
         config.ppks.push_back({{}, base::SecretBytes(octets("secret"))});
       }},
      {"a PPK without a secret",
       [](auto& config) {
         config.ppks.push_back({octets("id"), {}});
       }},
  };
  for (const Case& each : cases) {
    api::ResponderConfig config = anonymous();
    each.spoil(config);
    EXPECT_FALSE(prepare_responder(config)) << each.name;
  }
  EXPECT_TRUE(prepare_responder(anonymous()));
}

TEST(a_responder, counts_who_is_there_by_address_and_forgets_who_is_not) {
  const auto responder = prepared();
  const base::Address one = address("192.0.2.1");
  responder->entered(one, &Crowd::half_open);
  responder->entered(one, &Crowd::half_open);
  responder->entered(one, &Crowd::sessions);
  EXPECT_EQ(responder->crowd(one).half_open, 2u);
  EXPECT_EQ(responder->crowd(one).sessions, 1u);
  EXPECT_EQ(responder->crowd(address("192.0.2.2")).half_open, 0u);
  responder->left(one, &Crowd::half_open);
  responder->left(one, &Crowd::half_open);
  EXPECT_EQ(responder->crowds.size(), 1u);
  responder->left(one, &Crowd::sessions);
  EXPECT_TRUE(responder->crowds.empty());
  responder->left(one, &Crowd::sessions);  // nobody there
  EXPECT_TRUE(responder->crowds.empty());
}

TEST(a_responder, knows_the_sessions_of_a_name) {
  const auto responder = prepared();
  Client first(1, "a.example"), second(2, "a.example"), other(3, "b.example"), nobody(4);
  for (const Client* client : {&first, &second, &other, &nobody}) responder->admitted(client->sa);
  EXPECT_EQ(responder->sessions_of(fqdn("a.example")), (std::vector{api::SessionId{1}, api::SessionId{2}}));
  EXPECT_EQ(responder->crowd(address("192.0.2.1")).sessions, 4u);
  responder->departed(first.session);
  EXPECT_EQ(responder->sessions_of(fqdn("a.example")), std::vector{api::SessionId{2}});
  for (const Client* client : {&second, &other, &nobody}) responder->departed(client->session);
  EXPECT_TRUE(responder->known.empty());
  EXPECT_TRUE(responder->crowds.empty());
}

TEST(a_responder, takes_back_what_a_session_held) {
  const auto responder = prepared();
  Client client(1);
  responder->admitted(client.sa);
  client.lease(*responder, "100.64.0.2");
  ASSERT_EQ(responder->holders.find(address("100.64.0.2"))->second.session, api::SessionId{1});
  responder->departed(client.session);
  EXPECT_TRUE(responder->holders.empty());
  EXPECT_EQ(responder->leases.held(), 0u);
}

TEST(a_responder, leaves_an_address_with_who_has_taken_it_over) {
  const auto responder = prepared();
  Client old(1, "a.example"), fresh(2, "a.example");
  responder->admitted(old.sa);
  old.lease(*responder, "100.64.0.2");
  responder->admitted(fresh.sa);
  fresh.session.lease = fresh.session.holds = old.session.lease;
  responder->note_holder(fresh.sa);
  responder->departed(old.session);
  EXPECT_EQ(responder->holders.find(address("100.64.0.2"))->second.session, api::SessionId{2});
  EXPECT_EQ(responder->leases.held(), 1u);
  responder->departed(fresh.session);
  EXPECT_EQ(responder->leases.held(), 0u);
}

TEST(a_responder, lets_a_client_have_a_child_with_each_of_its_addresses_but_a_lease_once) {
  const auto responder = prepared();
  Client one(1), other(2), leased(3);
  one.session.holds = other.session.holds = address("192.0.2.1");
  other.sa.path.local = {address("198.51.100.2"), 500};
  for (Client* client : {&one, &other}) {
    responder->admitted(client->sa);
    responder->note_holder(client->sa);
  }
  EXPECT_EQ(responder->holders.count(address("192.0.2.1")), 2u);
  responder->departed(one.session);
  EXPECT_EQ(responder->holders.find(address("192.0.2.1"))->second.session, api::SessionId{2});
  leased.session.lease = leased.session.holds = address("192.0.2.1");
  responder->note_holder(leased.sa);
  EXPECT_EQ(responder->holders.count(address("192.0.2.1")), 2u) << "until the other has given way";
  responder->departed(other.session);
  EXPECT_EQ(responder->holders.find(address("192.0.2.1"))->second.session, api::SessionId{3});
}

TEST(a_responder, remembers_the_lease_of_a_name_as_long_as_it_lives) {
  const auto responder = prepared();
  Client old(1, "a.example"), same(2, "a.example"), other(3, "b.example"), nobody(4);
  responder->admitted(old.sa);
  old.lease(*responder, "100.64.0.3");
  EXPECT_EQ(responder->former_lease(same.session, Family::ipv4), address("100.64.0.3"));
  EXPECT_EQ(responder->former_lease(same.session, Family::ipv6), std::nullopt);
  EXPECT_EQ(responder->former_lease(other.session, Family::ipv4), std::nullopt);
  EXPECT_EQ(responder->former_lease(nobody.session, Family::ipv4), std::nullopt);
  responder->leases.configure({{address("100.64.9.1"), address("100.64.9.9")}});
  EXPECT_EQ(responder->former_lease(same.session, Family::ipv4), std::nullopt) << "it is not of a pool any more";
  responder->leases.configure(anonymous().pools);
  responder->departed(old.session);
  EXPECT_EQ(responder->former_lease(same.session, Family::ipv4), std::nullopt);
}

// A secret that several share gives a client no name of its own.
TEST(a_responder, remembers_no_lease_of_who_could_be_somebody_else) {
  const auto responder = prepared();
  Client one(1, "x"), other(2, "x");
  one.session.peer = other.session.peer = {};
  responder->admitted(one.sa);
  one.lease(*responder, "100.64.0.3");
  EXPECT_EQ(responder->former_lease(other.session, Family::ipv4), std::nullopt);
}

TEST(a_responder, goes_on_where_the_one_before_it_was) {
  const auto old = prepared();
  Client client(1, "a.example");
  old->admitted(client.sa);
  client.lease(*old, "100.64.0.2");
  api::ResponderConfig config = anonymous();
  config.pools = {{address("100.64.0.2"), address("100.64.0.9")}};
  const auto fresh = prepared(config);
  fresh->take_over(*old, config);
  EXPECT_EQ(fresh->crowd(address("192.0.2.1")).sessions, 1u);
  EXPECT_EQ(fresh->sessions_of(fqdn("a.example")), std::vector{api::SessionId{1}});
  EXPECT_EQ(fresh->leases.take(Family::ipv4, address("100.64.0.2")), address("100.64.0.3")) << "somebody has it";
  fresh->departed(client.session);
  EXPECT_TRUE(fresh->holders.empty());
}

}  // namespace
}  // namespace latchkey::session
