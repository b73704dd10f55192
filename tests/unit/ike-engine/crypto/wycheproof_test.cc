// Project Wycheproof's vectors (Apache-2.0, github.com/C2SP/wycheproof), read where they are.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ike-engine/crypto/encryption.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/prf.h"
#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"

namespace latchkey::crypto {
namespace {

using nlohmann::json;
using support::hex;

base::Buffer octets(const json& object, const char* name) { return hex(object[name].get<std::string>()); }

/// Calls `check(group, test, valid)` for each test of a file that is "valid" or "invalid"; for the "acceptable" ones
/// `valid` says nothing, so they only have to survive. Fails if fewer than `at_least` tests were judged.
template <class Check>
void each_test(const char* file, std::size_t at_least, Check check) {
  const auto path = support::find_vectors(std::string("wycheproof/") + file);
  if (!path) return;
  const json all = json::parse(support::read_text(*path));
  std::size_t judged = 0;
  for (const json& group : all["testGroups"]) {
    for (const json& test : group["tests"]) {
      const std::string result = test["result"];
      SCOPED_TRACE(std::string(file) + " tcId " + test["tcId"].dump());
      const std::optional<bool> accepted = check(group, test);
      if (!accepted || result == "acceptable") continue;
      EXPECT_EQ(*accepted, result == "valid");
      ++judged;
    }
  }
  EXPECT_GE(judged, at_least) << file;
}

/// Seals and opens; nothing for sizes that IKE does not have.
std::optional<bool> check_aead(base::EncrId id, const json& group, const json& test) {
  const base::Buffer nonce = octets(test, "iv");
  if (nonce.size() != 12 || group["tagSize"] != 128) return std::nullopt;
  const auto bits = static_cast<std::uint16_t>(octets(test, "key").size() * 8);
  const auto cipher = Encryption::find(id, bits, base::IntegId::none);
  if (!cipher) return std::nullopt;
  const DirectionKeys keys{base::SecretBytes(base::concat({octets(test, "key"), base::Bytes(nonce).first(4)})), {}};
  const base::Bytes iv = base::Bytes(nonce).last(8);
  const base::Buffer aad = octets(test, "aad");
  const base::Buffer sealed = base::concat({octets(test, "ct"), octets(test, "tag")});
  if (test["result"] == "valid") {
    EXPECT_EQ(*cipher->seal(keys, iv, aad, octets(test, "msg")), sealed);
  }
  const auto opened = cipher->open(keys, iv, aad, sealed);
  return opened && *opened == octets(test, "msg");
}

TEST(wycheproof, aes_gcm) {
  each_test("aes_gcm_test.json", 100,
            [](const json& group, const json& test) { return check_aead(base::EncrId::aes_gcm_16, group, test); });
}

TEST(wycheproof, chacha20_poly1305) {
  each_test("chacha20_poly1305_test.json", 250, [](const json& group, const json& test) {
    return check_aead(base::EncrId::chacha20_poly1305, group, test);
  });
}

TEST(wycheproof, hmac_sha256) {
  each_test("hmac_sha256_test.json", 150, [](const json&, const json& test) -> std::optional<bool> {
    const auto mac = prf(base::PrfId::hmac_sha2_256, octets(test, "key"), {octets(test, "msg")});
    const base::Buffer tag = octets(test, "tag");
    return base::same_secret(mac->view().first(tag.size()), tag);
  });
}

TEST(wycheproof, x25519) {
  each_test("x25519_test.json", 200, [](const json&, const json& test) -> std::optional<bool> {
    const auto own = KeyExchange::from_private(base::KeMethod::x25519, octets(test, "private"));
    const auto shared = own->shared_secret(octets(test, "public"));
    const base::Buffer expected = octets(test, "shared");
    if (expected == base::Buffer(32)) {
      EXPECT_EQ(shared.error().code, base::Errc::weak) << "the file says acceptable, we do not";
      return std::nullopt;
    }
    EXPECT_EQ(base::to_hex(shared->view()), base::to_hex(expected)) << "acceptable ones too";
    return shared.has_value();
  });
}

/// The private value in exactly 32 octets, from a number that may be longer by zeros or shorter.
base::Buffer scalar(base::Buffer number) {
  while (number.size() > 32 && number.front() == 0) number.erase(number.begin());
  number.insert(number.begin(), number.size() < 32 ? 32 - number.size() : 0, 0);
  return number;
}

TEST(wycheproof, ecdh_secp256r1) {
  each_test("ecdh_secp256r1_ecpoint_test.json", 200, [](const json&, const json& test) -> std::optional<bool> {
    const base::Buffer point = octets(test, "public");
    // IKE sends the coordinates without the leading 4; a compressed or empty point has no form there.
    if (point.empty() || point.front() != 4) return std::nullopt;
    const auto own = KeyExchange::from_private(base::KeMethod::ecp256, scalar(octets(test, "private")));
    if (!own) return std::nullopt;
    const auto shared = own->shared_secret(base::Bytes(point).subspan(1));
    return shared && base::same(shared->view(), octets(test, "shared"));
  });
}

/// Verifies by the AlgorithmIdentifier `identifier`.
bool verifies(const base::Result<PublicKey>& key, std::string_view identifier, const json& test) {
  return verify_digital_signature(key.value(), hex(identifier), octets(test, "sig"), octets(test, "msg")).has_value();
}

TEST(wycheproof, ecdsa_secp256r1_sha256) {
  each_test("ecdsa_secp256r1_sha256_test.json", 450, [](const json& group, const json& test) -> std::optional<bool> {
    const base::Buffer point = hex(group["publicKey"]["uncompressed"].get<std::string>());
    return verifies(PublicKey::from_ipseckey(3, base::Bytes(point).subspan(1)), "300a06082a8648ce3d040302", test);
  });
}

TEST(wycheproof, ed25519) {
  each_test("ed25519_test.json", 140, [](const json& group, const json& test) -> std::optional<bool> {
    const auto key = PublicKey::from_ipseckey(4, hex(group["publicKey"]["pk"].get<std::string>()));
    if (!key) return false;
    return verifies(key, "300506032b6570", test);
  });
}

/// RFC 3110 form from a modulus that may have a leading zero and an exponent.
base::Buffer rfc3110(base::Buffer modulus, const base::Buffer& exponent) {
  if (modulus.front() == 0) modulus.erase(modulus.begin());
  return base::concat({std::array{static_cast<std::uint8_t>(exponent.size())}, exponent, modulus});
}

TEST(wycheproof, rsa_pss_2048_sha256) {
  each_test(
      "rsa_pss_2048_sha256_mgf1_32_params_test.json", 100,
      [](const json& group, const json& test) -> std::optional<bool> {
        const json& key = group["publicKey"];
        return verifies(
            PublicKey::from_ipseckey(2, rfc3110(octets(key, "modulus"), octets(key, "publicExponent"))),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609"
            "6086480165030402010500a203020120",
            test);
      });
}

TEST(wycheproof, rsa_pkcs1_2048_sha256) {
  each_test("rsa_signature_2048_sha256_test.json", 240, [](const json& group, const json& test) -> std::optional<bool> {
    const json& key = group.contains("publicKey") ? group["publicKey"] : group["privateKey"];
    const auto parsed = PublicKey::from_ipseckey(2, rfc3110(octets(key, "modulus"), octets(key, "publicExponent")));
    return verifies(parsed, "300d06092a864886f70d01010b0500", test);
  });
}

}  // namespace
}  // namespace latchkey::crypto
