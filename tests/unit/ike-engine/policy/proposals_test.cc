#include "ike-engine/policy/proposals.h"

#include <gtest/gtest.h>

#include <functional>

namespace latchkey::policy {
namespace {

using api::EspSuite;
using api::IkeSuite;
using base::EncrId;
using base::Errc;
using base::IntegId;
using base::KeMethod;
using base::PrfId;
using base::ProtocolId;
using base::TransformType;
using wire::Proposal;
using wire::Sa;
using wire::Transform;

Transform transform(TransformType type, unsigned id, std::optional<std::uint16_t> bits = std::nullopt) {
  return {type, static_cast<std::uint16_t>(id), bits, false};
}

const Transform kGcm256 = transform(TransformType::encr, 20, 256);
const Transform kPrf256 = transform(TransformType::prf, 5);
const Transform kX25519 = transform(TransformType::ke, 31);
const Transform kEsn = transform(TransformType::esn, 1);
const Transform kSha256 = transform(TransformType::integ, 12);
const Transform kCbc256 = transform(TransformType::encr, 12, 256);
const Transform kIntegNone = transform(TransformType::integ, 0);

Sa ike_answer() { return {{Proposal{1, ProtocolId::ike, {}, {kGcm256, kPrf256, kX25519}}}}; }
Sa esp_answer() { return {{Proposal{1, ProtocolId::esp, {0xc0, 0, 0, 1}, {kGcm256, kEsn}}}}; }

Sa ike_offer() { return offer_ike(default_ike_suites()); }
Sa esp_offer() { return offer_esp(default_esp_suites(), base::Spi{0xaabbccdd}); }

TEST(ike_offer, begins_with_the_best) {
  const auto suites = default_ike_suites();
  EXPECT_EQ(suites.front(), IkeSuite{});
  EXPECT_EQ(suites.front().to_string(), "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519");
  const Sa offer = ike_offer();
  ASSERT_EQ(offer.proposals.size(), 3U);
  EXPECT_EQ(offer.proposals[0].transforms,
            (std::vector{kGcm256, kPrf256, transform(TransformType::prf, 6), transform(TransformType::prf, 7), kX25519,
                         transform(TransformType::ke, 19), transform(TransformType::ke, 14)}));
}

TEST(ike_offer, numbers_its_proposals_from_one) {
  std::uint8_t expected = 1;
  for (const Proposal& proposal : ike_offer().proposals) EXPECT_EQ(proposal.number, expected++);
  expected = 1;
  for (const Proposal& proposal : esp_offer().proposals) EXPECT_EQ(proposal.number, expected++);
}

TEST(ike_offer, gives_chacha20_no_key_length) {
  EXPECT_EQ(ike_offer().proposals[1].transforms.front(), transform(TransformType::encr, 28));
}

TEST(ike_offer, holds_nothing_that_was_not_asked_for) {
  const IkeSuite only[] = {{EncrId::aes_gcm_16, 128, PrfId::hmac_sha2_512, KeMethod::ecp384}};
  const Sa offer = offer_ike(only);
  ASSERT_EQ(offer.proposals.size(), 1U);
  EXPECT_EQ(offer.proposals[0].transforms,
            (std::vector{transform(TransformType::encr, 20, 128), transform(TransformType::prf, 7),
                         transform(TransformType::ke, 20)}));
  EXPECT_TRUE(offer_ike({}).proposals.empty());
}

TEST(ike_offer, leaves_weak_suites_out) {
  const IkeSuite weak[] = {
      {EncrId::des3, 192, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha1_96},
      {EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_md5_96},
      {EncrId::aes_cbc, 192, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128},
      {EncrId::aes_ctr, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::des3, 192, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128},
      {EncrId::chacha20_poly1305, 128, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_gcm_12, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_gcm_8, 256, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_gcm_16, 64, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::null, 0, PrfId::hmac_sha2_256, KeMethod::x25519},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_sha1, KeMethod::x25519},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_md5, KeMethod::x25519},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_256, KeMethod::modp1024},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_256, KeMethod::modp1536},
      {EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_256, KeMethod::none}};
  for (const IkeSuite& suite : weak) EXPECT_FALSE(is_acceptable(suite)) << suite.to_string();
  EXPECT_TRUE(offer_ike(weak).proposals.empty());
  const EspSuite weak_esp[] = {{EncrId::null, 0, true}, {EncrId::aes_cbc, 256, true}, {EncrId::aes_gcm_16, 192, true}};
  EXPECT_TRUE(offer_esp(weak_esp, base::Spi{256}).proposals.empty());
}

TEST(ike_offer, gives_ciphers_without_integrity_their_algorithms) {
  const IkeSuite suites[] = {{EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128},
                             {EncrId::aes_cbc, 256, PrfId::hmac_sha2_512, KeMethod::x25519, IntegId::hmac_sha2_512_256},
                             {EncrId::aes_ctr, 128, PrfId::hmac_sha2_384, KeMethod::x448, IntegId::hmac_sha2_384_192},
                             {EncrId::aes_ccm_16, 256, PrfId::hmac_sha2_256, KeMethod::ecp521}};
  const Sa offer = offer_ike(suites);
  ASSERT_EQ(offer.proposals.size(), 3U);
  EXPECT_EQ(offer.proposals[0].transforms,
            (std::vector{transform(TransformType::encr, 12, 256), kPrf256, transform(TransformType::prf, 7), kSha256,
                         transform(TransformType::integ, 14), kX25519}));
  EXPECT_EQ(offer.proposals[1].transforms,
            (std::vector{transform(TransformType::encr, 13, 128), transform(TransformType::prf, 6),
                         transform(TransformType::integ, 13), transform(TransformType::ke, 32)}));
  EXPECT_EQ(offer.proposals[2].transforms,
            (std::vector{transform(TransformType::encr, 16, 256), kPrf256, transform(TransformType::ke, 21)}));
}

TEST(ike_offer, may_be_answered_with_its_own_groups_only) {
  EXPECT_EQ(offered_ke_methods(ike_offer()), (std::vector{KeMethod::x25519, KeMethod::ecp256, KeMethod::modp2048}));
  EXPECT_TRUE(offers_ke(ike_offer(), KeMethod::modp2048));
  EXPECT_FALSE(offers_ke(ike_offer(), KeMethod::modp1024));
  EXPECT_FALSE(offers_ke(ike_offer(), KeMethod::none));
}

TEST(accept_ike, takes_what_was_offered) {
  EXPECT_EQ(accept_ike(ike_offer(), ike_answer()).value(), IkeSuite{});
  Sa second = ike_answer();
  second.proposals[0].number = 2;
  second.proposals[0].transforms = {transform(TransformType::encr, 28), transform(TransformType::prf, 7),
                                    transform(TransformType::ke, 14)};
  EXPECT_EQ(accept_ike(ike_offer(), second).value(),
            (IkeSuite{EncrId::chacha20_poly1305, 256, PrfId::hmac_sha2_512, KeMethod::modp2048}));
}

TEST(accept_ike, takes_transforms_in_any_order_and_integ_none) {
  Sa answer = ike_answer();
  answer.proposals[0].transforms = {kX25519, kIntegNone, kPrf256, kGcm256};
  EXPECT_EQ(accept_ike(ike_offer(), answer).value(), IkeSuite{});
}

const IkeSuite kCbcSuite{EncrId::aes_cbc, 256, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128};

TEST(accept_ike, takes_the_integrity_algorithm_of_a_cipher_that_has_none) {
  const IkeSuite only[] = {kCbcSuite};
  const Sa answer{{Proposal{1, ProtocolId::ike, {}, {kCbc256, kPrf256, kSha256, kX25519}}}};
  EXPECT_EQ(accept_ike(offer_ike(only), answer).value(), kCbcSuite);
}

struct Refusal {
  std::string_view name;
  std::function<void(Sa&)> change;
};

void expect_refused(std::span<const Refusal> cases, const Sa& good, auto accept) {
  ASSERT_TRUE(accept(good));
  for (const Refusal& c : cases) {
    Sa answer = good;
    c.change(answer);
    const auto accepted = accept(answer);
    ASSERT_FALSE(accepted) << c.name;
    EXPECT_EQ(accepted.error().code, Errc::mismatch) << c.name;
  }
}

TEST(accept_ike, refuses_every_other_answer) {
  const Refusal cases[] = {
      {"no proposal", [](Sa& sa) { sa.proposals.clear(); }},
      {"two proposals", [](Sa& sa) { sa.proposals.push_back(sa.proposals[0]); }},
      {"proposal 0", [](Sa& sa) { sa.proposals[0].number = 0; }},
      {"proposal 4", [](Sa& sa) { sa.proposals[0].number = 4; }},
      {"another proposal's cipher", [](Sa& sa) { sa.proposals[0].number = 2; }},
      {"protocol ESP", [](Sa& sa) { sa.proposals[0].protocol = ProtocolId::esp; }},
      {"an SPI", [](Sa& sa) { sa.proposals[0].spi.resize(8); }},
      {"no cipher", [](Sa& sa) { sa.proposals[0].transforms.erase(sa.proposals[0].transforms.begin()); }},
      {"no KE", [](Sa& sa) { sa.proposals[0].transforms.pop_back(); }},
      {"no transforms", [](Sa& sa) { sa.proposals[0].transforms.clear(); }},
      {"two KEs", [](Sa& sa) { sa.proposals[0].transforms.push_back(transform(TransformType::ke, 19)); }},
      {"the same KE twice", [](Sa& sa) { sa.proposals[0].transforms.push_back(kX25519); }},
      {"MODP-1024", [](Sa& sa) { sa.proposals[0].transforms[2].id = 2; }},
      {"KE NONE", [](Sa& sa) { sa.proposals[0].transforms[2].id = 0; }},
      {"PRF-HMAC-SHA1", [](Sa& sa) { sa.proposals[0].transforms[1].id = 2; }},
      {"3DES", [](Sa& sa) { sa.proposals[0].transforms[0] = transform(TransformType::encr, 3); }},
      {"ENCR_NULL", [](Sa& sa) { sa.proposals[0].transforms[0] = transform(TransformType::encr, 11); }},
      {"128 bits in the proposal of 256", [](Sa& sa) { sa.proposals[0].transforms[0].key_bits = 128; }},
      {"no key length", [](Sa& sa) { sa.proposals[0].transforms[0].key_bits.reset(); }},
      {"a key length on the PRF", [](Sa& sa) { sa.proposals[0].transforms[1].key_bits = 256; }},
      {"an unknown attribute", [](Sa& sa) { sa.proposals[0].transforms[0].unknown_attribute = true; }},
      {"an integrity algorithm",
       [](Sa& sa) { sa.proposals[0].transforms.push_back(transform(TransformType::integ, 12)); }},
      {"INTEG NONE twice",
       [](Sa& sa) { sa.proposals[0].transforms.insert(sa.proposals[0].transforms.end(), 2, kIntegNone); }},
      {"INTEG NONE with an unknown attribute",
       [](Sa& sa) {
         sa.proposals[0].transforms.push_back(kIntegNone);
         sa.proposals[0].transforms.back().unknown_attribute = true;
       }},
      {"a type that was not offered", [](Sa& sa) { sa.proposals[0].transforms.push_back(kEsn); }},
      {"an additional key exchange (RFC 9370)",
       [](Sa& sa) { sa.proposals[0].transforms.push_back(transform(static_cast<TransformType>(6), 0)); }},
  };
  expect_refused(cases, ike_answer(), [](const Sa& sa) { return accept_ike(ike_offer(), sa); });
}

TEST(accept_ike, refuses_a_cipher_without_its_integrity_algorithm) {
  const Refusal cases[] = {
      {"none", [](Sa& sa) { sa.proposals[0].transforms.erase(sa.proposals[0].transforms.begin() + 2); }},
      {"NONE", [](Sa& sa) { sa.proposals[0].transforms[2] = kIntegNone; }},
      {"NONE as well", [](Sa& sa) { sa.proposals[0].transforms.push_back(kIntegNone); }},
      {"HMAC-SHA1", [](Sa& sa) { sa.proposals[0].transforms[2].id = 2; }},
      {"one that was not offered", [](Sa& sa) { sa.proposals[0].transforms[2].id = 14; }},
  };
  const IkeSuite only[] = {kCbcSuite};
  const Sa good{{Proposal{1, ProtocolId::ike, {}, {kCbc256, kPrf256, kSha256, kX25519}}}};
  expect_refused(cases, good, [&](const Sa& sa) { return accept_ike(offer_ike(only), sa); });
}

TEST(accept_ike, wants_an_spi_of_8_octets_in_a_rekeying) {
  const base::Buffer spi(8, 1);
  const Sa offer = offer_ike(default_ike_suites(), spi);
  EXPECT_EQ(offer.proposals[2].spi, spi);
  Sa answer = ike_answer();
  EXPECT_FALSE(accept_ike(offer, answer));
  answer.proposals[0].spi.resize(8);
  EXPECT_TRUE(accept_ike(offer, answer));
}

TEST(esp_offer, begins_with_the_best_and_carries_our_spi) {
  EXPECT_EQ(default_esp_suites().front(), EspSuite{});
  EXPECT_EQ(EspSuite{}.to_string(), "AES_GCM_16_256/ESN");
  const Sa offer = esp_offer();
  ASSERT_EQ(offer.proposals.size(), 3U);
  EXPECT_EQ(offer.proposals[0].transforms, (std::vector{kGcm256, kEsn, transform(TransformType::esn, 0)}));
  for (const Proposal& proposal : offer.proposals) {
    EXPECT_EQ(proposal.protocol, ProtocolId::esp);
    EXPECT_EQ(proposal.spi, (base::Buffer{0xaa, 0xbb, 0xcc, 0xdd}));
  }
}

TEST(accept_esp, takes_what_was_offered) {
  const auto accepted = accept_esp(esp_offer(), esp_answer());
  EXPECT_EQ(accepted->suite, EspSuite{});
  EXPECT_EQ(accepted->spi.value, 0xc0000001U);
  Sa third = esp_answer();
  third.proposals[0].number = 3;
  third.proposals[0].transforms = {transform(TransformType::encr, 28), transform(TransformType::esn, 0)};
  EXPECT_EQ(accept_esp(esp_offer(), third)->suite, (EspSuite{EncrId::chacha20_poly1305, 256, false}));
}

TEST(accept_esp, refuses_every_other_answer) {
  const Refusal cases[] = {
      {"SPI of 8 octets", [](Sa& sa) { sa.proposals[0].spi.resize(8); }},
      {"SPI of 3 octets", [](Sa& sa) { sa.proposals[0].spi.resize(3); }},
      {"no SPI", [](Sa& sa) { sa.proposals[0].spi.clear(); }},
      {"SPI 0", [](Sa& sa) { sa.proposals[0].spi.assign(4, 0); }},
      {"SPI 255",
       [](Sa& sa) {
         sa.proposals[0].spi = {0, 0, 0, 255};
       }},
      {"protocol AH", [](Sa& sa) { sa.proposals[0].protocol = ProtocolId::ah; }},
      {"no ESN transform", [](Sa& sa) { sa.proposals[0].transforms.pop_back(); }},
      {"ESN value 2", [](Sa& sa) { sa.proposals[0].transforms[1].id = 2; }},
      {"128 bits", [](Sa& sa) { sa.proposals[0].transforms[0].key_bits = 128; }},
      {"a KE that was not offered", [](Sa& sa) { sa.proposals[0].transforms.push_back(kX25519); }},
      {"an integrity algorithm",
       [](Sa& sa) { sa.proposals[0].transforms.push_back(transform(TransformType::integ, 12)); }},
  };
  expect_refused(cases, esp_answer(), [](const Sa& sa) { return accept_esp(esp_offer(), sa); });
}

TEST(accept_esp, takes_a_cipher_with_its_integrity_algorithm) {
  const EspSuite only[] = {{EncrId::aes_cbc, 256, true, IntegId::hmac_sha2_256_128}};
  const Sa offer = offer_esp(only, base::Spi{256});
  EXPECT_EQ(offer.proposals[0].transforms, (std::vector{kCbc256, kSha256, kEsn}));
  Sa answer{{Proposal{1, ProtocolId::esp, {0xc0, 0, 0, 1}, {kCbc256, kSha256, kEsn}}}};
  EXPECT_EQ(accept_esp(offer, answer)->suite, only[0]);
  answer.proposals[0].transforms.erase(answer.proposals[0].transforms.begin() + 1);
  EXPECT_FALSE(accept_esp(offer, answer));
}

TEST(accept_esp, knows_whether_there_is_a_key_exchange_of_its_own) {
  const EspSuite only[] = {EspSuite{}};
  const auto accept = [&](std::vector<KeMethod> pfs, std::vector<Transform> answer) {
    return accept_esp(offer_esp(only, base::Spi{256}, pfs), {{Proposal{1, ProtocolId::esp, {0xc0, 0, 0, 1}, answer}}});
  };
  const Transform no_ke = transform(TransformType::ke, 0);
  EXPECT_EQ(accept({}, {kGcm256, kEsn})->pfs, std::nullopt);
  EXPECT_EQ(accept({KeMethod::x25519}, {kGcm256, kX25519, kEsn})->pfs, KeMethod::x25519);
  EXPECT_FALSE(accept({KeMethod::x25519}, {kGcm256, kEsn})) << "without the PFS that was asked for";
  EXPECT_FALSE(accept({KeMethod::x25519}, {kGcm256, no_ke, kEsn})) << "NONE that was not offered";
  EXPECT_FALSE(accept({KeMethod::x25519}, {kGcm256, transform(TransformType::ke, 19), kEsn})) << "another method";
  EXPECT_FALSE(accept({KeMethod::modp1024}, {kGcm256, transform(TransformType::ke, 2), kEsn})) << "a weak method";
  const std::vector either{KeMethod::x25519, KeMethod::none};
  EXPECT_EQ(accept(either, {kGcm256, kX25519, kEsn})->pfs, KeMethod::x25519);
  EXPECT_TRUE(accept(either, {kGcm256, no_ke, kEsn}));
  EXPECT_EQ(accept(either, {kGcm256, no_ke, kEsn})->pfs, std::nullopt);
  EXPECT_TRUE(accept(either, {kGcm256, kEsn})) << "NONE left out";
}

TEST(accept_esp, holds_the_responder_to_esn_when_only_esn_was_offered) {
  const EspSuite only[] = {EspSuite{}};
  const Sa offer = offer_esp(only, base::Spi{256});
  EXPECT_TRUE(accept_esp(offer, esp_answer()));
  Sa answer = esp_answer();
  answer.proposals[0].transforms[1].id = 0;
  EXPECT_FALSE(accept_esp(offer, answer));
}

TEST(suites, are_named_as_the_registry_names_them) {
  EXPECT_EQ((IkeSuite{EncrId::chacha20_poly1305, 256, PrfId::hmac_sha2_384, KeMethod::modp2048}.to_string()),
            "CHACHA20_POLY1305/PRF_HMAC_SHA2_384/MODP_2048");
  EXPECT_EQ((IkeSuite{static_cast<EncrId>(99), 1, static_cast<PrfId>(98), static_cast<KeMethod>(97)}.to_string()),
            "ENCR_99_1/PRF_98/KE_97");
  EXPECT_EQ((EspSuite{EncrId::aes_gcm_16, 128, false}.to_string()), "AES_GCM_16_128/NO_ESN");
  EXPECT_EQ(kCbcSuite.to_string(), "AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519");
  EXPECT_EQ((EspSuite{EncrId::aes_ctr, 128, true, IntegId::hmac_sha2_512_256}.to_string()),
            "AES_CTR_128/HMAC_SHA2_512_256/ESN");
  EXPECT_EQ((IkeSuite{EncrId::des3, 192, PrfId::hmac_sha1, KeMethod::modp1024, IntegId::hmac_sha1_96}.to_string()),
            "3DES/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024");
}

TEST(reason, has_a_name_for_each) {
  EXPECT_EQ(api::to_string(api::Reason::timeout), "timeout");
  for (unsigned value = 0; value <= static_cast<unsigned>(api::Reason::dead_peer); ++value) {
    EXPECT_NE(api::to_string(static_cast<api::Reason>(value)), "unknown") << value;
  }
}

}  // namespace
}  // namespace latchkey::policy
