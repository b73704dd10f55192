#include "ike-engine/policy/proposals.h"

#include <algorithm>

#include "ike-engine/policy/additional.h"
#include "ike-engine/policy/transforms.h"

namespace latchkey::policy {

namespace {

using api::EspSuite;
using api::IkeSuite;
using base::EncrId;
using base::Errc;
using base::fail;
using base::IntegId;
using base::KeMethod;
using base::PrfId;
using base::TransformType;
using wire::Proposal;
using wire::Sa;
using wire::Transform;

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

bool has(const std::vector<Transform>& transforms, const Transform& transform) {
  return std::ranges::find(transforms, transform) != transforms.end();
}

bool has_type(const std::vector<Transform>& transforms, TransformType type) {
  return std::ranges::find(transforms, type, &Transform::type) != transforms.end();
}

bool is_no_exchange(const Transform& transform) {
  return (transform.type == TransformType::ke || is_additional_exchange(transform.type)) &&
         KeMethod{transform.id} == KeMethod::none;
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
  // RFC 7296 section 3.3.6
  //= The initiator of an exchange MUST check that the accepted offer is consistent with one of its proposals, and if not
  //= MUST terminate the exchange.
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
  std::vector<Transform> chosen = answer.transforms;
  if (has_type_twice(chosen)) return fail(Errc::mismatch, "two transforms of one type");
  // NONE may be said or left out: that of an AEAD's INTEG, which we leave out, and that of a key exchange, which we
  // say.
  if (!has_type(ours->transforms, TransformType::integ)) std::erase(chosen, transform(IntegId::none));
  for (const Transform& one : ours->transforms) {
    if (is_no_exchange(one) && !has_type(chosen, one.type)) chosen.push_back(one);
  }
  for (const Transform& one : chosen) {
    // RFC 7296 section 3.3.6
    //= one that contains a Transform Attribute it does not understand, it MUST consider this transform
    //= unacceptable
    // Equality covers that attribute, which no transform of ours has, and the key length.
    if (!has(ours->transforms, one)) return fail(Errc::mismatch, "a transform that was not offered");
  }
  for (const Transform& one : ours->transforms) {
    if (!has_type(chosen, one.type)) return fail(Errc::mismatch, "a transform type is missing");
  }
  return chosen;
}

/// The transform of `type`; chosen_transforms() has made sure that it is there.
const Transform& of_type(const std::vector<Transform>& chosen, TransformType type) {
  return *std::ranges::find(chosen, type, &Transform::type);
}

IntegId integ_of(const std::vector<Transform>& chosen) {
  const auto it = std::ranges::find(chosen, TransformType::integ, &Transform::type);
  return it == chosen.end() ? IntegId::none : static_cast<IntegId>(it->id);
}

std::optional<KeMethod> pfs_of(const std::vector<Transform>& chosen) {
  const auto it = std::ranges::find(chosen, TransformType::ke, &Transform::type);
  if (it == chosen.end() || static_cast<KeMethod>(it->id) == KeMethod::none) return std::nullopt;
  return static_cast<KeMethod>(it->id);
}

void add_integ(std::vector<Transform>& transforms, IntegId integ) {
  // RFC 7296 section 3.3
  //= Combined-mode ciphers include both integrity and encryption in a single encryption algorithm, and MUST either offer
  //= no integrity algorithm or a single integrity algorithm of "NONE", with no integrity algorithm being the RECOMMENDED
  //= method.
  // RFC 7296 section 3.3.3
  //= A proposal MAY omit the optional types if the only value for them it will accept is NONE.
  if (integ != IntegId::none) add_once(transforms, transform(integ));
}

}  // namespace

Sa offer_ike(std::span<const IkeSuite> suites, base::Bytes spi) {
  // RFC 7296 section 3.3
  //= If there is more than one, they MUST be ordered from most preferred to least preferred.
  Sa sa;
  for (const IkeSuite& suite : suites) {
    if (!is_acceptable(suite)) continue;
    Proposal& proposal = proposal_of(sa, base::ProtocolId::ike, spi, encr_transform(suite.encr, suite.key_bits));
    add_once(proposal.transforms, transform(suite.prf));
    add_integ(proposal.transforms, suite.integ);
    add_once(proposal.transforms, transform(suite.ke));
  }
  return sa;
}

Sa offer_esp(std::span<const EspSuite> suites, base::Spi spi, std::span<const KeMethod> pfs) {
  base::Writer spi_octets;
  spi_octets.u32(spi.value);
  Sa sa;
  for (const EspSuite& suite : suites) {
    if (!is_acceptable(suite)) continue;
    Proposal& proposal =
        proposal_of(sa, base::ProtocolId::esp, spi_octets.view(), encr_transform(suite.encr, suite.key_bits));
    add_integ(proposal.transforms, suite.integ);
    for (const KeMethod method : pfs) {
      if (method == KeMethod::none || is_acceptable(method)) add_once(proposal.transforms, transform(method));
    }
    add_once(proposal.transforms, esn_transform(suite.esn));
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
                  static_cast<KeMethod>(of_type(*chosen, TransformType::ke).id), integ_of(*chosen)};
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
  const bool esn = of_type(*chosen, TransformType::esn) == esn_transform(true);
  return AcceptedEsp{{static_cast<EncrId>(encr.id), key_bits_of(encr), esn, integ_of(*chosen)}, spi, pfs_of(*chosen)};
}

}  // namespace latchkey::policy
