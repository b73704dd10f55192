#include "ike-engine/session/trust.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/session/proof.h"
#include "tests/support/dns_key.h"
#include "tests/support/names.h"
#include "tests/support/pki.h"

namespace latchkey::session {
namespace {

using api::ProofKind;
using base::AuthMethod;
using base::Errc;
using base::HashAlgorithm;
using support::dns_key_of;
using support::fqdn;
using support::secret;

constexpr base::PrfId kPrf = base::PrfId::hmac_sha2_256;
const base::Buffer kOctets(100, 0x0c), kSkP(32, 0x50);

crypto::PrivateKey ed25519(std::uint8_t seed) {
  return crypto::PrivateKey::from_ed25519_seed(base::Buffer(32, seed)).value();
}

/// Somebody's claim, with what it points to.
struct Said {
  Said(const api::OwnProof& own, const api::Identity& as) : id(id_body(as)) {
    const HashAlgorithm hashes[] = {HashAlgorithm::sha2_256, HashAlgorithm::identity};
    auto made = auth_value(prepare_proof(own).value(), {kPrf, kOctets, kSkP, hashes}).value();
    method = made.method;
    data = std::move(made.data);
    ders = own.certificates;
  }
  Claim claim() const {
    Claim claim{id, {method, data}, {}, kPrf, kOctets, kSkP, support::kToday};
    for (const auto& der : ders) claim.certificates.push_back({base::CertEncoding::x509_signature, der});
    return claim;
  }

  base::Buffer id;
  AuthMethod method{};
  base::Buffer data;
  std::vector<base::Buffer> ders;
};

Said by_key(const crypto::PrivateKey& key, std::string_view name) {
  return {{.kind = ProofKind::raw_key, .private_key = *key.to_pem()}, fqdn(name)};
}
Said by_secret(std::string_view text, std::string_view name) {
  return {{.kind = ProofKind::shared_secret, .shared_secret = secret(text)}, fqdn(name)};
}

std::vector<Trust> trusting(std::vector<api::PeerProof> proofs) {
  std::vector<Trust> trusted;
  for (const auto& proof : proofs) trusted.push_back(prepare_trust(proof).value());
  return trusted;
}
std::vector<Trust> trusting(api::PeerProof proof) {
  std::vector<Trust> trusted;
  trusted.push_back(prepare_trust(proof).value());
  return trusted;
}

Errc refusal(const std::vector<Trust>& trusted, const Claim& claim) {
  const auto proven = judge(trusted, claim);
  EXPECT_FALSE(proven) << proven->scheme;
  return proven ? Errc{} : proven.error().code;
}

TEST(trust, in_a_raw_key_takes_its_signature_and_says_which_key_it_was) {
  const auto trusted = trusting(
      {.name = "laptops", .kind = ProofKind::raw_key, .keys = {dns_key_of(ed25519(1)), dns_key_of(ed25519(2))}});
  const auto proven = judge(trusted, by_key(ed25519(2), "a.example").claim());
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->by, &trusted.front());
  ASSERT_NE(proven->key, nullptr);
  EXPECT_EQ(proven->key->dns, dns_key_of(ed25519(2)));
  EXPECT_EQ(proven->key_name, "Ed25519");
  EXPECT_EQ(proven->scheme, "Ed25519");
}

TEST(trust, in_a_raw_key_takes_no_other_key_and_no_other_octets) {
  const auto trusted = trusting({.kind = ProofKind::raw_key, .keys = {dns_key_of(ed25519(1))}});
  EXPECT_EQ(refusal(trusted, by_key(ed25519(3), "a.example").claim()), Errc::bad_signature);
  const Said said = by_key(ed25519(1), "a.example");
  Claim claim = said.claim();
  const base::Buffer other(100, 0x0d);
  claim.octets = other;
  EXPECT_EQ(refusal(trusted, claim), Errc::bad_signature);
}

TEST(trust, in_a_raw_key_is_no_trust_in_methods_that_prove_none) {
  const auto trusted = trusting({.kind = ProofKind::raw_key, .keys = {dns_key_of(ed25519(1))}});
  EXPECT_EQ(refusal(trusted, by_secret("open sesame", "a.example").claim()), Errc::unsupported);
  EXPECT_EQ(refusal(trusted, Said({}, {}).claim()), Errc::unsupported);
  const Said said = by_key(ed25519(1), "a.example");
  Claim sha1 = said.claim();
  sha1.auth.method = AuthMethod::rsa;
  EXPECT_EQ(refusal(trusted, sha1), Errc::weak) << "security rule 7";
  Claim garbled = said.claim();
  garbled.auth.data = garbled.auth.data.first(0);
  EXPECT_EQ(refusal(trusted, garbled), Errc::truncated);
}

TEST(trust, in_a_name_is_in_nobody_else_with_its_key) {
  const auto trusted =
      trusting({.kind = ProofKind::raw_key, .id = fqdn("a.example"), .keys = {dns_key_of(ed25519(1))}});
  EXPECT_TRUE(judge(trusted, by_key(ed25519(1), "a.example").claim()));
  EXPECT_EQ(refusal(trusted, by_key(ed25519(1), "b.example").claim()), Errc::mismatch);
  Said other = by_key(ed25519(1), "a.example");
  other.id = id_body({base::IdType::key_id, base::to_buffer(base::as_bytes("a.example"))});
  EXPECT_EQ(refusal(trusted, other.claim()), Errc::mismatch) << "the same octets of another type";
}

TEST(trust, in_a_secret_takes_it_and_no_other) {
  const auto trusted =
      trusting({.kind = ProofKind::shared_secret, .id = fqdn("a.example"), .shared_secret = secret("open sesame")});
  const auto proven = judge(trusted, by_secret("open sesame", "a.example").claim());
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->scheme, "PSK");
  EXPECT_EQ(proven->key, nullptr);
  EXPECT_EQ(refusal(trusted, by_secret("open barley", "a.example").claim()), Errc::bad_signature);
  EXPECT_EQ(refusal(trusted, by_secret("open sesame", "b.example").claim()), Errc::mismatch);
  EXPECT_EQ(refusal(trusted, by_key(ed25519(1), "a.example").claim()), Errc::mismatch);
  const Said said = by_secret("open sesame", "a.example");
  Claim shorter = said.claim();
  shorter.auth.data = shorter.auth.data.first(31);
  EXPECT_EQ(refusal(trusted, shorter), Errc::bad_signature);
}

// RFC 7619 section 2.2
TEST(trust, in_anybody_is_in_nobody_with_a_name) {
  const auto trusted = trusting({.name = "all"});
  EXPECT_EQ(judge(trusted, Said({}, {}).claim())->scheme, "NULL");
  EXPECT_EQ(refusal(trusted, Said({}, fqdn("admin")).claim()), Errc::mismatch);
  EXPECT_EQ(refusal(trusted, by_secret("open sesame", "a.example").claim()), Errc::mismatch);
  const Said said({}, {});
  Claim other = said.claim();
  const base::Buffer sk_p(32, 0x51);
  other.sk_p = sk_p;
  EXPECT_EQ(refusal(trusted, other), Errc::bad_signature);
}

TEST(trust, in_a_ca_takes_a_certificate_for_the_name_that_is_claimed) {
  const auto ca = support::make_ca("root");
  const auto leaf = support::make_leaf(ca, "DNS:a.example");
  const auto trusted = trusting({.name = "staff", .kind = ProofKind::certificate, .authorities = {ca.der}});
  const auto says = [&](std::string_view name) {
    return Said({.kind = ProofKind::certificate,
                 .id = fqdn("a.example"),
                 .private_key = secret(support::private_pem(leaf.key)),
                 .certificates = {leaf.der}},
                fqdn(name));
  };
  const Said honest = says("a.example");
  const auto proven = judge(trusted, honest.claim());
  ASSERT_TRUE(proven) << proven.error().text;
  EXPECT_EQ(proven->key, nullptr);
  EXPECT_FALSE(judge(trusted, says("b.example").claim())) << "the certificate is for another name";
  Claim without = honest.claim();
  without.certificates.clear();
  EXPECT_EQ(refusal(trusted, without), Errc::not_found);
  Claim late = honest.claim();
  late.unix_seconds += 1000 * support::kDay;
  EXPECT_FALSE(judge(trusted, late));
  Claim garbled = honest.claim();
  garbled.certificates.front().data = garbled.certificates.front().data.first(20);
  EXPECT_FALSE(judge(trusted, garbled));
  const auto others = trusting({.kind = ProofKind::certificate, .authorities = {support::make_ca("other").der}});
  EXPECT_FALSE(judge(others, honest.claim()));
}

TEST(trust, of_several_kinds_is_tried_in_order) {
  std::vector<api::PeerProof> proofs;
  proofs.push_back({.name = "secret", .kind = ProofKind::shared_secret, .shared_secret = secret("open sesame")});
  proofs.push_back({.name = "key", .kind = ProofKind::raw_key, .keys = {dns_key_of(ed25519(1))}});
  proofs.push_back({.name = "all"});
  const auto trusted = trusting(std::move(proofs));
  EXPECT_EQ(judge(trusted, by_key(ed25519(1), "a.example").claim())->by->name, "key");
  EXPECT_EQ(judge(trusted, Said({}, {}).claim())->by->name, "all");
  EXPECT_EQ(judge(trusted, by_secret("open sesame", "a.example").claim())->by->name, "secret");
}

TEST(trust, in_nobody_refuses_all) {
  EXPECT_EQ(refusal({}, Said({}, {}).claim()), Errc::mismatch);
  Said garbled({}, {});
  garbled.id.resize(2);
  EXPECT_EQ(refusal({}, garbled.claim()), Errc::truncated);
}

TEST(trust, is_not_prepared_from_what_is_of_no_use) {
  EXPECT_EQ(prepare_trust({.kind = ProofKind::raw_key}).error().code, Errc::malformed);
  EXPECT_EQ(prepare_trust({.kind = ProofKind::raw_key, .keys = {{2, {3, 1, 0, 1, 9}}}}).error().code, Errc::malformed);
  EXPECT_EQ(prepare_trust({.kind = ProofKind::shared_secret}).error().code, Errc::malformed);
  EXPECT_FALSE(prepare_trust({.kind = ProofKind::certificate, .authorities = {{0x30, 0}}}));
}

TEST(usable_keys, leave_out_those_that_verify_nothing_and_have_a_bound) {
  std::vector<api::DnsKey> keys = {{9, {1, 2, 3}}, {4, base::Buffer(31, 9)}, dns_key_of(ed25519(1))};
  ASSERT_EQ(usable_keys(keys).size(), 1u);
  EXPECT_EQ(usable_keys(keys).front().dns, keys.back());
  keys.clear();
  for (std::uint8_t seed = 1; seed <= 20; ++seed) keys.push_back(dns_key_of(ed25519(seed)));
  EXPECT_EQ(usable_keys(keys).size(), 16u);
}

TEST(certificate_request, names_the_authorities_of_all_and_is_empty_without_any) {
  EXPECT_TRUE(certificate_request(trusting({.name = "all"})).empty());
  std::vector<api::PeerProof> proofs;
  for (const auto* name : {"one", "two"}) {
    proofs.push_back({.kind = ProofKind::certificate, .authorities = {support::make_ca(name).der}});
  }
  proofs.push_back({.name = "all"});
  const auto trusted = trusting(std::move(proofs));
  const base::Buffer body = certificate_request(trusted);
  const auto request = wire::parse_certreq(body);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->encoding, base::CertEncoding::x509_signature);
  EXPECT_EQ(request->authorities.size(), 2 * wire::kAuthorityHash);
}

}  // namespace
}  // namespace latchkey::session
