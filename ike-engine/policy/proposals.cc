#include "ike-engine/policy/proposals.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace latchkey::policy {

namespace {

using api::EspSuite;
using api::IkeSuite;
using base::EncrId;
using base::Errc;
using base::EsnId;
using base::fail;
using base::KeMethod;
using base::PrfId;
using base::TransformType;
using wire::Proposal;
using wire::Sa;
using wire::Transform;

template <class Id>
std::uint16_t number(Id id) {
  return static_cast<std::uint16_t>(id);
}

bool is_strong_aead(EncrId encr, std::uint16_t key_bits) {
  if (encr == EncrId::aes_gcm_16) return key_bits == 128 || key_bits == 256;
  return encr == EncrId::chacha20_poly1305 && key_bits == 256;
}

Transform encr_transform(EncrId encr, std::uint16_t key_bits) {
  // RFC 7296 section 3.3.5
  //= The Key Length attribute MUST NOT be used with transforms that use a fixed-length key.
  if (encr == EncrId::chacha20_poly1305) return {TransformType::encr, number(encr), std::nullopt, false};
  return {TransformType::encr, number(encr), key_bits, false};
}

/// Puts a transform behind those of its type, types in ascending order, unless it is there already.
void add_once(std::vector<Transform>& transforms, const Transform& transform) {
  if (std::ranges::find(transforms, transform) != transforms.end()) return;
  transforms.insert(std::ranges::upper_bound(transforms, transform.type, {}, &Transform::type), transform);
}

/// The proposal whose cipher is `encr`, new at the end if there is none yet.
Proposal& proposal_of(Sa& sa, base::ProtocolId protocol, base::Bytes spi, const Transform& encr) {
  for (Proposal& proposal : sa.proposals) {
    if (proposal.transforms.front() == encr) return proposal;
  }
  // RFC 7296 section 3.3
  //= Each structure MUST have a proposal number one (1) greater than the previous structure.
  const auto next = static_cast<std::uint8_t>(sa.proposals.size() + 1);
  return sa.proposals.emplace_back(Proposal{next, protocol, base::to_buffer(spi), {encr}});
}

bool is_integ_none(const Transform& transform) {
  return transform == Transform{TransformType::integ, number(base::IntegId::none), std::nullopt, false};
}

/// What is left of `answer` without the INTEG NONE that RFC 7296 section 3.3 lets an AEAD proposal carry.
std::vector<Transform> without_integ_none(const std::vector<Transform>& answer) {
  std::vector<Transform> rest;
  std::ranges::copy_if(answer, std::back_inserter(rest), [](const Transform& t) { return !is_integ_none(t); });
  return rest;
}

bool has_type_twice(const std::vector<Transform>& transforms) {
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    for (std::size_t j = i + 1; j < transforms.size(); ++j) {
      if (transforms[i].type == transforms[j].type) return true;
    }
  }
  return false;
}

/// The chosen transforms, one of each type that our proposal of that number has, every one of them ours.
base::Result<std::vector<Transform>> chosen_transforms(const Sa& offer, const Sa& response) {
  // RFC 7296 section 2.7
  //= The responder MUST accept a single proposal or reject them all and return an error.
  // RFC 7296 section 2.7
  //= The accepted cryptographic suite MUST contain exactly one transform of each type included in the
  //= proposal.
  if (response.proposals.size() != 1) return fail(Errc::mismatch, "not exactly one proposal in the answer");
  const Proposal& answer = response.proposals.front();
  const auto ours = std::ranges::find(offer.proposals, answer.number, &Proposal::number);
  if (ours == offer.proposals.end()) return fail(Errc::mismatch, "a proposal number that was not offered");
  if (answer.protocol != ours->protocol) return fail(Errc::mismatch, "another protocol than was offered");
  std::vector<Transform> chosen = without_integ_none(answer.transforms);
  if (answer.transforms.size() > chosen.size() + 1) return fail(Errc::mismatch, "INTEG NONE twice");
  if (has_type_twice(chosen)) return fail(Errc::mismatch, "two transforms of one type");
  for (const Transform& transform : chosen) {
    // RFC 7296 section 3.3.6
    //= one that contains a Transform Attribute it does not understand, it MUST consider this transform
    //= unacceptable
    // Equality covers that attribute, which no transform of ours has, and the key length.
    if (std::ranges::find(ours->transforms, transform) == ours->transforms.end()) {
      return fail(Errc::mismatch, "a transform that was not offered");
    }
  }
  for (const Transform& transform : ours->transforms) {
    if (std::ranges::find(chosen, transform.type, &Transform::type) == chosen.end()) {
      return fail(Errc::mismatch, "a transform type is missing");
    }
  }
  return chosen;
}

/// The transform of `type`; chosen_transforms() has made sure that it is there.
const Transform& of_type(const std::vector<Transform>& chosen, TransformType type) {
  return *std::ranges::find(chosen, type, &Transform::type);
}

std::uint16_t key_bits_of(const Transform& encr) { return encr.key_bits.value_or(256); }

}  // namespace

std::vector<IkeSuite> default_ike_suites() {
  std::vector<IkeSuite> suites;
  const std::pair<EncrId, std::uint16_t> ciphers[] = {
      {EncrId::aes_gcm_16, 256}, {EncrId::chacha20_poly1305, 256}, {EncrId::aes_gcm_16, 128}};
  for (const auto& [encr, key_bits] : ciphers) {
    for (const PrfId prf : {PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512}) {
      for (const KeMethod ke : {KeMethod::x25519, KeMethod::ecp256, KeMethod::modp2048}) {
        suites.push_back({encr, key_bits, prf, ke});
      }
    }
  }
  return suites;
}

std::vector<EspSuite> default_esp_suites() {
  std::vector<EspSuite> suites;
  // Without ESN at the end: strongSwan's own default proposals have none.
  for (const bool esn : {true, false}) {
    suites.push_back({EncrId::aes_gcm_16, 256, esn});
    suites.push_back({EncrId::aes_gcm_16, 128, esn});
    suites.push_back({EncrId::chacha20_poly1305, 256, esn});
  }
  return suites;
}

bool is_acceptable(const IkeSuite& suite) {
  const bool prf =
      suite.prf == PrfId::hmac_sha2_256 || suite.prf == PrfId::hmac_sha2_384 || suite.prf == PrfId::hmac_sha2_512;
  const bool ke = suite.ke == KeMethod::x25519 || suite.ke == KeMethod::ecp256 || suite.ke == KeMethod::ecp384 ||
                  suite.ke == KeMethod::modp2048;
  return prf && ke && is_strong_aead(suite.encr, suite.key_bits);
}

bool is_acceptable(const EspSuite& suite) { return is_strong_aead(suite.encr, suite.key_bits); }

Sa offer_ike(std::span<const IkeSuite> suites, base::Bytes spi) {
  Sa sa;
  for (const IkeSuite& suite : suites) {
    if (!is_acceptable(suite)) continue;
    Proposal& proposal = proposal_of(sa, base::ProtocolId::ike, spi, encr_transform(suite.encr, suite.key_bits));
    add_once(proposal.transforms, {TransformType::prf, number(suite.prf), std::nullopt, false});
    add_once(proposal.transforms, {TransformType::ke, number(suite.ke), std::nullopt, false});
  }
  return sa;
}

Sa offer_esp(std::span<const EspSuite> suites, base::Spi spi) {
  base::Writer spi_octets;
  spi_octets.u32(spi.value);
  Sa sa;
  for (const EspSuite& suite : suites) {
    if (!is_acceptable(suite)) continue;
    Proposal& proposal =
        proposal_of(sa, base::ProtocolId::esp, spi_octets.view(), encr_transform(suite.encr, suite.key_bits));
    const EsnId esn = suite.esn ? EsnId::esn : EsnId::no_esn;
    add_once(proposal.transforms, {TransformType::esn, number(esn), std::nullopt, false});
  }
  return sa;
}

std::vector<KeMethod> offered_ke_methods(const Sa& offer) {
  std::vector<KeMethod> methods;
  for (const Proposal& proposal : offer.proposals) {
    for (const Transform& transform : proposal.transforms) {
      const auto method = static_cast<KeMethod>(transform.id);
      if (transform.type != TransformType::ke || std::ranges::find(methods, method) != methods.end()) continue;
      methods.push_back(method);
    }
  }
  return methods;
}

bool offers_ke(const Sa& offer, KeMethod method) {
  const std::vector<KeMethod> methods = offered_ke_methods(offer);
  return std::ranges::find(methods, method) != methods.end();
}

base::Result<IkeSuite> accept_ike(const Sa& offer, const Sa& response) {
  const auto chosen = chosen_transforms(offer, response);
  if (!chosen) return std::unexpected(chosen.error());
  const Proposal& answer = response.proposals.front();
  if (answer.protocol != base::ProtocolId::ike || answer.spi.size() != offer.proposals.front().spi.size()) {
    return fail(Errc::mismatch, "the SPI of an IKE proposal has another size");
  }
  const Transform& encr = of_type(*chosen, TransformType::encr);
  return IkeSuite{static_cast<EncrId>(encr.id), key_bits_of(encr),
                  static_cast<PrfId>(of_type(*chosen, TransformType::prf).id),
                  static_cast<KeMethod>(of_type(*chosen, TransformType::ke).id)};
}

base::Result<AcceptedEsp> accept_esp(const Sa& offer, const Sa& response) {
  const auto chosen = chosen_transforms(offer, response);
  if (!chosen) return std::unexpected(chosen.error());
  const Proposal& answer = response.proposals.front();
  base::Reader spi_octets(answer.spi);
  const base::Spi spi{spi_octets.u32()};
  if (answer.protocol != base::ProtocolId::esp || !spi_octets.done()) {
    return fail(Errc::mismatch, "the SPI of an ESP proposal is not 4 octets");
  }
  if (spi.value <= 255) return fail(Errc::mismatch, "the SPI is a reserved one");
  const Transform& encr = of_type(*chosen, TransformType::encr);
  const bool esn = of_type(*chosen, TransformType::esn).id == number(EsnId::esn);
  return AcceptedEsp{{static_cast<EncrId>(encr.id), key_bits_of(encr), esn}, spi};
}

}  // namespace latchkey::policy
