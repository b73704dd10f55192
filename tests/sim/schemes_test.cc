// How a side signs its AUTH: as the hashes that the other side has named allow (RFC 7427 section 4), and by the method
// of its curve for one that names none (RFC 4754). The same for both sides, and verified as the other side would.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/notify.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/pki.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::AuthMethod;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::payload;
using support::Payloads;

struct Case {
  std::string_view key;                    ///< as support::make_key has it
  std::optional<std::string> hashes = {};  ///< SIGNATURE_HASH_ALGORITHMS; nothing: it is not sent
  AuthMethod method = {};
  std::string_view scheme = {};  ///< empty: no way that the other side would understand, or one that is too weak
};

constexpr auto kDigital = AuthMethod::digital_signature;

std::vector<Case> cases() {
  return {
      {"rsa:2048", "0002", kDigital, "RSA-PSS-SHA256"},
      {"rsa:2048", "0002 0003", kDigital, "RSA-PSS-SHA384"},
      {"rsa:2048", "0004 0003 0002", kDigital, "RSA-PSS-SHA512"},
      {"rsa:2048", "0001 0002", kDigital, "RSA-PSS-SHA256"},
      {"rsa:2048", "0002 0005 7fff", kDigital, "RSA-PSS-SHA256"},
      {.key = "rsa:2048", .hashes = "0001"},
      {.key = "rsa:2048", .hashes = "0005"},
      {.key = "rsa:2048"},
      {"P-256", "0002", kDigital, "ECDSA-SHA256"},
      {"P-256", "0003", kDigital, "ECDSA-SHA384"},
      {"P-256", "0002 0003 0004 0005", kDigital, "ECDSA-SHA512"},
      {.key = "P-256", .hashes = "0005"},
      {"P-256", {}, AuthMethod::ecdsa_256, "ECDSA-SHA256"},
      {"P-384", "0002", kDigital, "ECDSA-SHA256"},
      {"P-384", {}, AuthMethod::ecdsa_384, "ECDSA-SHA384"},
      {"P-521", "0002 0004", kDigital, "ECDSA-SHA512"},
      {"P-521", {}, AuthMethod::ecdsa_521, "ECDSA-SHA512"},
      {"ed25519", "0005", kDigital, "Ed25519"},
      {"ed25519", "0002 0003 0004 0005", kDigital, "Ed25519"},
      {.key = "ed25519", .hashes = "0002 0003 0004"},
      {.key = "ed25519"},
  };
}

std::string name_of(const Case& c) { return std::string(c.key) + " for " + c.hashes.value_or("nothing"); }

// What the other side says that it verifies with, in place of whatever it would say.
void announce(Payloads& payloads, const std::optional<std::string>& hashes) {
  std::erase_if(payloads, [](const support::Payload& each) {
    return each.type == PayloadType::notify &&
           wire::parse_notify(each.body)->type == NotifyType::signature_hash_algorithms;
  });
  if (!hashes) return;
  payloads.push_back(support::notify_payload(NotifyType::signature_hash_algorithms, *base::from_hex(*hashes)));
}

api::OwnProof own_proof(const support::KeyPair& key) {
  return {.kind = api::ProofKind::raw_key,
          .id = support::fqdn("a.example"),
          .private_key = support::secret(support::private_pem(key))};
}

base::Bytes body(const std::vector<wire::RawPayload>& payloads, PayloadType type) {
  const auto found = std::ranges::find(payloads, type, &wire::RawPayload::type);
  return found == payloads.end() ? base::Bytes{} : found->body;
}

void expect_signed(const Case& c, const support::KeyPair& pair, base::Bytes auth_body, base::Bytes octets) {
  const auto key = crypto::PrivateKey::from_pem(support::private_pem(pair)).value().public_key();
  const auto auth = wire::parse_auth(auth_body).value();
  EXPECT_EQ(auth.method, c.method);
  if (auth.method != kDigital) {
    EXPECT_EQ(crypto::verify_ecdsa_auth(key, auth.method, auth.data, octets).value_or("it does not verify"), c.scheme);
    return;
  }
  const auto parts = wire::parse_signature_auth(auth.data).value();
  EXPECT_EQ(crypto::verify_digital_signature(key, parts.algorithm_identifier, parts.signature, octets)
                .value_or("it does not verify"),
            c.scheme);
}

TEST(signature_scheme, of_a_responder_is_what_the_initiators_hashes_allow) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(name_of(c));
    const auto key = support::make_key(c.key);
    api::ResponderConfig responder;
    responder.identities.push_back(own_proof(key));
    responder.peers.push_back({.name = "all"});
    Server server(responder);
    Stranger stranger(server);
    Payloads init = stranger.init_payloads();
    announce(init, c.hashes);
    ASSERT_TRUE(stranger.agree(init));
    const auto answer = stranger.ask(ExchangeType::ike_auth, stranger.claim());
    ASSERT_TRUE(answer);
    const auto payloads = answer->payloads();
    if (c.scheme.empty()) {
      EXPECT_EQ(first_notify(payloads), NotifyType::authentication_failed);
      EXPECT_EQ(payloads.size(), 1u);
      EXPECT_TRUE(server.kernel.untouched());
      EXPECT_EQ(server.engine.sessions(), 0u);
      continue;
    }
    expect_signed(c, key, body(payloads, PayloadType::auth),
                  stranger.octets_of_server(body(payloads, PayloadType::idr)));
    EXPECT_EQ(server.kernel.live(), 1u);
  }
}

TEST(signature_scheme, of_an_initiator_is_what_the_responders_hashes_allow) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(name_of(c));
    const auto key = support::make_key(c.key);
    World world(ed25519_key(), {.edit_init = [&](Payloads& payloads) { announce(payloads, c.hashes); }});
    api::ConnectRequest request;
    request.local = {*base::Address::parse(world.config.local), 500};
    request.remote = *base::Address::parse(world.config.remote);
    request.keys = {world.responder.dns_key()};
    request.deadline = world.now + std::chrono::seconds(5);
    request.own = own_proof(key);
    ASSERT_TRUE(world.engine.connect(request, world.now));
    world.collect();
    ASSERT_TRUE(world.run_until_settled());
    const support::ResponderSa& sa = *world.responder.newest();
    if (c.scheme.empty()) {
      EXPECT_TRUE(sa.requests.empty()) << "nothing is said that nobody could believe";
      EXPECT_NE(world.last<api::Failed>(), nullptr);
      continue;
    }
    ASSERT_FALSE(sa.requests.empty());
    const auto payloads = sa.requests.front().payloads();
    const base::Bytes id = body(payloads, PayloadType::idi);
    const auto octets =
        crypto::signed_octets(sa.suite.prf, sa.init_request, sa.nonce_r, sa.keys.sk_pi.view(), id).value();
    expect_signed(c, key, body(payloads, PayloadType::auth), octets);
  }
}

// P-521 has no form in DNS (RFC 6605 ends at P-384), so a certificate vouches for it.
struct Certified {
  support::Issued ca = support::make_ca("root");
  support::Issued leaf = support::issue({.extensions = {{"subjectAltName", "DNS:a.example,IP:198.51.100.7"}}},
                                        support::make_key("P-521"), &ca);
  crypto::PrivateKey key = crypto::PrivateKey::from_pem(support::private_pem(leaf.key)).value();

  api::PeerProof trust() const {
    api::PeerProof peer;
    peer.kind = api::ProofKind::certificate;
    peer.authorities = {ca.der};
    return peer;
  }
  support::Payload cert() const {
    return payload(PayloadType::cert, wire::Cert{base::CertEncoding::x509_signature, leaf.der});
  }
};

constexpr base::Duration kOffset = std::chrono::seconds(support::kToday) - std::chrono::hours(1);

TEST(method_11, of_a_client_on_p521_is_verified) {
  const Certified client;
  for (const bool right : {true, false}) {
    auto responder = open_to_all();
    responder.peers.front() = client.trust();
    Server server(responder);
    server.engine.set_wall_clock(kOffset);
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    const base::Buffer id = *base::from_hex("02 000000 612e6578616d706c65");  // FQDN "a.example"
    auto auth = client.key.sign_ecdsa_auth(stranger.octets_of(id)).value();
    EXPECT_EQ(auth.method, AuthMethod::ecdsa_521);
    EXPECT_EQ(auth.data.size(), 132u) << "RFC 4754 section 7: r and s of 66 octets each";
    if (!right) auth.data.back() ^= 1;
    Payloads claim = stranger.claim(id, wire::Auth{auth.method, auth.data});
    claim.insert(claim.begin() + 1, client.cert());
    const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    EXPECT_EQ(first_notify(answer->payloads()), right ? NotifyType{} : NotifyType::authentication_failed);
    EXPECT_EQ(server.kernel.live(), right ? 1u : 0u);
  }
}

TEST(method_11, of_a_server_on_p521_is_verified) {
  const Certified server;
  for (const bool right : {true, false}) {
    World world(server.key, {.signing = support::Signing::ecdsa_method, .edit_auth = [&](Payloads& payloads) {
                               payloads.insert(payloads.begin() + 1, server.cert());
                               if (!right) payloads[2].body.back() ^= 1;
                             }});
    world.engine.set_wall_clock(kOffset);
    api::ConnectRequest request;
    request.local = {*base::Address::parse(world.config.local), 500};
    request.remote = *base::Address::parse(world.config.remote);
    request.deadline = world.now + std::chrono::seconds(5);
    request.peers.push_back(server.trust());
    ASSERT_TRUE(world.engine.connect(request, world.now));
    world.collect();
    ASSERT_TRUE(world.run_until_settled());
    ASSERT_EQ(world.last<api::Established>() != nullptr, right);
    if (!right) {
      EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::auth_failed);
      EXPECT_TRUE(world.kernel.untouched());
      continue;
    }
    EXPECT_EQ(world.last<api::Established>()->key_name, "ECDSA P-521");
    EXPECT_EQ(world.last<api::Established>()->auth_scheme, "ECDSA-SHA512");
  }
}

}  // namespace
}  // namespace latchkey::sim
