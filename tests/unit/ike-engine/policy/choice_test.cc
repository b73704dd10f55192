#include "ike-engine/policy/choice.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/suites.h"

namespace latchkey::policy {
namespace {

using api::EspSuite;
using api::IkeSuite;
using base::Buffer;
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
using Transforms = std::vector<Transform>;

Transform of(TransformType type, unsigned id, std::optional<std::uint16_t> bits = std::nullopt) {
  return {type, static_cast<std::uint16_t>(id), bits, false};
}

Transform strange(Transform transform) {
  transform.unknown_attribute = true;
  return transform;
}

const Transform kGcm256 = of(TransformType::encr, 20, 256), kGcm128 = of(TransformType::encr, 20, 128);
const Transform kCbc256 = of(TransformType::encr, 12, 256), kChaCha = of(TransformType::encr, 28);
const Transform k3Des = of(TransformType::encr, 3), kGcm8 = of(TransformType::encr, 18, 256);
const Transform kPrf256 = of(TransformType::prf, 5), kPrf512 = of(TransformType::prf, 7);
const Transform kPrfSha1 = of(TransformType::prf, 2);
const Transform kSha256 = of(TransformType::integ, 12), kSha512 = of(TransformType::integ, 14);
const Transform kSha1 = of(TransformType::integ, 2), kNoInteg = of(TransformType::integ, 0);
const Transform kX25519 = of(TransformType::ke, 31), kP256 = of(TransformType::ke, 19);
const Transform kModp2048 = of(TransformType::ke, 14), kModp1024 = of(TransformType::ke, 2);
const Transform kNoKe = of(TransformType::ke, 0);
const Transform kEsn = of(TransformType::esn, 1), kNoEsn = of(TransformType::esn, 0);
const Transform kAdd1 = of(TransformType::addke1, 36), kNoAdd1 = of(TransformType::addke1, 0);
const Transform kNoAdd7 = of(TransformType::addke7, 0);

/// An offer of proposals numbered from 1.
Sa offer_of(ProtocolId protocol, const Buffer& spi, std::vector<Transforms> proposals) {
  Sa sa;
  for (auto& transforms : proposals) {
    const auto next = static_cast<std::uint8_t>(sa.proposals.size() + 1);
    sa.proposals.push_back({next, protocol, spi, std::move(transforms)});
  }
  return sa;
}

Sa ike(std::vector<Transforms> proposals, const Buffer& spi = {}) {
  return offer_of(ProtocolId::ike, spi, std::move(proposals));
}

const Buffer kPeerSpi{0xc0, 0, 0, 1};
constexpr base::Spi kOwnSpi{0x0a0b0c0d};

Sa esp(std::vector<Transforms> proposals) { return offer_of(ProtocolId::esp, kPeerSpi, std::move(proposals)); }

struct Case {
  std::string_view name;
  std::vector<Transforms> offer;
  std::uint8_t number;  ///< 0: refused
  Transforms answer;
};

void expect_answer(const Case& c, const auto& chosen, ProtocolId protocol, const Buffer& own_spi) {
  ASSERT_EQ(chosen.has_value(), c.number != 0) << c.name;
  if (!chosen) {
    EXPECT_EQ(chosen.error().code, Errc::mismatch) << c.name;
    return;
  }
  EXPECT_EQ(chosen->answer, (Sa{{Proposal{c.number, protocol, own_spi, c.answer}}})) << c.name;
}

TEST(choose_ike, takes_one_transform_of_each_type) {
  const Case cases[] = {
      {"an AEAD", {{kGcm256, kPrf256, kX25519}}, 1, {kGcm256, kPrf256, kX25519}},
      {"ChaCha20", {{kChaCha, kPrf512, kModp2048}}, 1, {kChaCha, kPrf512, kModp2048}},
      {"a cipher with integrity", {{kCbc256, kPrf256, kSha256, kX25519}}, 1, {kCbc256, kPrf256, kSha256, kX25519}},
      {"in any order", {{kX25519, kSha512, kCbc256, kPrf256}}, 1, {kCbc256, kPrf256, kSha512, kX25519}},
      {"our order inside a proposal",
       {{kGcm128, kGcm256, kPrf512, kPrf256, kModp2048, kP256, kX25519}},
       1,
       {kGcm256, kPrf256, kX25519}},
      {"the peer's among proposals",
       {{kCbc256, kPrf512, kSha512, kModp2048}, {kGcm256, kPrf256, kX25519}},
       1,
       {kCbc256, kPrf512, kSha512, kModp2048}},
      {"INTEG NONE is answered", {{kGcm256, kPrf256, kNoInteg, kX25519}}, 1, {kGcm256, kPrf256, kNoInteg, kX25519}},
      {"the same transform twice", {{kGcm256, kGcm256, kPrf256, kX25519}}, 1, {kGcm256, kPrf256, kX25519}},
      {"an AEAD beside a cipher that has INTEG",
       {{kGcm256, kCbc256, kPrf256, kSha256, kX25519}},
       1,
       {kCbc256, kPrf256, kSha256, kX25519}},
      {"weak ones are passed over",
       {{k3Des, kPrfSha1, kSha1, kModp1024}, {kCbc256, kPrfSha1, kPrf256, kSha1, kSha256, kModp1024, kModp2048}},
       2,
       {kCbc256, kPrf256, kSha256, kModp2048}},
  };
  for (const Case& c : cases) {
    expect_answer(c, choose_ike(ike(c.offer), answered_ike_suites(), {}), ProtocolId::ike, {});
  }
}

TEST(choose_ike, refuses_what_is_weak_or_not_whole) {
  const Case cases[] = {
      {"no proposal", {}, 0, {}},
      {"no transforms", {{}}, 0, {}},
      {"no cipher", {{kPrf256, kX25519}}, 0, {}},
      {"no PRF", {{kGcm256, kX25519}}, 0, {}},
      {"no KE", {{kGcm256, kPrf256}}, 0, {}},
      {"KE NONE", {{kGcm256, kPrf256, kNoKe}}, 0, {}},
      {"CBC without integrity", {{kCbc256, kPrf256, kX25519}}, 0, {}},
      {"CBC with NONE", {{kCbc256, kPrf256, kNoInteg, kX25519}}, 0, {}},
      {"an AEAD that must have integrity", {{kGcm256, kPrf256, kSha256, kX25519}}, 0, {}},
      {"3DES", {{k3Des, kPrf256, kSha256, kX25519}}, 0, {}},
      {"AES-GCM with 8 octets of ICV", {{kGcm8, kPrf256, kX25519}}, 0, {}},
      {"AES-192", {{of(TransformType::encr, 20, 192), kPrf256, kX25519}}, 0, {}},
      {"AES without key length", {{of(TransformType::encr, 20), kPrf256, kX25519}}, 0, {}},
      {"ChaCha20 with key length", {{of(TransformType::encr, 28, 256), kPrf256, kX25519}}, 0, {}},
      {"PRF-HMAC-SHA1", {{kGcm256, kPrfSha1, kX25519}}, 0, {}},
      {"HMAC-SHA1-96", {{kCbc256, kPrf256, kSha1, kX25519}}, 0, {}},
      {"MODP-1024", {{kGcm256, kPrf256, kModp1024}}, 0, {}},
      {"an ID beyond all that we know", {{kGcm256, kPrf256, of(TransformType::ke, 65535)}}, 0, {}},
      {"an attribute that we do not know", {{strange(kGcm256), kPrf256, kX25519}}, 0, {}},
      {"and on the KE", {{kGcm256, kPrf256, strange(kX25519)}}, 0, {}},
      {"a transform type of ESP", {{kGcm256, kPrf256, kX25519, kNoEsn}}, 0, {}},
      {"a transform type that we do not know", {{kGcm256, kPrf256, kX25519, of(TransformType(13), 0)}}, 0, {}},
      {"transform type 0", {{kGcm256, kPrf256, kX25519, of(TransformType(0), 0)}}, 0, {}},
      {"transform type 255", {{kGcm256, kPrf256, kX25519, of(TransformType(255), 0)}}, 0, {}},
      {"an additional key exchange that must be", {{kGcm256, kPrf256, kX25519, kAdd1}}, 0, {}},
  };
  for (const Case& c : cases) {
    expect_answer(c, choose_ike(ike(c.offer), answered_ike_suites(), {}), ProtocolId::ike, {});
  }
}

TEST(choose_ike, goes_on_with_the_next_proposal_and_the_next_transform) {
  const Case cases[] = {
      {"an unknown type spoils its own proposal only",
       {{kGcm256, kPrf256, kX25519, of(TransformType(13), 0)}, {kGcm128, kPrf256, kX25519}},
       2,
       {kGcm128, kPrf256, kX25519}},
      {"an unknown attribute its own transform only",
       {{strange(kGcm256), kGcm128, kPrf256, kX25519}},
       1,
       {kGcm128, kPrf256, kX25519}},
      {"an additional key exchange with NONE",
       {{kGcm256, kPrf256, kX25519, kAdd1, kNoAdd1, kNoAdd7}},
       1,
       {kGcm256, kPrf256, kX25519, kNoAdd1, kNoAdd7}},
      {"one without", {{kGcm256, kPrf256, kX25519, kAdd1}, {kGcm256, kPrf256, kP256}}, 2, {kGcm256, kPrf256, kP256}},
      {"NONE with an unknown attribute", {{kGcm256, kPrf256, kX25519, kAdd1, strange(kNoAdd1)}}, 0, {}},
  };
  for (const Case& c : cases) {
    expect_answer(c, choose_ike(ike(c.offer), answered_ike_suites(), {}), ProtocolId::ike, {});
  }
}

TEST(choose_ike, never_goes_beyond_the_allowed_suites) {
  const IkeSuite allowed[] = {{EncrId::aes_gcm_16, 128, PrfId::hmac_sha2_256, KeMethod::x25519},
                              {EncrId::aes_gcm_16, 256, PrfId::hmac_sha2_512, KeMethod::ecp256},
                              {EncrId::des3, 192, PrfId::hmac_sha2_256, KeMethod::x25519, IntegId::hmac_sha2_256_128}};
  const auto chosen = choose_ike(ike({{kGcm256, kPrf256, kPrf512, kX25519, kP256}}), allowed, {});
  EXPECT_EQ(chosen->suite, allowed[1]);
  EXPECT_EQ(choose_ike(ike({{kGcm256, kGcm128, kPrf256, kPrf512, kX25519, kP256}}), allowed, {})->suite, allowed[0]);
  EXPECT_FALSE(choose_ike(ike({{kGcm256, kPrf256, kX25519}}), allowed, {})) << "no whole suite";
  EXPECT_FALSE(choose_ike(ike({{k3Des, kPrf256, kSha256, kX25519}}), allowed, {})) << "weak, though it is listed";
  EXPECT_FALSE(choose_ike(ike({{kGcm256, kPrf256, kX25519}}), {}, {}));
}

TEST(choose_ike, spares_the_round_trip_for_another_key_exchange_payload) {
  const auto chosen = [](std::vector<Transforms> offer, std::optional<KeMethod> payload) {
    const auto one = choose_ike(ike(std::move(offer)), answered_ike_suites(), {}, payload);
    return std::pair{one->answer.proposals[0].number, one->suite.ke};
  };
  const Transforms several{kGcm256, kPrf256, kX25519, kP256, kModp2048};
  EXPECT_EQ(chosen({several}, std::nullopt), std::pair(std::uint8_t{1}, KeMethod::x25519));
  EXPECT_EQ(chosen({several}, KeMethod::modp2048), std::pair(std::uint8_t{1}, KeMethod::modp2048));
  EXPECT_EQ(chosen({several}, KeMethod::modp1024), std::pair(std::uint8_t{1}, KeMethod::x25519)) << "weak";
  EXPECT_EQ(chosen({several}, KeMethod::ecp384), std::pair(std::uint8_t{1}, KeMethod::x25519)) << "not offered";
  EXPECT_EQ(chosen({{kCbc256, kPrf256, kX25519}, several}, KeMethod::ecp256),
            std::pair(std::uint8_t{2}, KeMethod::ecp256));
  EXPECT_EQ(chosen({{kGcm256, kPrf256, kX25519}, {kGcm128, kPrf256, kP256}}, KeMethod::ecp256),
            std::pair(std::uint8_t{2}, KeMethod::ecp256));
}

TEST(choose_ike, has_spis_of_8_octets_in_a_rekeying_and_none_before) {
  const std::vector<Transforms> good{{kGcm256, kPrf256, kX25519}};
  const Buffer own(8, 7), peer{1, 2, 3, 4, 5, 6, 7, 8};
  const auto chosen = choose_ike(ike(good, peer), answered_ike_suites(), own);
  EXPECT_EQ(chosen->peer_spi, peer);
  EXPECT_EQ(chosen->answer.proposals[0].spi, own);
  EXPECT_TRUE(choose_ike(ike(good), answered_ike_suites(), {})->peer_spi.empty());
  EXPECT_FALSE(choose_ike(ike(good), answered_ike_suites(), own)) << "no SPI";
  EXPECT_FALSE(choose_ike(ike(good, peer), answered_ike_suites(), {})) << "an SPI in IKE_SA_INIT";
  EXPECT_FALSE(choose_ike(ike(good, Buffer(8)), answered_ike_suites(), own)) << "SPI 0";
  EXPECT_FALSE(choose_ike(esp(good), answered_ike_suites(), {})) << "for ESP";
}

TEST(choose_ike, names_the_suite_that_its_answer_says) {
  for (const IkeSuite& suite : answered_ike_suites()) {
    Transforms offer{of(TransformType::encr, static_cast<unsigned>(suite.encr), suite.key_bits),
                     of(TransformType::prf, static_cast<unsigned>(suite.prf)),
                     of(TransformType::ke, static_cast<unsigned>(suite.ke))};
    if (suite.encr == EncrId::chacha20_poly1305) offer[0].key_bits.reset();
    if (suite.integ != IntegId::none) offer.push_back(of(TransformType::integ, static_cast<unsigned>(suite.integ)));
    const auto chosen = choose_ike(ike({offer}), answered_ike_suites(), {});
    ASSERT_TRUE(chosen) << suite.to_string();
    EXPECT_EQ(chosen->suite, suite);
  }
}

TEST(choose_esp, takes_one_transform_of_each_type) {
  const Case cases[] = {
      {"an AEAD", {{kGcm256, kEsn}}, 1, {kGcm256, kEsn}},
      {"ESN if there is a choice", {{kGcm256, kNoEsn, kEsn}}, 1, {kGcm256, kEsn}},
      {"the peer's order of proposals", {{kGcm128, kNoEsn}, {kGcm256, kEsn}}, 1, {kGcm128, kNoEsn}},
      {"a cipher with integrity", {{kCbc256, kSha1, kSha256, kNoEsn}}, 1, {kCbc256, kSha256, kNoEsn}},
      {"INTEG NONE", {{kGcm256, kNoInteg, kEsn}}, 1, {kGcm256, kNoInteg, kEsn}},
      {"KE NONE is answered", {{kGcm256, kNoKe, kEsn}}, 1, {kGcm256, kNoKe, kEsn}},
      {"KE that may be NONE", {{kGcm256, kX25519, kNoKe, kEsn}}, 1, {kGcm256, kNoKe, kEsn}},
      {"an additional key exchange with NONE", {{kGcm256, kEsn, kAdd1, kNoAdd1}}, 1, {kGcm256, kEsn, kNoAdd1}},
      {"KE that must be", {{kGcm256, kX25519, kEsn}, {kGcm128, kEsn}}, 2, {kGcm128, kEsn}},
      {"no ESN transform", {{kGcm256}}, 0, {}},
      {"an ESN value that we do not know", {{kGcm256, of(TransformType::esn, 2)}}, 0, {}},
      {"no cipher", {{kEsn}}, 0, {}},
      {"ENCR_NULL", {{of(TransformType::encr, 11), kSha256, kEsn}}, 0, {}},
      {"CBC without integrity", {{kCbc256, kEsn}}, 0, {}},
      {"3DES", {{k3Des, kSha256, kEsn}}, 0, {}},
      {"a PRF", {{kGcm256, kPrf256, kEsn}}, 0, {}},
      {"a transform type that we do not know", {{kGcm256, kEsn, of(TransformType(99), 1)}}, 0, {}},
      {"an unknown attribute", {{strange(kGcm256), kEsn}}, 0, {}},
  };
  const Buffer own{0x0a, 0x0b, 0x0c, 0x0d};
  for (const Case& c : cases) {
    const auto chosen = choose_esp(esp(c.offer), answered_esp_suites(), {}, kOwnSpi);
    expect_answer(c, chosen, ProtocolId::esp, own);
    if (chosen) {
      EXPECT_EQ(chosen->pfs, std::nullopt) << c.name;
      EXPECT_EQ(chosen->peer_spi.value, 0xc0000001U) << c.name;
    }
  }
}

TEST(choose_esp, exchanges_keys_as_the_proposal_and_the_payload_want_it) {
  struct Pfs {
    std::string_view name;
    Transforms ke;
    std::optional<KeMethod> payload;
    std::optional<KeMethod> chosen;  ///< NONE: no key exchange; nothing: refused
  };
  const auto none = KeMethod::none;
  const Pfs cases[] = {
      {"none offered", {}, std::nullopt, none},
      {"a payload that belongs to no proposal", {}, KeMethod::x25519, none},
      {"NONE alone, with a payload", {kNoKe}, KeMethod::x25519, none},
      {"a method", {kX25519}, KeMethod::x25519, KeMethod::x25519},
      {"a method without its payload", {kX25519}, std::nullopt, KeMethod::x25519},
      {"the payload's of several", {kX25519, kP256}, KeMethod::ecp256, KeMethod::ecp256},
      {"ours of several", {kModp2048, kP256, kX25519}, KeMethod::modp1024, KeMethod::x25519},
      {"NONE without a payload", {kX25519, kNoKe}, std::nullopt, none},
      {"a method with its payload before NONE", {kNoKe, kX25519}, KeMethod::x25519, KeMethod::x25519},
      {"another method before NONE", {kNoKe, kX25519}, KeMethod::modp1024, KeMethod::x25519},
      {"NONE before one that is not allowed", {kNoKe, kModp2048}, KeMethod::modp2048, none},
      {"one that is not allowed", {kModp2048}, KeMethod::modp2048, std::nullopt},
      {"a weak one, though it is allowed", {kModp1024}, KeMethod::modp1024, std::nullopt},
      {"an unknown attribute", {strange(kX25519)}, KeMethod::x25519, std::nullopt},
  };
  const KeMethod allowed[] = {KeMethod::x25519, KeMethod::ecp256, KeMethod::modp1024};
  for (const Pfs& c : cases) {
    Transforms offer{kGcm256, kEsn};
    offer.insert(offer.end(), c.ke.begin(), c.ke.end());
    const auto chosen = choose_esp(esp({offer}), answered_esp_suites(), allowed, kOwnSpi, c.payload);
    ASSERT_EQ(chosen.has_value(), c.chosen.has_value()) << c.name;
    if (!chosen) continue;
    EXPECT_EQ(chosen->pfs.value_or(none), *c.chosen) << c.name;
    Transforms answer{kGcm256};
    if (!c.ke.empty()) answer.push_back(of(TransformType::ke, static_cast<unsigned>(*c.chosen)));
    answer.push_back(kEsn);
    EXPECT_EQ(chosen->answer.proposals[0].transforms, answer) << c.name;
  }
}

TEST(choose_esp, wants_an_spi_that_is_none_of_the_reserved) {
  for (const Buffer& spi : {Buffer{}, Buffer(4), Buffer{0, 0, 0, 255}, Buffer{1, 2, 3}, Buffer(8, 1)}) {
    const Sa offer = offer_of(ProtocolId::esp, spi, {{kGcm256, kEsn}});
    EXPECT_FALSE(choose_esp(offer, answered_esp_suites(), {}, kOwnSpi)) << base::to_hex(spi);
  }
  EXPECT_TRUE(
      choose_esp(offer_of(ProtocolId::esp, {0, 0, 1, 0}, {{kGcm256, kEsn}}), answered_esp_suites(), {}, kOwnSpi));
  for (const ProtocolId other : {ProtocolId::ah, ProtocolId::ike, ProtocolId(9)}) {
    const Sa offer = offer_of(other, kPeerSpi, {{kGcm256, kEsn}});
    EXPECT_FALSE(choose_esp(offer, answered_esp_suites(), {}, kOwnSpi));
  }
}

TEST(choose_esp, never_goes_beyond_the_allowed_suites) {
  const EspSuite allowed[] = {{EncrId::aes_gcm_16, 256, true}, {EncrId::null, 0, true, IntegId::hmac_sha2_256_128}};
  EXPECT_FALSE(choose_esp(esp({{kGcm256, kNoEsn}}), allowed, {}, kOwnSpi));
  EXPECT_FALSE(choose_esp(esp({{of(TransformType::encr, 11, 0), kSha256, kEsn}}), allowed, {}, kOwnSpi));
  EXPECT_EQ(choose_esp(esp({{kGcm256, kNoEsn}, {kGcm256, kEsn}}), allowed, {}, kOwnSpi)->suite, allowed[0]);
}

}  // namespace
}  // namespace latchkey::policy
