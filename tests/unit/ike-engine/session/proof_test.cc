#include "ike-engine/session/proof.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "tests/support/names.h"
#include "tests/support/pki.h"

namespace latchkey::session {
namespace {

using api::ProofKind;
using base::AuthMethod;
using base::Errc;
using base::HashAlgorithm;
using base::PayloadType;
using support::fqdn;
using support::secret;

constexpr base::PrfId kPrf = base::PrfId::hmac_sha2_256;
const base::Buffer kOctets(100, 0x0c), kSkP(32, 0x50);

api::OwnProof signing_with(const support::KeyPair& key, ProofKind kind = ProofKind::raw_key) {
  return {.kind = kind, .id = fqdn("a.example"), .private_key = secret(support::private_pem(key))};
}

ProofTask task(std::span<const HashAlgorithm> hashes = {}) { return {kPrf, kOctets, kSkP, hashes}; }

base::Result<crypto::AuthValue> auth_of(const api::OwnProof& own, std::span<const HashAlgorithm> hashes = {}) {
  const auto proof = prepare_proof(own);
  if (!proof) return std::unexpected(proof.error());
  return auth_value(*proof, task(hashes));
}

TEST(proof, of_nobody_is_auth_null) {
  const auto value = auth_of({});
  ASSERT_TRUE(value);
  EXPECT_EQ(value->method, AuthMethod::null);
  EXPECT_TRUE(base::same(value->data, crypto::null_auth(kPrf, kSkP, kOctets)->view()));
}

TEST(proof, of_a_shared_secret_is_a_mac) {
  const auto value = auth_of({.kind = ProofKind::shared_secret, .shared_secret = secret("open sesame")});
  ASSERT_TRUE(value);
  EXPECT_EQ(value->method, AuthMethod::shared_key);
  EXPECT_TRUE(base::same(value->data, crypto::psk_auth(kPrf, secret("open sesame").view(), kOctets)->view()));
}

TEST(proof, of_a_key_is_a_digital_signature_by_a_hash_that_the_peer_has_named) {
  const auto key = support::make_key("P-256");
  const HashAlgorithm hashes[] = {HashAlgorithm::sha2_256};
  const auto value = auth_of(signing_with(key), hashes);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->method, AuthMethod::digital_signature);
  const auto parts = wire::parse_signature_auth(value->data).value();
  const auto own = crypto::PrivateKey::from_pem(support::private_pem(key)).value();
  EXPECT_EQ(crypto::verify_digital_signature(own.public_key(), parts.algorithm_identifier, parts.signature, kOctets)
                .value_or("it does not verify"),
            "ECDSA-SHA256");
}

// RFC 7427 section 4
TEST(proof, for_a_peer_that_names_no_hash_is_by_the_method_of_the_curve) {
  const auto value = auth_of(signing_with(support::make_key("P-256")));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->method, AuthMethod::ecdsa_256);
}

// Security rule 7: there is no way left but SHA-1, or none at all.
TEST(proof, that_the_peer_could_not_verify_is_not_made) {
  for (const auto* kind : {"rsa:2048", "ed25519"}) {
    const auto value = auth_of(signing_with(support::make_key(kind)));
    ASSERT_FALSE(value) << kind;
    EXPECT_EQ(value.error().code, Errc::mismatch) << kind;
  }
  const HashAlgorithm sha1[] = {HashAlgorithm{1}};
  const auto value = auth_of(signing_with(support::make_key("P-256")), sha1);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Errc::mismatch);
}

TEST(proof, is_not_prepared_from_what_is_of_no_use) {
  EXPECT_EQ(prepare_proof({.kind = ProofKind::shared_secret}).error().code, Errc::malformed);
  EXPECT_FALSE(prepare_proof({.kind = ProofKind::raw_key, .private_key = secret("no PEM")}));
  EXPECT_FALSE(prepare_proof({.kind = ProofKind::raw_key}));
  EXPECT_EQ(prepare_proof(signing_with(support::make_key("rsa:1024"))).error().code, Errc::weak);
}

api::OwnProof certified(const support::Issued& leaf, std::string_view name) {
  api::OwnProof own = signing_with(leaf.key, ProofKind::certificate);
  own.id = fqdn(name);
  own.certificates = {leaf.der};
  return own;
}

TEST(proof, by_certificate_needs_one_of_its_own_key_and_name) {
  const auto ca = support::make_ca("root");
  const auto leaf = support::make_leaf(ca, "DNS:a.example");
  EXPECT_TRUE(prepare_proof(certified(leaf, "a.example")));
  EXPECT_FALSE(prepare_proof(certified(leaf, "b.example"))) << "another name";

  api::OwnProof none = certified(leaf, "a.example");
  none.certificates.clear();
  EXPECT_EQ(prepare_proof(none).error().code, Errc::malformed);
  api::OwnProof garbage = certified(leaf, "a.example");
  garbage.certificates = {{0x30, 0}};
  EXPECT_FALSE(prepare_proof(garbage));
  api::OwnProof foreign = certified(leaf, "a.example");
  foreign.certificates = {support::make_leaf(ca, "DNS:a.example").der};
  EXPECT_EQ(prepare_proof(foreign).error().code, Errc::mismatch) << "of another key";
}

TEST(proof, shows_its_certificates_in_their_order_and_then_auth) {
  const auto ca = support::make_ca("root");
  const auto leaf = support::make_leaf(ca, "DNS:a.example");
  api::OwnProof own = certified(leaf, "a.example");
  own.certificates.push_back(ca.der);
  const auto proof = prepare_proof(own);
  ASSERT_TRUE(proof);
  wire::PayloadChain chain;
  add_certificates(chain, *proof);
  const HashAlgorithm hashes[] = {HashAlgorithm::sha2_256};
  ASSERT_TRUE(add_auth(chain, *proof, task(hashes)));
  const auto payloads = wire::parse_payloads(chain.first(), chain.view()).value();
  ASSERT_EQ(payloads.size(), 3u);
  EXPECT_EQ(base::to_buffer(wire::parse_cert(payloads[0].body)->data), leaf.der);
  EXPECT_EQ(base::to_buffer(wire::parse_cert(payloads[1].body)->data), ca.der);
  EXPECT_EQ(payloads[2].type, PayloadType::auth);
}

TEST(proof, that_fails_adds_nothing) {
  const auto proof = prepare_proof(signing_with(support::make_key("ed25519")));
  ASSERT_TRUE(proof);
  wire::PayloadChain chain;
  EXPECT_FALSE(add_auth(chain, *proof, task()));
  EXPECT_TRUE(chain.view().empty());
}

TEST(id_body, has_a_type_and_three_zeros) {
  EXPECT_EQ(id_body(fqdn("ab")), *base::from_hex("02 000000 6162"));
  EXPECT_EQ(id_body({}), *base::from_hex("0d 000000"));
}

}  // namespace
}  // namespace latchkey::session
