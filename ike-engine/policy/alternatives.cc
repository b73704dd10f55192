#include "ike-engine/policy/alternatives.h"

#include <algorithm>

namespace latchkey::policy {

namespace {

using base::ProtocolId;
using base::TransformType;
using wire::Transform;

std::size_t index(TransformType type) { return static_cast<std::size_t>(type); }

bool is_additional_exchange(TransformType type) {
  return type >= TransformType::addke1 && type <= TransformType::addke7;
}

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
    if (!one.key_bits && one.id < kIds) plain_[index(one.type)].set(one.id);
    if (one.key_bits && std::ranges::find(sized_, one) == sized_.end()) sized_.push_back(one);
  }
}

bool Alternatives::has(const Transform& transform) const {
  if (transform.key_bits) return std::ranges::find(sized_, transform) != sized_.end();
  return transform.id < kIds && plain_[index(transform.type)].test(transform.id);
}

bool Alternatives::has_type(TransformType type) const { return types_.test(index(type)); }

bool Alternatives::takes_none(TransformType type) const { return !has_type(type) || plain_[index(type)].test(0); }

std::optional<std::vector<Transform>> Alternatives::declined_exchanges() const {
  std::vector<Transform> declined;
  for (auto type = TransformType::addke1; is_additional_exchange(type); type = TransformType(index(type) + 1)) {
    if (!takes_none(type)) return std::nullopt;
    if (has_type(type)) declined.push_back({type, 0, std::nullopt, false});
  }
  return declined;
}

}  // namespace latchkey::policy
