// Chains of certificates, made while the test runs.

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <limits>

#include "ike-engine/crypto/certificate.h"
#include "tests/support/octets.h"
#include "tests/support/pki.h"

namespace latchkey::crypto {
namespace {

using base::Errc;
using base::IdType;
using support::CertificateSpec;
using support::Issued;
using support::kDay;
using support::kToday;
using Extensions = std::vector<std::pair<std::string, std::string>>;

const std::string kName = "a.example";
constexpr Errc kGood = Errc::bad_icv;

const Issued& root() {
  static const Issued ca = support::make_ca("Root");
  return ca;
}

TrustStore store_of(const Issued& authority) { return TrustStore::of(std::array{authority.certificate()}).value(); }

Identity identity() { return {IdType::fqdn, base::as_bytes(kName)}; }

base::Result<PublicKey> verify(const Issued& leaf, const std::vector<Issued>& between = {},
                               const Issued& authority = root(), std::int64_t now = kToday) {
  std::vector<Certificate> intermediates;
  for (const Issued& issued : between) intermediates.push_back(issued.certificate());
  return verify_chain(store_of(authority), leaf.certificate(), intermediates, now, identity());
}

Errc code(const base::Result<PublicKey>& result) { return result ? kGood : result.error().code; }

std::string text(const base::Result<PublicKey>& result) { return std::string(result ? "good" : result.error().text); }

/// A leaf for kName with these extensions beside the name.
Issued leaf_with(Extensions extensions, const Issued& issuer = root(), CertificateSpec spec = {}) {
  spec.extensions = std::move(extensions);
  spec.extensions.emplace_back("subjectAltName", "DNS:" + kName);
  return support::issue(spec, support::make_key("P-256"), &issuer);
}

/// A certificate of `name` under `issuer` with exactly these extensions.
Issued middle_with(Extensions extensions, const Issued& issuer = root(), CertificateSpec spec = {}) {
  spec.common_name = "Middle";
  spec.extensions = std::move(extensions);
  return support::issue(spec, support::make_key("P-256"), &issuer);
}

TEST(certificate_chain, of_a_leaf_under_a_trusted_ca_gives_the_leafs_key) {
  const Issued leaf = support::make_leaf(root(), "DNS:" + kName);
  const auto key = verify(leaf);
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_TRUE(*key == *leaf.certificate().public_key());
}

TEST(certificate_chain, may_run_over_intermediates_in_any_order) {
  const Issued first = support::make_ca("First", &root());
  const Issued second = support::make_ca("Second", &first);
  const Issued stranger = support::make_ca("Stranger");
  const Issued leaf = support::make_leaf(second, "DNS:" + kName);
  EXPECT_EQ(text(verify(leaf, {first, second})), "good");
  EXPECT_EQ(text(verify(leaf, {stranger, second, leaf, root(), first})), "good");
  EXPECT_EQ(code(verify(leaf, {second})), Errc::not_found);
  EXPECT_EQ(code(verify(leaf)), Errc::not_found);
}

TEST(certificate_chain, ends_at_the_configured_ca_also_if_that_is_no_root) {
  const Issued first = support::make_ca("First", &root());
  const Issued leaf = support::make_leaf(first, "DNS:" + kName);
  EXPECT_EQ(text(verify(leaf, {}, first)), "good");
  EXPECT_EQ(code(verify(support::make_leaf(root(), "DNS:" + kName), {root()}, first)), Errc::not_found)
      << "the root above it is not trusted for that";
}

TEST(certificate_chain, of_another_ca_is_refused) {
  const Issued stranger = support::make_ca("Stranger");
  EXPECT_EQ(text(verify(support::make_leaf(stranger, "DNS:" + kName), {stranger})),
            "the certificate is not issued by a CA that is trusted here");
  const Issued namesake = support::make_ca("Root");
  EXPECT_NE(code(verify(support::make_leaf(namesake, "DNS:" + kName), {namesake})), kGood);
  EXPECT_NE(code(verify(support::make_leaf(namesake, "DNS:" + kName))), kGood);
  const Issued own =
      support::issue({.extensions = {{"subjectAltName", "DNS:" + kName}}}, support::make_key("P-256"), nullptr);
  EXPECT_EQ(code(verify(own)), Errc::not_found) << "self-signed";
}

TEST(certificate_chain, is_valid_from_the_first_second_to_the_last) {
  const Issued leaf = support::make_leaf(root(), "DNS:" + kName);
  EXPECT_EQ(text(verify(leaf, {}, root(), kToday - kDay)), "good");
  EXPECT_EQ(text(verify(leaf, {}, root(), kToday + kDay - 1)), "good");
  EXPECT_EQ(text(verify(leaf, {}, root(), kToday - kDay - 1)), "the certificate, or a CA's above it, is not valid yet");
  EXPECT_EQ(text(verify(leaf, {}, root(), kToday + kDay + 1)), "the certificate, or a CA's above it, has expired");
  for (const std::int64_t now : {std::int64_t{0}, std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::int64_t>::max(), std::int64_t{-1}}) {
    EXPECT_NE(code(verify(leaf, {}, root(), now)), kGood) << now;
  }
}

TEST(certificate_chain, expires_with_each_of_its_certificates) {
  CertificateSpec past{.common_name = "Past", .extensions = {{"basicConstraints", "critical,CA:TRUE"}}};
  past.not_before = kToday - 2 * kDay;
  past.not_after = kToday - kDay;
  const Issued middle = support::issue(past, support::make_key("P-256"), &root());
  EXPECT_EQ(code(verify(support::make_leaf(middle, "DNS:" + kName), {middle})), Errc::mismatch);
  const Issued old_root = support::issue(past, support::make_key("P-256"), nullptr);
  EXPECT_EQ(text(verify(support::make_leaf(old_root, "DNS:" + kName), {}, old_root)),
            "the certificate, or a CA's above it, has expired");
}

TEST(certificate_chain, is_for_the_expected_identity_alone) {
  const Issued leaf = support::make_leaf(root(), "DNS:b.example");
  EXPECT_EQ(text(verify(leaf)), "the certificate is not for this identity");
  const Issued cn_only = support::issue({.common_name = kName}, support::make_key("P-256"), &root());
  EXPECT_EQ(code(verify(cn_only)), Errc::mismatch);
}

TEST(certificate_chain, runs_over_cas_alone) {
  const Extensions cases[] = {
      {{"basicConstraints", "critical,CA:FALSE"}},
      {},
      {{"keyUsage", "critical,keyCertSign"}},
      {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,digitalSignature"}},
  };
  for (const Extensions& extensions : cases) {
    const Issued middle = middle_with(extensions);
    EXPECT_EQ(text(verify(support::make_leaf(middle, "DNS:" + kName), {middle})),
              "a certificate of the chain is not allowed to issue certificates")
        << (extensions.empty() ? "none" : extensions.back().second);
  }
}

TEST(certificate_chain, keeps_to_the_path_length) {
  const Issued narrow =
      support::issue({.common_name = "Narrow", .extensions = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}}},
                     support::make_key("P-256"), nullptr);
  EXPECT_EQ(text(verify(support::make_leaf(narrow, "DNS:" + kName), {}, narrow)), "good");
  const Issued middle = support::make_ca("Middle", &narrow);
  EXPECT_EQ(text(verify(support::make_leaf(middle, "DNS:" + kName), {middle}, narrow)),
            "the chain is longer than one of its CAs allows");
}

TEST(certificate_chain, has_a_bound) {
  std::vector<Issued> chain{support::make_ca("CA 1", &root())};
  while (chain.size() < kMaxIntermediates) {
    chain.push_back(support::make_ca("CA " + std::to_string(chain.size() + 1), &chain.back()));
  }
  EXPECT_EQ(text(verify(support::make_leaf(chain.back(), "DNS:" + kName), chain)), "good");
  chain.push_back(support::make_ca("CA last", &chain.back()));
  EXPECT_EQ(code(verify(support::make_leaf(chain.back(), "DNS:" + kName), chain)), Errc::exhausted);
}

TEST(certificate_chain, is_signed_with_strong_hashes) {
  const std::string weak = "a certificate is signed with a hash that is too weak (SHA-1, MD5)";
  const Extensions ca{{"basicConstraints", "critical,CA:TRUE"}};
  const Issued rsa = support::issue({.common_name = "RSA", .extensions = ca}, support::make_key("rsa:2048"), nullptr);
  for (const char* digest : {"SHA1", "MD5"}) {
    CertificateSpec spec;
    spec.digest = digest;
    EXPECT_EQ(text(verify(leaf_with({}, rsa, spec), {}, rsa)), weak) << digest;
    const Issued middle = middle_with(ca, rsa, spec);
    EXPECT_EQ(text(verify(support::make_leaf(middle, "DNS:" + kName), {middle}, rsa)), weak) << digest;
  }
  CertificateSpec sha1;
  sha1.digest = "SHA1";
  EXPECT_EQ(text(verify(leaf_with({}, root(), sha1))), weak) << "ECDSA";
  // Nobody relies on the signature that a trusted CA puts on itself.
  const Issued old =
      support::issue({.common_name = "Old", .extensions = {{"basicConstraints", "CA:TRUE"}}, .digest = "SHA1"},
                     support::make_key("P-256"), nullptr);
  EXPECT_EQ(text(verify(support::make_leaf(old, "DNS:" + kName), {}, old)), "good");
}

TEST(certificate_chain, holds_strong_keys_alone) {
  const CertificateSpec ca{.common_name = "Middle", .extensions = {{"basicConstraints", "critical,CA:TRUE"}}};
  for (const char* kind : {"rsa:1024", "secp224r1", "secp256k1"}) {
    const Issued middle = support::issue(ca, support::make_key(kind), &root());
    EXPECT_NE(code(verify(support::make_leaf(middle, "DNS:" + kName), {middle})), kGood) << kind;
  }
  const Issued weak_leaf =
      support::issue({.extensions = {{"subjectAltName", "DNS:" + kName}}}, support::make_key("rsa:1024"), &root());
  EXPECT_EQ(code(verify(weak_leaf)), Errc::weak);
  const Issued rsa = support::issue(ca, support::make_key("rsa:2048"), &root());
  EXPECT_EQ(text(verify(support::make_leaf(rsa, "DNS:" + kName), {rsa})), "good");
  CertificateSpec ed25519 = ca;
  const Issued edwards = support::issue(ed25519, support::make_key("ed25519"), &root());
  CertificateSpec by_edwards;
  by_edwards.digest = nullptr;
  EXPECT_EQ(text(verify(leaf_with({}, edwards, by_edwards), {edwards})), "good");
}

TEST(certificate_chain, honours_name_constraints) {
  const auto result = [](const std::string& constraints) {
    const Issued middle = support::make_ca("Middle", &root(), {{"nameConstraints", "critical," + constraints}});
    return text(verify(support::make_leaf(middle, "DNS:" + kName), {middle}));
  };
  const std::string foreign = "a CA of the chain is not allowed to issue for this name (name constraints)";
  EXPECT_EQ(result("permitted;DNS:example"), "good");
  EXPECT_EQ(result("permitted;DNS:a.example"), "good");
  EXPECT_EQ(result("permitted;DNS:other"), foreign);
  EXPECT_EQ(result("excluded;DNS:a.example"), foreign);
  EXPECT_EQ(result("excluded;DNS:other"), "good");
  EXPECT_EQ(result("permitted;IP:192.0.2.0/255.255.255.0"), "good") << "they say nothing of domains";
}

TEST(certificate_chain, honours_the_name_constraints_of_the_trusted_ca) {
  const Issued narrow = support::make_ca("Narrow", nullptr, {{"nameConstraints", "critical,permitted;DNS:other"}});
  EXPECT_EQ(code(verify(support::make_leaf(narrow, "DNS:" + kName), {}, narrow)), Errc::mismatch);
}

TEST(certificate_chain, needs_a_leaf_whose_key_may_sign) {
  const std::string refused = "the certificate's key is not for signatures (key usage)";
  EXPECT_EQ(text(verify(leaf_with({}))), "good") << "no key usage at all";
  EXPECT_EQ(text(verify(leaf_with({{"keyUsage", "critical,digitalSignature"}}))), "good");
  EXPECT_EQ(text(verify(leaf_with({{"keyUsage", "critical,nonRepudiation"}}))), "good");
  EXPECT_EQ(text(verify(leaf_with({{"keyUsage", "critical,keyEncipherment"}}))), refused);
  EXPECT_EQ(text(verify(leaf_with({{"keyUsage", "keyAgreement"}}))), refused);
}

TEST(certificate_chain, needs_a_leaf_for_ike_or_tls) {
  const std::string refused = "the certificate is for other purposes (extended key usage)";
  for (const char* usage :
       {"ipsecIKE", "serverAuth", "clientAuth", "anyExtendedKeyUsage", "critical,ipsecIKE", "codeSigning,serverAuth"}) {
    EXPECT_EQ(text(verify(leaf_with({{"extendedKeyUsage", usage}}))), "good") << usage;
  }
  for (const char* usage : {"codeSigning", "OCSPSigning", "critical,emailProtection", "1.2.3.4"}) {
    EXPECT_EQ(text(verify(leaf_with({{"extendedKeyUsage", usage}}))), refused) << usage;
  }
}

TEST(certificate_chain, with_a_critical_extension_that_is_unknown_is_refused) {
  EXPECT_EQ(code(verify(leaf_with({{"1.2.3.4", "critical,DER:0500"}}))), Errc::unsupported);
  EXPECT_EQ(text(verify(leaf_with({{"1.2.3.4", "DER:0500"}}))), "good");
}

TEST(certificate_chain, of_a_changed_certificate_is_refused) {
  const Issued leaf = support::make_leaf(root(), "DNS:" + kName);
  const TrustStore store = store_of(root());
  for (std::size_t at = 0; at < leaf.der.size(); ++at) {
    const auto changed = Certificate::from_der(support::with_octet(leaf.der, at, leaf.der[at] ^ 1U));
    if (!changed) continue;
    EXPECT_NE(code(verify_chain(store, *changed, {}, kToday, identity())), kGood) << at;
  }
}

TEST(certificate_chain, leaves_nothing_in_the_error_queue) {
  const Issued leaf = support::make_leaf(support::make_ca("Stranger"), "DNS:" + kName);
  ERR_clear_error();
  EXPECT_EQ(code(verify(leaf)), Errc::not_found);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace latchkey::crypto
