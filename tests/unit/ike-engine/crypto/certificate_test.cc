// Reading certificates, the CAs that are trusted, and whom a certificate is for. Chains: certificate_chain_test.cc.

#include "ike-engine/crypto/certificate.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/digest.h"
#include "tests/support/octets.h"
#include "tests/support/pki.h"

namespace latchkey::crypto {
namespace {

using base::Errc;
using base::IdType;
using support::hex;
using support::Issued;

const Issued& root() {
  static const Issued ca = support::make_ca("Root");
  return ca;
}

TEST(certificate, is_read_from_der_and_from_pem) {
  const auto certificate = Certificate::from_der(root().der);
  ASSERT_TRUE(certificate);
  EXPECT_TRUE(base::same(certificate->der(), root().der));
  EXPECT_EQ(certificate->subject(), "CN=Root,O=Latchkey");
  EXPECT_EQ(*certificate->subject_der(), root().subject());
  const Issued leaf = support::make_leaf(root(), "DNS:a.example");
  const auto both = Certificate::from_pem("a comment\n" + leaf.pem() + support::private_pem(leaf.key) + root().pem());
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_TRUE(base::same(both->front().der(), leaf.der));
  EXPECT_TRUE(base::same(both->back().der(), root().der));
}

TEST(certificate, that_is_none_is_refused) {
  support::expect_every_truncation_refused(root().der, Certificate::from_der);
  EXPECT_EQ(Certificate::from_der(base::concat({root().der, hex("00")})).error().code, Errc::malformed);
  EXPECT_EQ(Certificate::from_der(support::spki(root().key)).error().code, Errc::malformed);
  EXPECT_EQ(Certificate::from_der(base::Buffer(kMaxCertificate + 1, 0x30)).error().code, Errc::malformed);
  EXPECT_EQ(Certificate::from_pem("").error().code, Errc::not_found);
  EXPECT_EQ(Certificate::from_pem(support::public_pem(root().key)).error().code, Errc::not_found);
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(Certificate::from_pem(damaged).error().code, Errc::malformed);
  EXPECT_EQ(Certificate::from_pem(root().pem() + damaged).error().code, Errc::malformed);
  EXPECT_EQ(Certificate::from_pem(root().pem().substr(0, 200)).error().code, Errc::malformed) << "cut off";
}

TEST(certificate, with_damaged_extensions_is_refused) {
  const Issued odd = support::issue({.extensions = {{"subjectAltName", "DER:30050101"}}}, root().key, &root());
  EXPECT_EQ(Certificate::from_der(odd.der).error().code, Errc::malformed);
}

TEST(certificate, gives_its_key_through_rule_7) {
  const auto rsa = support::make_key("rsa:2048");
  EXPECT_TRUE(*support::issue({}, rsa, &root()).certificate().public_key() ==
              *PublicKey::from_spki(support::spki(rsa)));
  for (const char* kind : {"P-384", "P-521", "ed25519"}) {
    EXPECT_TRUE(support::issue({}, support::make_key(kind), &root()).certificate().public_key()) << kind;
  }
  const auto code = [](const support::KeyPair& key) {
    return support::issue({}, key, &root()).certificate().public_key().error().code;
  };
  EXPECT_EQ(code(support::make_key("rsa:1024")), Errc::weak);
  EXPECT_EQ(code(support::rsa_of_numbers(base::Buffer(256, 0xff), 1)), Errc::weak);
  EXPECT_EQ(code(support::make_key("secp256k1")), Errc::unsupported);
  EXPECT_EQ(code(support::make_key("ed448")), Errc::unsupported);
}

TEST(certificate, is_called_by_the_hash_of_its_key) {
  EXPECT_EQ(root().certificate().subject_key_hash(), sha1({support::spki(root().key)}));
}

TEST(certificate, subject_is_printable) {
  const Issued odd = support::issue({.common_name = "a\nb\"\xc3\xa4"}, root().key, &root());
  EXPECT_EQ(odd.certificate().subject(), "CN=a\\0Ab\\\"\\C3\\A4,O=Latchkey");
}

TEST(certificate, of_a_ca_says_so) {
  EXPECT_TRUE(root().certificate().is_ca());
  EXPECT_FALSE(support::make_leaf(root(), "DNS:a.example").certificate().is_ca());
  const auto says = [](std::vector<std::pair<std::string, std::string>> extensions) {
    return support::issue({.extensions = std::move(extensions)}, root().key, nullptr).certificate().is_ca();
  };
  EXPECT_TRUE(says({{"basicConstraints", "CA:TRUE"}}));
  EXPECT_FALSE(says({{"basicConstraints", "CA:FALSE"}}));
  EXPECT_FALSE(says({})) << "self-signed alone does not make one";
  EXPECT_FALSE(says({{"keyUsage", "keyCertSign"}}));
  EXPECT_FALSE(says({{"basicConstraints", "CA:TRUE"}, {"keyUsage", "digitalSignature"}}));
}

TEST(trust_store, holds_cas_and_names_them) {
  const Issued other = support::make_ca("Other");
  const std::array authorities{root().certificate(), other.certificate()};
  const auto store = TrustStore::of(authorities);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->size(), 2U);
  const base::Buffer hashes =
      base::concat({root().certificate().subject_key_hash(), other.certificate().subject_key_hash()});
  EXPECT_TRUE(base::same(store->authority_hashes(), hashes));
}

TEST(trust_store, refuses_what_is_no_good_ca) {
  const auto code = [](const Issued& issued) {
    const std::array authorities{root().certificate(), issued.certificate()};
    const auto store = TrustStore::of(authorities);
    return store ? Errc::bad_icv : store.error().code;
  };
  EXPECT_EQ(TrustStore::of({}).error().code, Errc::not_found);
  EXPECT_EQ(code(root()), Errc::bad_icv) << "twice the same is fine";
  EXPECT_EQ(code(support::make_leaf(root(), "DNS:a.example")), Errc::mismatch);
  const support::CertificateSpec ca{.extensions = {{"basicConstraints", "critical,CA:TRUE"}}};
  EXPECT_EQ(code(support::issue(ca, support::make_key("rsa:1024"), nullptr)), Errc::weak);
  EXPECT_EQ(code(support::issue(ca, support::make_key("secp256k1"), nullptr)), Errc::unsupported);
}

base::Buffer octets(std::string_view text) { return base::to_buffer(base::as_bytes(text)); }

Errc code_of(const base::Result<void>& result) { return result ? Errc::bad_icv : result.error().code; }
constexpr Errc kGood = Errc::bad_icv;

struct NameCase {
  IdType type;
  base::Buffer data;
  Errc expected;
};

TEST(certificate_identity, is_one_of_the_subject_alt_names_exactly) {
  const Issued leaf = support::issue({.common_name = "cn.example",
                                      .extensions = {{"subjectAltName",
                                                      "DNS:a.example,DNS:*.wild.example,email:Who@Mail.Example,"
                                                      "IP:192.0.2.1,IP:2001:db8::1,URI:https://uri.example/"}}},
                                     root().key, &root());
  const NameCase cases[] = {
      {IdType::fqdn, octets("a.example"), kGood},
      {IdType::fqdn, octets("A.Example"), kGood},
      {IdType::fqdn, octets("b.example"), Errc::mismatch},
      {IdType::fqdn, octets("a.example."), Errc::mismatch},
      {IdType::fqdn, octets("xa.example"), Errc::mismatch},
      {IdType::fqdn, octets("a.exampl"), Errc::mismatch},
      {IdType::fqdn, octets(".example"), Errc::mismatch},
      {IdType::fqdn, octets("cn.example"), Errc::mismatch},
      {IdType::fqdn, octets("uri.example"), Errc::mismatch},
      {IdType::fqdn, octets("any.wild.example"), Errc::mismatch},
      {IdType::fqdn, octets("*.wild.example"), Errc::malformed},
      {IdType::fqdn, octets(""), Errc::malformed},
      {IdType::fqdn, octets(std::string_view("a.example\0", 10)), Errc::malformed},
      {IdType::fqdn, octets("a.example b"), Errc::malformed},
      {IdType::fqdn, octets("192.0.2.1"), Errc::mismatch},
      {IdType::rfc822_addr, octets("Who@Mail.Example"), kGood},
      {IdType::rfc822_addr, octets("Who@mail.example"), kGood},
      {IdType::rfc822_addr, octets("who@mail.example"), Errc::mismatch},
      {IdType::rfc822_addr, octets("a.example"), Errc::malformed},
      {IdType::rfc822_addr, octets("@mail.example"), Errc::malformed},
      {IdType::rfc822_addr, octets("Who@"), Errc::malformed},
      {IdType::ipv4_addr, hex("c0000201"), kGood},
      {IdType::ipv4_addr, hex("c0000202"), Errc::mismatch},
      {IdType::ipv4_addr, hex("c00002"), Errc::malformed},
      {IdType::ipv4_addr, {}, Errc::malformed},
      {IdType::ipv6_addr, hex("20010db8000000000000000000000001"), kGood},
      {IdType::ipv6_addr, hex("20010db8000000000000000000000002"), Errc::mismatch},
      {IdType::ipv6_addr, hex("c0000201"), Errc::malformed},
      {IdType::key_id, octets("a.example"), Errc::unsupported},
      {IdType::null, {}, Errc::unsupported},
      {IdType::der_asn1_gn, octets("a.example"), Errc::unsupported},
  };
  for (const NameCase& c : cases) {
    EXPECT_EQ(code_of(check_identity(leaf.certificate(), {c.type, c.data})), c.expected)
        << static_cast<int>(c.type) << " " << base::to_hex(c.data);
  }
}

TEST(certificate_identity, without_subject_alt_names_is_the_subject_alone) {
  const Issued leaf = support::issue({.common_name = "cn.example"}, root().key, &root());
  const auto check = [&](IdType type, const base::Buffer& data) {
    return code_of(check_identity(leaf.certificate(), {type, data}));
  };
  EXPECT_EQ(check(IdType::fqdn, octets("cn.example")), Errc::mismatch);
  EXPECT_EQ(check(IdType::der_asn1_dn, leaf.subject()), kGood);
  const Issued upper = support::issue({.common_name = "CN.EXAMPLE"}, root().key, &root());
  EXPECT_EQ(check(IdType::der_asn1_dn, upper.subject()), kGood) << "RFC 5280 section 7.1: case does not matter";
  EXPECT_EQ(check(IdType::der_asn1_dn, root().subject()), Errc::mismatch);
  EXPECT_EQ(check(IdType::der_asn1_dn, base::concat({leaf.subject(), hex("00")})), Errc::malformed);
  EXPECT_EQ(check(IdType::der_asn1_dn, hex("3000")), Errc::malformed) << "an empty name";
  EXPECT_EQ(check(IdType::der_asn1_dn, {}), Errc::malformed);
}

}  // namespace
}  // namespace latchkey::crypto
