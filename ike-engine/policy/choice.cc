#include "ike-engine/policy/choice.h"

#include <algorithm>

#include "ike-engine/policy/alternatives.h"
#include "ike-engine/policy/suites.h"
#include "ike-engine/policy/transforms.h"

namespace latchkey::policy {

namespace {

using api::EspSuite;
using api::IkeSuite;
using base::Errc;
using base::fail;
using base::IntegId;
using base::KeMethod;
using base::ProtocolId;
using base::TransformType;
using wire::Proposal;
using wire::Sa;
using wire::Transform;

/// Whether a proposal takes a suite's cipher and integrity algorithm. Remembers the last cipher: suites of one follow
/// each other.
class CipherMatch {
 public:
  explicit CipherMatch(const Alternatives& alternatives) : alternatives_(alternatives) {}

  bool operator()(const auto& suite) {
    const Transform encr = encr_transform(suite.encr, suite.key_bits);
    if (!last_ || *last_ != encr) {
      last_ = encr;
      takes_last_ = alternatives_.has(encr);
    }
    if (!takes_last_) return false;
    // RFC 7296 section 2.7
    //= combined-mode ciphers are not allowed to have any integrity algorithm other than "NONE"
    return suite.integ == IntegId::none ? alternatives_.takes_none(TransformType::integ)
                                        : alternatives_.has(transform(suite.integ));
  }

 private:
  const Alternatives& alternatives_;
  std::optional<Transform> last_;
  bool takes_last_ = false;
};

/// The first of `allowed` that a proposal takes, with the key exchange `wanted` if that is given.
const IkeSuite* first_suite(const Alternatives& proposal, std::span<const IkeSuite> allowed,
                            std::optional<KeMethod> wanted) {
  CipherMatch takes_cipher(proposal);
  const auto it = std::ranges::find_if(allowed, [&](const IkeSuite& suite) {
    return (!wanted || suite.ke == *wanted) && proposal.has(transform(suite.ke)) &&
           proposal.has(transform(suite.prf)) && takes_cipher(suite) && is_acceptable(suite);
  });
  return it == allowed.end() ? nullptr : &*it;
}

const EspSuite* first_suite(const Alternatives& proposal, std::span<const EspSuite> allowed) {
  CipherMatch takes_cipher(proposal);
  const auto it = std::ranges::find_if(allowed, [&](const EspSuite& suite) {
    return proposal.has(esn_transform(suite.esn)) && takes_cipher(suite) && is_acceptable(suite);
  });
  return it == allowed.end() ? nullptr : &*it;
}

/// NONE or a method; nothing: none that we could take.
std::optional<KeMethod> choose_pfs(const Alternatives& proposal, std::span<const KeMethod> allowed,
                                   std::optional<KeMethod> ke_payload) {
  const auto can = [&](KeMethod method) { return is_acceptable(method) && proposal.has(transform(method)); };
  const bool none = proposal.takes_none(TransformType::ke);
  if (none && !ke_payload) return KeMethod::none;
  if (ke_payload && can(*ke_payload) && std::ranges::find(allowed, *ke_payload) != allowed.end()) return ke_payload;
  const auto first = std::ranges::find_if(allowed, can);
  if (first != allowed.end()) return *first;
  return none ? std::optional(KeMethod::none) : std::nullopt;
}

/// The proposal of the answer: what both protocols have in common.
Proposal answer_to(const Proposal& offered, base::Bytes own_spi, const auto& suite) {
  // RFC 7296 section 3.3.1
  //= When a proposal is accepted, the proposal number in the SA payload MUST match the number on the proposal sent that
  //= was accepted.
  return {offered.number, offered.protocol, base::to_buffer(own_spi), {encr_transform(suite.encr, suite.key_bits)}};
}

/// RFC 7296 section 2.7
//= The accepted cryptographic suite MUST contain exactly one transform of each type included in the proposal.
// So a NONE is said where the proposal has the type, and only there.
void add(Proposal& answer, const Alternatives& offered, const Transform& one) {
  if (offered.has_type(one.type)) answer.transforms.push_back(one);
}

bool all_zero(base::Bytes octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

std::optional<ChosenIke> choose_from(const Proposal& proposal, std::span<const IkeSuite> allowed, base::Bytes own_spi,
                                     std::optional<KeMethod> wanted, const Additional& additional) {
  if (proposal.protocol != ProtocolId::ike || proposal.spi.size() != own_spi.size()) return std::nullopt;
  if (!proposal.spi.empty() && all_zero(proposal.spi)) return std::nullopt;
  const Alternatives alternatives(proposal);
  if (!alternatives.understood()) return std::nullopt;
  const auto further = alternatives.choose_additional(additional);
  const IkeSuite* suite = further ? first_suite(alternatives, allowed, wanted) : nullptr;
  if (suite == nullptr) return std::nullopt;
  Proposal answer = answer_to(proposal, own_spi, *suite);
  add(answer, alternatives, transform(suite->prf));
  add(answer, alternatives, transform(suite->integ));
  add(answer, alternatives, transform(suite->ke));
  answer.transforms.insert(answer.transforms.end(), further->begin(), further->end());
  return ChosenIke{*suite, {{std::move(answer)}}, proposal.spi};
}

std::optional<ChosenEsp> choose_from(const Proposal& proposal, std::span<const EspSuite> allowed,
                                     std::span<const KeMethod> pfs_allowed, base::Bytes own_spi,
                                     std::optional<KeMethod> ke_payload) {
  base::Reader spi_octets(proposal.spi);
  const base::Spi peer_spi{spi_octets.u32()};
  // RFC 4303 section 2.1: 0 to 255 are reserved.
  if (proposal.protocol != ProtocolId::esp || !spi_octets.done() || peer_spi.value <= 255) return std::nullopt;
  const Alternatives alternatives(proposal);
  if (!alternatives.understood()) return std::nullopt;
  const auto declined = alternatives.choose_additional({});
  const auto ke = choose_pfs(alternatives, pfs_allowed, ke_payload);
  const EspSuite* suite = declined && ke ? first_suite(alternatives, allowed) : nullptr;
  if (suite == nullptr) return std::nullopt;
  Proposal answer = answer_to(proposal, own_spi, *suite);
  add(answer, alternatives, transform(suite->integ));
  add(answer, alternatives, transform(*ke));
  add(answer, alternatives, esn_transform(suite->esn));
  answer.transforms.insert(answer.transforms.end(), declined->begin(), declined->end());
  const auto pfs = *ke == KeMethod::none ? std::nullopt : ke;
  return ChosenEsp{*suite, pfs, peer_spi, {{std::move(answer)}}};
}

}  // namespace

base::Result<ChosenIke> choose_ike(const Sa& offer, std::span<const IkeSuite> allowed, base::Bytes own_spi,
                                   std::optional<KeMethod> ke_payload, const Additional& additional) {
  // RFC 7296 section 3.3.6
  //= Responders MUST select a single complete set of parameters from the offers (or reject all offers if none are
  //= acceptable).
  const std::optional<KeMethod> rounds[] = {ke_payload, std::nullopt};
  for (const auto& wanted : rounds) {
    for (const Proposal& proposal : offer.proposals) {
      if (auto chosen = choose_from(proposal, allowed, own_spi, wanted, additional)) return std::move(*chosen);
    }
  }
  return fail(Errc::mismatch, "no acceptable IKE proposal");
}

base::Result<ChosenEsp> choose_esp(const Sa& offer, std::span<const EspSuite> allowed,
                                   std::span<const KeMethod> pfs_allowed, base::Spi own_spi,
                                   std::optional<KeMethod> ke_payload) {
  base::Writer spi;
  spi.u32(own_spi.value);
  for (const bool with_payload : {true, false}) {
    for (const Proposal& proposal : offer.proposals) {
      auto chosen = choose_from(proposal, allowed, pfs_allowed, spi.view(), ke_payload);
      if (chosen && (!with_payload || chosen->pfs == ke_payload)) return std::move(*chosen);
    }
  }
  return fail(Errc::mismatch, "no acceptable ESP proposal");
}

}  // namespace latchkey::policy
