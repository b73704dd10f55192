// Project Wycheproof's vectors (Apache-2.0, github.com/C2SP/wycheproof), read where they are: the engine's cryptography
// against somebody else's idea of what it must refuse.
#include "control/inspect/wycheproof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/vectors.h"

namespace latchkey::inspect {
namespace {

using testing::HasSubstr;

/// Agrees with a file: `at_least` so many of its tests are "valid" or "invalid" and judged by the engine itself.
void expect_agreement(const char* name, std::size_t at_least) {
  const auto path = support::find_vectors(std::string("wycheproof/") + name);
  if (!path) return;
  const auto judged = judge_wycheproof(support::read_text(*path));
  ASSERT_TRUE(judged) << judged.error();
  std::size_t by_engine = 0;
  for (const Judged& one : *judged) {
    // An "acceptable" one only has to be survived.
    if (one.expected == "acceptable") continue;
    EXPECT_EQ(one.valid ? "valid" : "invalid", one.expected) << "tcId " << one.tc_id;
    by_engine += one.by_engine ? 1 : 0;
  }
  EXPECT_GE(by_engine, at_least);
}

TEST(wycheproof, aes_gcm) { expect_agreement("aes_gcm_test.json", 100); }
TEST(wycheproof, chacha20_poly1305) { expect_agreement("chacha20_poly1305_test.json", 310); }
TEST(wycheproof, hmac_sha256) { expect_agreement("hmac_sha256_test.json", 170); }
TEST(wycheproof, x25519) { expect_agreement("x25519_test.json", 260); }
TEST(wycheproof, ecdh_secp256r1) { expect_agreement("ecdh_secp256r1_ecpoint_test.json", 350); }
TEST(wycheproof, ecdsa_secp256r1_sha256) { expect_agreement("ecdsa_secp256r1_sha256_test.json", 480); }
TEST(wycheproof, ed25519) { expect_agreement("ed25519_test.json", 150); }
TEST(wycheproof, rsa_pss_2048_sha256) { expect_agreement("rsa_pss_2048_sha256_mgf1_32_params_test.json", 100); }
TEST(wycheproof, rsa_pkcs1_2048_sha256) { expect_agreement("rsa_signature_2048_sha256_test.json", 250); }

std::string file(std::string_view algorithm, std::string_view group, std::string_view test) {
  return R"({"algorithm": ")" + std::string(algorithm) + R"(", "testGroups": [{)" + std::string(group) +
         R"(, "tests": [{"tcId": 7, "result": "valid", )" + std::string(test) + "}]}]}";
}

std::string answer(const std::string& text) {
  const auto outcome = wycheproof(text);
  return outcome ? outcome->json.dump() : outcome.error();
}

// RFC 4231 section 4.3 (test case 2), whole and cut short.
constexpr std::string_view kJefe =
    R"("key": "4a656665", "msg": "7768617420646f2079612077616e7420666f72206e6f7468696e673f")";

TEST(wycheproof, answers_by_test_number) {
  const std::string test = std::string(kJefe) + R"(, "tag": "5bdcc146bf60754e6a042426089575c7")";
  EXPECT_EQ(answer(file("HMACSHA256", R"("type": "MacTest")", test)), R"({"7":"valid"})");
  EXPECT_EQ(answer(file("HMACSHA512", R"("type": "MacTest")", test)), R"({"7":"invalid"})");
  EXPECT_EQ(answer(file("HMACSHA256", R"("type": "MacTest")", std::string(kJefe) + R"(, "tag": "")")),
            R"({"7":"invalid"})");
}

TEST(wycheproof, says_what_it_has_not_or_does_not_understand) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "not JSON"},
      {"[]", "the file is not an object"},
      {"{}", "algorithm is missing"},
      {R"({"algorithm": "x", "testGroups": 7})", "testGroups is not a list"},
      {R"({"algorithm": "x", "testGroups": [7]})", "testGroups[0] is not an object"},
      {R"({"algorithm": "x", "testGroups": [{}]})", "testGroups[0].type is missing"},
      {R"({"algorithm": "x", "testGroups": [{"type": "MacTest"}]})", "testGroups[0].tests is not a list"},
      {file("x", R"("type": "DsaVerify")", R"("a": 1)"), "testGroups[0].type is none that we have"},
      {file("x", R"("type": "MacTest")", R"("a": 1)"), "algorithm is no MAC of IKE's"},
      {file("HMACSHA256", R"("type": "MacTest")", R"("a": 1)"), "testGroups[0].tests[0].key is missing"},
      {file("HMACSHA256", R"("type": "MacTest")", R"("tcId": -1)"), "tests[0].tcId is not a whole number"},
      {file("AES-SIV", R"("type": "AeadTest")", R"("key": "", "iv": "", "aad": "", "msg": "", "ct": "", "tag": "")"),
       "algorithm is no AEAD of IKE's"},
      {file("XDH", R"("type": "XdhComp", "curve": "curve1")", R"("a": 1)"), "testGroups[0].curve is none that we have"},
      {file("x", R"("type": "EcdsaVerify", "sha": "SHA-1")", R"("a": 1)"), "sha is a hash that IKE does not sign with"},
      {file("x", R"("type": "EcdsaVerify", "sha": "SHA-256", "publicKeyDer": "00")", R"("a": 1)"),
       "testGroups[0].tests[0].msg is missing"},
      {file("x", R"("type": "RsassaPssVerify", "sha": "SHA-256", "mgfSha": "SHA-1", "sLen": 32)", R"("a": 1)"),
       "PSS parameters that IKE does not use"},
      {file("x", R"("type": "RsassaPssVerify", "sha": "SHA-256", "mgfSha": "SHA-256", "sLen": 20)", R"("a": 1)"),
       "PSS parameters that IKE does not use"},
  };
  for (const auto& [text, complaint] : cases) EXPECT_THAT(answer(text), HasSubstr(complaint)) << text;
}

// A key's numbers of any size are no trouble.
TEST(wycheproof, survives_keys_of_any_shape) {
  const auto rsa = [](const char* modulus, const char* exponent) {
    return file("x",
                std::string(R"("type": "RsassaPkcs1Verify", "sha": "SHA-256", "publicKey": {"modulus": ")") + modulus +
                    R"(", "publicExponent": ")" + exponent + "\"}",
                R"("msg": "", "sig": "")");
  };
  for (const auto& [modulus, exponent] : {std::pair{"", ""}, {"00", "03"}, {"00", ""}, {"ff", "03"}}) {
    EXPECT_THAT(answer(rsa(modulus, exponent)), HasSubstr("testGroups[0]: RSA"));
  }
  EXPECT_THAT(answer(rsa("ff", std::string(600, '1').c_str())), HasSubstr("publicExponent is too long"));
}

}  // namespace
}  // namespace latchkey::inspect
