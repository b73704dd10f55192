// Certificates on either side: who has which CA, for which name, until when.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/pair.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/pki.h"

namespace latchkey::sim {
namespace {

using support::fqdn;
using support::issue;
using support::Issued;
using support::make_ca;
using support::make_leaf;

api::OwnProof proof_of(const Issued& leaf, std::string_view name, std::vector<base::Buffer> more = {}) {
  api::OwnProof own;
  own.kind = api::ProofKind::certificate;
  own.id = fqdn(name);
  own.private_key = base::SecretBytes(base::as_bytes(support::private_pem(leaf.key)));
  own.certificates = {leaf.der};
  own.certificates.insert(own.certificates.end(), more.begin(), more.end());
  return own;
}

api::PeerProof trust_in(const Issued& authority, std::optional<api::Identity> id = {}) {
  api::PeerProof peer;
  peer.name = "ca";
  peer.kind = api::ProofKind::certificate;
  peer.id = std::move(id);
  peer.authorities = {authority.der};
  return peer;
}

struct Sides {
  api::OwnProof client, server;
  api::PeerProof clients_trust, servers_trust;
};

// The engines' own time begins at an hour.
void set_clocks(Pair& pair, std::int64_t today) {
  for (Host* host : {&pair.client, &pair.server}) {
    host->engine->set_wall_clock(std::chrono::seconds(today) - std::chrono::hours(1));
  }
}

struct DatedPair : Pair {
  explicit DatedPair(std::int64_t today) { set_clocks(*this, today); }
};

void negotiate(Pair& pair, Sides sides) {
  api::ResponderConfig responder;
  responder.identities.push_back(std::move(sides.server));
  responder.peers.push_back(std::move(sides.servers_trust));
  pair.serve(responder);
  auto request = pair.request();
  request.own = std::move(sides.client);
  request.peers.push_back(std::move(sides.clients_trust));
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
}

Sides sides_of(const Issued& ca) {
  return {proof_of(make_leaf(ca, "DNS:laptop.example"), "laptop.example"),
          proof_of(make_leaf(ca, "DNS:server.example"), "server.example"), trust_in(ca, fqdn("server.example")),
          trust_in(ca)};
}

TEST(certificates, prove_both_sides_and_their_names) {
  const Issued ca = make_ca("root");
  DatedPair pair(support::kToday);
  negotiate(pair, sides_of(ca));
  ASSERT_NE(pair.client.last<api::Established>(), nullptr);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
  EXPECT_EQ(pair.client.last<api::Established>()->peer, "ca: FQDN server.example");
  EXPECT_EQ(pair.client.last<api::Established>()->key_name, "ECDSA P-256");
  EXPECT_EQ(pair.server.last<api::Established>()->peer, "ca: FQDN laptop.example");
  EXPECT_EQ(pair.server.last<api::Established>()->proof, api::ProofKind::certificate);
}

std::size_t count_of(std::span<const wire::RawPayload> payloads, base::PayloadType type) {
  return static_cast<std::size_t>(std::ranges::count(payloads, type, &wire::RawPayload::type));
}

// RFC 7296 section 3.7: some send a certificate only if they are asked.
TEST(certificates, are_asked_for_by_who_has_an_authority) {
  const Issued ca = make_ca("root");
  DatedPair pair(support::kToday);
  negotiate(pair, sides_of(ca));
  const auto reply = wire::parse_message(pair.server.sent.front().bytes).value();
  EXPECT_EQ(count_of(reply.payloads, base::PayloadType::certreq), 1u);

  World world(ed25519_key(), {});
  api::ConnectRequest request = pair.request();
  request.remote = *base::Address::parse(world.config.remote);
  request.deadline = world.now + std::chrono::seconds(30);
  request.peers.push_back(trust_in(ca));
  ASSERT_TRUE(world.engine.connect(request, world.now));
  world.collect();
  world.run(std::chrono::seconds(1));
  ASSERT_FALSE(world.responder.newest()->requests.empty());
  EXPECT_EQ(count_of(world.responder.newest()->requests.front().payloads(), base::PayloadType::certreq), 1u);
}

TEST(certificates, come_with_their_intermediates) {
  const Issued root = make_ca("root");
  const Issued middle = make_ca("middle", &root);
  Sides sides = sides_of(root);
  sides.server = proof_of(make_leaf(middle, "DNS:server.example"), "server.example", {middle.der});
  DatedPair pair(support::kToday);
  negotiate(pair, std::move(sides));
  EXPECT_NE(pair.client.last<api::Established>(), nullptr);
}

TEST(certificates, of_another_authority_are_refused_by_either_side) {
  const Issued ca = make_ca("root");
  const Issued other = make_ca("other");
  for (const bool at_the_server : {false, true}) {
    Sides sides = sides_of(ca);
    (at_the_server ? sides.servers_trust : sides.clients_trust).authorities = {other.der};
    DatedPair pair(support::kToday);
    negotiate(pair, std::move(sides));
    ASSERT_NE(pair.client.last<api::Failed>(), nullptr);
    pair.run(std::chrono::seconds(60));
    EXPECT_EQ(pair.client.kernel.live(), 0u);
    EXPECT_EQ(pair.server.kernel.live(), 0u);
  }
}

TEST(certificates, are_for_the_name_that_is_expected) {
  const Issued ca = make_ca("root");
  Sides sides = sides_of(ca);
  sides.clients_trust.id = fqdn("another.example");
  DatedPair pair(support::kToday);
  negotiate(pair, std::move(sides));
  ASSERT_NE(pair.client.last<api::Failed>(), nullptr);
  EXPECT_EQ(pair.client.last<api::Failed>()->reason, api::Reason::auth_failed);
}

TEST(certificates, are_valid_today) {
  const Issued ca = make_ca("root");
  for (const std::int64_t today : {support::kToday - 3 * support::kDay, support::kToday + 3 * support::kDay}) {
    DatedPair pair(today);
    negotiate(pair, sides_of(ca));
    EXPECT_NE(pair.client.last<api::Failed>(), nullptr);
    EXPECT_EQ(pair.server.kernel.live(), 0u);
  }
}

TEST(certificates, are_judged_by_the_clock_as_it_is_when_they_come) {
  const Issued ca = make_ca("root");
  DatedPair pair(support::kToday);
  negotiate(pair, sides_of(ca));
  ASSERT_EQ(pair.client.count<api::Established>(), 1u);
  set_clocks(pair, support::kToday + 3 * support::kDay);
  negotiate(pair, sides_of(ca));
  EXPECT_EQ(pair.client.count<api::Established>(), 1u);
  EXPECT_NE(pair.client.last<api::Failed>(), nullptr);
}

TEST(certificates, of_ours_must_be_our_keys_and_our_names) {
  const Issued ca = make_ca("root");
  const Issued leaf = make_leaf(ca, "DNS:server.example");
  const Issued stranger = make_leaf(ca, "DNS:server.example");
  api::OwnProof foreign = proof_of(leaf, "server.example");
  foreign.certificates = {stranger.der};
  for (api::OwnProof* own : {&foreign}) {
    api::ResponderConfig responder;
    responder.identities.push_back(std::move(*own));
    Pair pair;
    EXPECT_EQ(pair.server.engine->serve(responder).error().code, base::Errc::mismatch);
  }
  api::ResponderConfig responder;
  responder.identities.push_back(proof_of(leaf, "somebody.else"));
  Pair pair;
  EXPECT_EQ(pair.server.engine->serve(responder).error().code, base::Errc::mismatch);
}

}  // namespace
}  // namespace latchkey::sim
