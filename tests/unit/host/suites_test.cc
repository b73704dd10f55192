#include "host/suites.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/suites.h"

namespace latchkey::host {
namespace {

TEST(suites, are_read_as_they_are_written) {
  for (const char* text :
       {"AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519", "CHACHA20_POLY1305/PRF_HMAC_SHA2_512/CURVE448",
        "AES_CCM_8_128/PRF_HMAC_SHA2_384/ECP_521", "AES_CCM_12_256/PRF_HMAC_SHA2_256/ECP_384",
        "AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_4096",
        "AES_CTR_128/HMAC_SHA2_512_256/PRF_HMAC_SHA2_512/MODP_3072"}) {
    const auto suite = parse_ike_suite(text);
    ASSERT_TRUE(suite) << text;
    EXPECT_EQ(suite->to_string(), text);
    EXPECT_TRUE(policy::is_acceptable(*suite)) << text;
  }
  for (const char* text : {"AES_GCM_16_128/NO_ESN", "AES_CCM_16_256/ESN", "AES_CBC_128/HMAC_SHA2_384_192/ESN",
                           "AES_CTR_256/HMAC_SHA2_256_128/NO_ESN"}) {
    const auto suite = parse_esp_suite(text);
    ASSERT_TRUE(suite) << text;
    EXPECT_EQ(suite->to_string(), text);
    EXPECT_TRUE(policy::is_acceptable(*suite)) << text;
  }
}

TEST(suites, have_a_word_for_all_that_is_answered) {
  for (const auto& suite : policy::answered_ike_suites()) EXPECT_EQ(parse_ike_suite(suite.to_string()), suite);
  for (const auto& suite : policy::answered_esp_suites()) EXPECT_EQ(parse_esp_suite(suite.to_string()), suite);
}

TEST(suites, that_are_weak_or_no_suites_are_not_read) {
  for (const char* text :
       {"", "/", "AES_GCM_16_256", "AES_GCM_16_256/PRF_HMAC_SHA2_256", "AES_GCM_16_256/PRF_HMAC_SHA2_256/",
        "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519/", "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519/x",
        "aes_gcm_16_256/PRF_HMAC_SHA2_256/CURVE25519", "AES_GCM_16_192/PRF_HMAC_SHA2_256/CURVE25519",
        "AES_GCM_8_256/PRF_HMAC_SHA2_256/CURVE25519", "3DES/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519",
        "AES_CBC_256/PRF_HMAC_SHA2_256/CURVE25519", "AES_CBC_256/NONE/PRF_HMAC_SHA2_256/CURVE25519",
        "AES_CBC_256/HMAC_SHA1_96/PRF_HMAC_SHA2_256/CURVE25519",
        "AES_GCM_16_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519", "AES_GCM_16_256/PRF_HMAC_SHA1/CURVE25519",
        "AES_GCM_16_256/PRF_HMAC_SHA2_256/MODP_1024", "AES_GCM_16_256/PRF_HMAC_SHA2_256/NONE"}) {
    EXPECT_FALSE(parse_ike_suite(text)) << text;
  }
  for (const char* text : {"", "AES_GCM_16_256", "AES_GCM_16_256/", "AES_GCM_16_256/esn", "AES_GCM_16_256/ESN/",
                           "AES_CBC_256/ESN", "NULL/HMAC_SHA2_256_128/ESN", "AES_CBC_256/HMAC_MD5_96/ESN"}) {
    EXPECT_FALSE(parse_esp_suite(text)) << text;
  }
}

TEST(suites, are_described_with_every_word) {
  for (const char* word : {"AES_GCM_16_256, ", "AES_CCM_8_128, ", "AES_CBC_256, ", "HMAC_SHA2_384_192", "CURVE448",
                           "MODP_4096", "CHACHA20_POLY1305"}) {
    EXPECT_NE(ike_suite_form().find(word), std::string_view::npos) << word;
  }
  EXPECT_NE(esp_suite_form().find("NO_ESN"), std::string_view::npos);
}

}  // namespace
}  // namespace latchkey::host
