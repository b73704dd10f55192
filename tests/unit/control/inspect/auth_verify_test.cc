#include "control/inspect/auth_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ike-engine/base/base64.h"
#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"

namespace latchkey::inspect {
namespace {

using base::Buffer;
using crypto::KeyType;
using crypto::PrivateKey;
using support::hex;
using testing::HasSubstr;

const Buffer kOctets = hex("000102030405");
// RFC 4025 section 3.2: RSA of 240 bits.
constexpr const char* kWeakRecord = "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==";

std::string record_of(const PrivateKey& key) {
  return "10 0 " + std::to_string(key.ipseckey_algorithm()) + " . " + base::to_base64(key.ipseckey_key().value());
}

Exit exit_of(const Outcome& outcome) { return outcome ? outcome->exit : Exit::malformed; }

TEST(auth_verify, takes_method_14_by_the_key_of_an_ipseckey_record) {
  constexpr base::HashAlgorithm kHashes[] = {base::HashAlgorithm::sha2_256, base::HashAlgorithm::identity};
  for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384}) {
    const auto key = PrivateKey::generate(type).value();
    const auto given = key_of_ipseckey("www.example. IN IPSECKEY " + record_of(key)).value();
    Buffer data = key.sign_auth(kHashes, kOctets).value();
    const auto good = auth_verify(given, 14, kOctets, data).value();
    EXPECT_EQ(good.exit, Exit::fine);
    EXPECT_EQ(good.json["ok"], true);
    EXPECT_EQ(good.json["scheme"], type == KeyType::ed25519 ? "Ed25519" : "ECDSA-SHA256");
    data.back() ^= 1;
    const auto bad = auth_verify(given, 14, kOctets, data).value();
    EXPECT_EQ(bad.exit, Exit::refused);
    EXPECT_EQ(bad.json["ok"], false);
    EXPECT_EQ(exit_of(auth_verify(given, 14, hex("00"), data)), Exit::refused);
  }
}

TEST(auth_verify, takes_methods_9_and_10_and_no_other_curve) {
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto given = key_of_ipseckey(record_of(key)).value();
  const auto value = key.sign_ecdsa_auth(kOctets).value();
  EXPECT_EQ(exit_of(auth_verify(given, 9, kOctets, value.data)), Exit::fine);
  EXPECT_EQ(exit_of(auth_verify(given, 10, kOctets, value.data)), Exit::refused);
  EXPECT_EQ(exit_of(auth_verify(given, 11, kOctets, value.data)), Exit::refused);
  EXPECT_EQ(exit_of(auth_verify(given, 1, kOctets, value.data)), Exit::refused);
}

// RFC 7427 section 3, RFC 4754 section 7: what is no signature of the method at all is no wrong one.
TEST(auth_verify, complains_of_data_of_another_shape) {
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto strong = key_of_ipseckey(record_of(key)).value();
  const auto weak = key_of_ipseckey(kWeakRecord).value();
  const std::pair<unsigned, std::string> cases[] = {
      {14, ""},
      {14, "00"},                // no AlgorithmIdentifier
      {14, "00ffffffff"},        // the same, and a signature
      {14, "ff00"},              // one that reaches beyond the data
      {14, "07300506032b6570"},  // no signature
      {14, "04deadbeef00"},      // one that is no DER
      {14,
       "073006"
       "06032b6570"
       "00"},  // a SEQUENCE longer than it is
      {14,
       "073004"
       "06032b6570"
       "00"},  // one shorter
      {14,
       "073005"
       "06042b6570"
       "00"},  // an OBJECT IDENTIFIER longer than the SEQUENCE
      {14,
       "073005"
       "04032b6570"
       "00"},  // an OCTET STRING in its place
      {14,
       "02"
       "3000"
       "00"},  // nothing in its place
      {14,
       "04"
       "30020600"
       "00"},  // an OBJECT IDENTIFIER of nothing
      {9, ""},
      {10, ""},
      {1, ""},
  };
  for (const auto& [method, data] : cases) {
    for (const auto& given : {strong, weak}) {
      const auto outcome = auth_verify(given, method, kOctets, hex(data));
      ASSERT_FALSE(outcome) << method << " " << data << ": " << outcome->json;
      EXPECT_THAT(outcome.error(), HasSubstr("data: ")) << method << " " << data;
    }
  }
}

// RFC 4754 section 7: r and s, each as long as the curve's order.
TEST(auth_verify, complains_of_ecdsa_values_of_another_size) {
  const auto key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const auto given = key_of_ipseckey(record_of(key)).value();
  for (const std::size_t size : {1U, 63U, 65U, 96U}) {
    const auto outcome = auth_verify(given, 9, kOctets, Buffer(size));
    ASSERT_FALSE(outcome) << size << ": " << outcome->json;
    EXPECT_EQ(outcome.error(), "data: malformed: size of an ECDSA signature");
  }
  EXPECT_EQ(exit_of(auth_verify(given, 9, kOctets, Buffer(64))), Exit::refused);
}

// Well-formed, and none of ours: an answer.
TEST(auth_verify, refuses_schemes_that_it_does_not_know) {
  const auto given = key_of_ipseckey(record_of(PrivateKey::generate(KeyType::ed25519).value())).value();
  const std::string long_form =
      "e6"
      "3081e3"
      "06032b6571"
      "0481db" +
      std::string(2 * 219, '0');
  for (const std::string& data : {std::string("07300506032b657100"), long_form + "00"}) {
    EXPECT_EQ(auth_verify(given, 14, kOctets, hex(data))->json["reason"], "unsupported: signature scheme") << data;
  }
}

TEST(auth_verify, says_which_methods_it_knows) {
  const auto given = key_of_ipseckey(record_of(PrivateKey::generate(KeyType::ed25519).value())).value();
  for (const unsigned method : {0U, 2U, 3U, 13U, 15U, 255U, 256U, 270U}) {
    EXPECT_THAT(auth_verify(given, method, kOctets, kOctets).error(), HasSubstr("is none that a public key verifies"));
  }
}

TEST(auth_verify, refuses_a_weak_key_and_complains_of_what_is_none) {
  const auto weak = key_of_ipseckey(kWeakRecord).value();
  const auto answer = auth_verify(weak, 14, kOctets, hex("07300506032b657000")).value();
  EXPECT_EQ(answer.exit, Exit::refused);
  EXPECT_EQ(answer.json["reason"], "weak: RSA modulus below 2048 bits");
  EXPECT_THAT(key_of_ipseckey("10 0 0 .").error(), HasSubstr("unsupported"));
  EXPECT_THAT(key_of_ipseckey("10 0").error(), HasSubstr("the algorithm is missing"));
  EXPECT_EQ(key_of_pem("nothing").error(), "this is no PEM text");
  EXPECT_EQ(key_of_pem("").error(), "this is no PEM text");
  EXPECT_EQ(key_of_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error(),
            "the PEM text holds neither a public key nor a certificate");
  EXPECT_FALSE(key_of_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
}

TEST(auth_verify_vectors, of_strongswan_verify_by_its_public_keys) {
  const auto folder = support::find_vectors("sessions/rsa2048-7427-cbc256-ecp256");
  if (!folder) return;
  const auto session = nlohmann::json::parse(support::read_text(*folder / "keys.json"));
  ASSERT_EQ(session["auth"].size(), 2U);
  for (const auto& auth : session["auth"]) {
    const char* file = auth["signer"] == "initiator" ? "peer_a.pub.pem" : "peer_b.pub.pem";
    const auto given = key_of_pem(support::read_text(*folder / file)).value();
    Buffer octets = hex(auth["octets"].get<std::string>());
    const Buffer data = hex(auth["auth_data"].get<std::string>());
    EXPECT_EQ(auth_verify(given, 14, octets, data)->json["scheme"], "RSA-PKCS1-SHA256");
    octets[0] ^= 1;
    EXPECT_EQ(exit_of(auth_verify(given, 14, octets, data)), Exit::refused);
  }
}

}  // namespace
}  // namespace latchkey::inspect
