#include "ike-engine/policy/suites.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace latchkey::policy {
namespace {

using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;

template <class Suite>
void expect_sound(const std::vector<Suite>& suites) {
  for (auto it = suites.begin(); it != suites.end(); ++it) {
    EXPECT_TRUE(is_acceptable(*it)) << it->to_string();
    EXPECT_EQ(std::find(suites.begin(), it, *it), it) << it->to_string() << " twice";
  }
}

TEST(suites, of_every_list_are_acceptable_and_stand_there_once) {
  expect_sound(default_ike_suites());
  expect_sound(default_esp_suites());
  expect_sound(answered_ike_suites());
  expect_sound(answered_esp_suites());
}

// Every cipher and every HMAC that there is to be, written out: a list that loses one is shorter, not wrong.
TEST(suites, that_are_answered_have_every_cipher_with_every_hmac) {
  const auto ike = answered_ike_suites();
  const auto esp = answered_esp_suites();
  const auto expect_answered = [&](EncrId encr, std::uint16_t key_bits, IntegId integ) {
    for (const PrfId prf : {PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512}) {
      for (const KeMethod ke : {KeMethod::modp2048, KeMethod::modp3072, KeMethod::modp4096, KeMethod::ecp256,
                                KeMethod::ecp384, KeMethod::ecp521, KeMethod::x25519, KeMethod::x448}) {
        const api::IkeSuite suite{encr, key_bits, prf, ke, integ};
        EXPECT_EQ(std::ranges::count(ike, suite), 1) << suite.to_string();
      }
    }
    for (const bool esn : {true, false}) {
      const api::EspSuite suite{encr, key_bits, esn, integ};
      EXPECT_EQ(std::ranges::count(esp, suite), 1) << suite.to_string();
    }
  };
  expect_answered(EncrId::chacha20_poly1305, 256, IntegId::none);
  for (const std::uint16_t key_bits : {std::uint16_t{128}, std::uint16_t{256}}) {
    expect_answered(EncrId::aes_gcm_16, key_bits, IntegId::none);
    expect_answered(EncrId::aes_ccm_16, key_bits, IntegId::none);
    for (const IntegId integ : {IntegId::hmac_sha2_256_128, IntegId::hmac_sha2_384_192, IntegId::hmac_sha2_512_256}) {
      expect_answered(EncrId::aes_cbc, key_bits, integ);
      expect_answered(EncrId::aes_ctr, key_bits, integ);
    }
  }
  EXPECT_EQ(ike.size(), 17u * 3 * 8);
  EXPECT_EQ(esp.size(), 17u * 2);
}

TEST(suites, that_we_offer_are_answered_first) {
  EXPECT_EQ(answered_ike_suites().front(), default_ike_suites().front());
  const auto answered = answered_esp_suites();
  const auto offered = default_esp_suites();
  EXPECT_TRUE(std::equal(offered.begin(), offered.end(), answered.begin()));
  for (const auto& suite : default_ike_suites()) {
    const auto all = answered_ike_suites();
    EXPECT_NE(std::ranges::find(all, suite), all.end()) << suite.to_string();
  }
}

TEST(suites, offered_by_default_are_aeads_alone) {
  for (const auto& suite : default_ike_suites()) EXPECT_EQ(suite.integ, IntegId::none);
  for (const auto& suite : default_esp_suites()) EXPECT_EQ(suite.integ, IntegId::none);
  EXPECT_EQ(default_ike_suites().size(), 27U);
  EXPECT_EQ(default_esp_suites().size(), 6U);
}

TEST(suites, with_short_icvs_of_ccm_have_to_be_asked_for) {
  const api::EspSuite short_icv{EncrId::aes_ccm_8, 128, true};
  EXPECT_TRUE(is_acceptable(short_icv));
  for (const auto& suite : answered_esp_suites()) EXPECT_NE(suite.encr, EncrId::aes_ccm_8);
  for (const auto& suite : answered_ike_suites()) EXPECT_NE(suite.encr, EncrId::aes_ccm_12);
}

TEST(suites, have_the_methods_of_112_bits_and_more) {
  EXPECT_EQ(answered_ke_methods().front(), KeMethod::x25519);
  EXPECT_EQ(answered_ke_methods().size(), 8U);
  for (const KeMethod method : answered_ke_methods()) EXPECT_TRUE(is_acceptable(method));
  for (const KeMethod weak : {KeMethod::none, KeMethod::modp1024, KeMethod::modp1536, static_cast<KeMethod>(22)}) {
    EXPECT_FALSE(is_acceptable(weak));
  }
}

}  // namespace
}  // namespace latchkey::policy
