#include "ike-engine/policy/additional.h"

#include <algorithm>

#include "ike-engine/policy/transforms.h"

namespace latchkey::policy {

using base::KeMethod;
using base::TransformType;
using wire::Proposal;
using wire::Transform;

bool is_additional_exchange(TransformType type) {
  return type >= TransformType::addke1 && type <= TransformType::addke7;
}

wire::Sa with_additional(wire::Sa offer, const Additional& wanted) {
  if (wanted.methods.empty()) return offer;
  wire::Sa with = offer;
  for (Proposal& proposal : with.proposals) {
    for (std::size_t i = 0; i < std::min(wanted.methods.size(), kMaxAdditional); ++i) {
      proposal.transforms.push_back(additional_transform(i, wanted.methods[i]));
      if (!wanted.required) proposal.transforms.push_back(additional_transform(i, KeMethod::none));
    }
  }
  if (wanted.required) return with;
  for (Proposal& plain : offer.proposals) {
    // RFC 7296 section 3.3
    //= Each structure MUST have a proposal number one (1) greater than the previous structure.
    plain.number = static_cast<std::uint8_t>(with.proposals.size() + 1);
    with.proposals.push_back(std::move(plain));
  }
  return with;
}

std::vector<KeMethod> additional_exchanges(const wire::Sa& answer) {
  std::vector<Transform> found;
  for (const Proposal& proposal : answer.proposals) {
    std::ranges::copy_if(proposal.transforms, std::back_inserter(found), [](const Transform& transform) {
      return is_additional_exchange(transform.type) && KeMethod{transform.id} != KeMethod::none;
    });
  }
  std::ranges::sort(found, {}, &Transform::type);
  std::vector<KeMethod> methods;
  std::ranges::transform(found, std::back_inserter(methods), [](const Transform& one) { return KeMethod{one.id}; });
  return methods;
}

}  // namespace latchkey::policy
