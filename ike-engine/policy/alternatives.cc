#include "ike-engine/policy/alternatives.h"

#include <algorithm>

#include "ike-engine/policy/transforms.h"

namespace latchkey::policy {

namespace {

using base::ProtocolId;
using base::TransformType;
using wire::Transform;

std::size_t index(TransformType type) { return static_cast<std::size_t>(type); }

/// RFC 7296 section 3.3.3 and RFC 9370 section 2.2.1.
bool belongs_to(TransformType type, ProtocolId protocol) {
  switch (type) {
    case TransformType::encr:
    case TransformType::integ:
    case TransformType::ke: return true;
    case TransformType::prf: return protocol == ProtocolId::ike;
    case TransformType::esn: return protocol == ProtocolId::esp;
    default: return is_additional_exchange(type);
  }
}

}  // namespace

Alternatives::Alternatives(const wire::Proposal& proposal) {
  for (const Transform& one : proposal.transforms) {
    // RFC 7296 section 3.3.6
    //= If the responder receives a proposal that contains a Transform Type it does not understand, or a proposal that is
    //= missing a mandatory Transform Type, it MUST consider this proposal unacceptable
    if (!belongs_to(one.type, proposal.protocol)) {
      understood_ = false;
      return;
    }
    types_.set(index(one.type));
    // RFC 7296 section 3.3.6
    //= one that contains a Transform Attribute it does not understand, it MUST consider this transform unacceptable
    if (one.unknown_attribute) continue;
    if (!one.key_bits && one.id < kIds) {
      plain_[index(one.type)].set(one.id);
    } else if (std::ranges::find(others_, one) == others_.end()) {
      others_.push_back(one);
    }
  }
}

bool Alternatives::has(const Transform& transform) const {
  if (!transform.key_bits && transform.id < kIds) return plain_[index(transform.type)].test(transform.id);
  return std::ranges::find(others_, transform) != others_.end();
}

bool Alternatives::has_type(TransformType type) const { return types_.test(index(type)); }

bool Alternatives::takes_none(TransformType type) const { return !has_type(type) || plain_[index(type)].test(0); }

std::optional<std::vector<Transform>> Alternatives::choose_additional(const Additional& wanted) const {
  std::vector<Transform> chosen;
  std::vector<base::KeMethod> left = wanted.methods;
  for (std::size_t i = 0; i < kMaxAdditional; ++i) {
    const Transform none = additional_transform(i, base::KeMethod::none);
    if (!has_type(none.type)) continue;
    const auto first = std::ranges::find_if(left, [&](auto method) { return has(additional_transform(i, method)); });
    if (first != left.end()) {
      chosen.push_back(additional_transform(i, *first));
      left.erase(first);
    } else if (has(none)) {
      chosen.push_back(none);
    } else {
      return std::nullopt;
    }
  }
  return wanted.required && !left.empty() ? std::nullopt : std::optional(chosen);
}

}  // namespace latchkey::policy
