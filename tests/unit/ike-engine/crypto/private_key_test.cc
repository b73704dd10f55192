#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <map>

#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/pki.h"

namespace latchkey::crypto {
namespace {

using base::AuthMethod;
using base::Errc;
using base::HashAlgorithm;
using support::hex;
using testing::HasSubstr;

const base::Buffer kOctets = hex("a533cb613f4e45760000000000000000");

constexpr std::array kTypes{KeyType::rsa, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                            KeyType::ed25519};

const PrivateKey& key_of(KeyType type) {
  static std::map<KeyType, PrivateKey> keys;
  const auto known = keys.find(type);
  if (known != keys.end()) return known->second;
  return keys.emplace(type, PrivateKey::generate(type, 2048).value()).first->second;
}

std::string_view text(const base::SecretBytes& secret) {
  return {reinterpret_cast<const char*>(secret.view().data()), secret.size()};
}

base::Error refusal(std::string_view pem) {
  const auto key = PrivateKey::from_pem(pem);
  return key ? base::Error{Errc::not_found, "taken"} : key.error();
}

TEST(private_key, reads_the_ed25519_key_of_rfc_8410) {
  // RFC 8410 section 10.3: an Ed25519 key.
  const auto key = PrivateKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
      "-----END PRIVATE KEY-----\n");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type(), KeyType::ed25519);
  EXPECT_EQ(base::to_hex(*key->ipseckey_key()), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  EXPECT_EQ(PrivateKey::from_ed25519_seed({}).error().code, Errc::malformed);
}

TEST(private_key, is_read_as_it_was_written) {
  for (const KeyType type : kTypes) {
    const auto pem = key_of(type).to_pem();
    ASSERT_TRUE(pem) << to_string(type);
    EXPECT_TRUE(text(*pem).starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = PrivateKey::from_pem(text(*pem));
    ASSERT_TRUE(again) << to_string(type) << ": " << again.error().text;
    EXPECT_EQ(again->type(), type);
    EXPECT_TRUE(again->public_key() == key_of(type).public_key());
  }
}

TEST(private_key, is_found_among_other_blocks) {
  const auto key = support::make_key("P-256");
  const std::string pem = "bag attributes\n" + support::public_pem(key) + support::private_pem(key);
  EXPECT_TRUE(PrivateKey::from_pem(pem));
}

TEST(private_key, is_read_also_when_somebody_left_an_error_in_the_queue) {
  const auto key = support::make_key("P-256");
  const std::string pem = support::public_pem(key) + support::private_pem(key);
  ERR_clear_error();
  ERR_raise(ERR_LIB_ASN1, ERR_R_INTERNAL_ERROR);
  EXPECT_TRUE(PrivateKey::from_pem(pem));
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), ERR_R_INTERNAL_ERROR) << "and the error is still theirs";
}

TEST(private_key, that_is_encrypted_is_refused_with_what_to_do) {
  const auto refused = refusal(support::private_pem(support::make_key("ed25519"), "secret"));
  EXPECT_EQ(refused.code, Errc::unsupported);
  EXPECT_THAT(std::string(refused.text), HasSubstr("unencrypted"));
  const auto of_old = refusal(
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
      "AAAA\n-----END EC PRIVATE KEY-----\n");
  EXPECT_THAT(std::string(of_old.text), HasSubstr("unencrypted"));
}

TEST(private_key, that_is_none_is_refused_in_words) {
  EXPECT_THAT(std::string(refusal("").text), HasSubstr("no PEM"));
  EXPECT_THAT(std::string(refusal("0s AAAA").text), HasSubstr("no PEM"));
  EXPECT_THAT(std::string(refusal(support::public_pem(support::make_key("ed25519"))).text),
              HasSubstr("no private key"));
  EXPECT_EQ(refusal(support::make_ca("ca").pem()).code, Errc::not_found);
  EXPECT_THAT(std::string(refusal("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").text),
              HasSubstr("damaged"));
  EXPECT_EQ(refusal(std::string(70000, '-')).code, Errc::malformed);
}

TEST(private_key, of_a_kind_that_is_not_used_is_refused) {
  for (const char* kind : {"ed448", "secp256k1", "brainpoolP256r1", "P-224"}) {
    EXPECT_EQ(refusal(support::private_pem(support::make_key(kind))).code, Errc::unsupported) << kind;
  }
}

TEST(private_key, of_rsa_has_2048_to_4096_bits) {
  EXPECT_EQ(refusal(support::private_pem(support::make_key("rsa:1024"))).code, Errc::weak);
  base::Buffer modulus(4104 / 8, 0xff);
  const auto large = refusal(support::private_pem(support::rsa_of_numbers(modulus, 65537, base::Buffer(500, 3))));
  EXPECT_EQ(large.code, Errc::unsupported);
  EXPECT_THAT(std::string(large.text), HasSubstr("4096"));
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 1024).error().code, Errc::weak);
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 2047).error().code, Errc::weak);
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, 4097).error().code, Errc::unsupported);
}

TEST(private_key, whose_halves_do_not_belong_together_is_refused) {
  const auto first = support::make_key("P-256");
  EXPECT_TRUE(PrivateKey::from_pem(support::private_pem(support::mixed_up(first, first))));
  EXPECT_EQ(refusal(support::private_pem(support::mixed_up(first, support::make_key("P-256")))).code, Errc::mismatch);
  const base::Buffer modulus(256, 0xff);
  EXPECT_EQ(refusal(support::private_pem(support::rsa_of_numbers(modulus, 65537, base::Buffer(250, 3)))).code,
            Errc::mismatch);
}

TEST(private_key, has_the_public_half_that_ipseckey_publishes) {
  for (const KeyType type : {KeyType::rsa, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ed25519}) {
    const PrivateKey& key = key_of(type);
    const auto published = PublicKey::from_ipseckey(key.ipseckey_algorithm(), *key.ipseckey_key());
    EXPECT_TRUE(*published == key.public_key()) << to_string(type);
  }
  EXPECT_EQ(key_of(KeyType::ecdsa_p521).ipseckey_key().error().code, Errc::unsupported) << "RFC 6605 ends at P-384";
}

TEST(ecdsa_auth, signs_by_the_method_of_its_curve) {
  const std::pair<KeyType, AuthMethod> cases[] = {{KeyType::ecdsa_p256, AuthMethod::ecdsa_256},
                                                  {KeyType::ecdsa_p384, AuthMethod::ecdsa_384},
                                                  {KeyType::ecdsa_p521, AuthMethod::ecdsa_521}};
  for (const auto& [type, method] : cases) {
    // Small r and s are padded: some of these have leading zeros.
    for (int round = 0; round < 20; ++round) {
      const auto auth = key_of(type).sign_ecdsa_auth(kOctets);
      ASSERT_TRUE(auth);
      EXPECT_EQ(auth->method, method);
      EXPECT_TRUE(verify_ecdsa_auth(key_of(type).public_key(), method, auth->data, kOctets));
    }
  }
}

TEST(ecdsa_auth, is_not_for_keys_without_such_a_method) {
  EXPECT_EQ(key_of(KeyType::rsa).sign_ecdsa_auth(kOctets).error().code, Errc::mismatch) << "method 1 is SHA-1";
  EXPECT_EQ(key_of(KeyType::ed25519).sign_ecdsa_auth(kOctets).error().code, Errc::mismatch);
}

TEST(private_key, signs_on_p521_with_every_hash) {
  const PrivateKey& key = key_of(KeyType::ecdsa_p521);
  for (const HashAlgorithm hash : {HashAlgorithm::sha2_256, HashAlgorithm::sha2_384, HashAlgorithm::sha2_512}) {
    const base::Buffer auth = key.sign_auth(std::array{hash}, kOctets).value();
    const auto identifier = base::Bytes(auth).subspan(1, auth[0]);
    const auto signature = base::Bytes(auth).subspan(1U + auth[0]);
    EXPECT_TRUE(verify_digital_signature(key.public_key(), identifier, signature, kOctets));
    EXPECT_FALSE(verify_digital_signature(key.public_key(), identifier, signature, hex("00")));
  }
}

}  // namespace
}  // namespace latchkey::crypto
