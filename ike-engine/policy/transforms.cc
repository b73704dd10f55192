#include "ike-engine/policy/transforms.h"

namespace latchkey::policy {

using base::EncrId;
using base::TransformType;
using wire::Transform;

namespace {

template <class Id>
Transform plain(TransformType type, Id id) {
  return {type, static_cast<std::uint16_t>(id), std::nullopt, false};
}

}  // namespace

Transform encr_transform(EncrId encr, std::uint16_t key_bits) {
  Transform out = plain(TransformType::encr, encr);
  // RFC 7296 section 3.3.5
  //= The Key Length attribute MUST NOT be used with transforms that use a fixed-length key.
  if (encr != EncrId::chacha20_poly1305) out.key_bits = key_bits;
  return out;
}

Transform transform(base::PrfId id) { return plain(TransformType::prf, id); }
Transform transform(base::IntegId id) { return plain(TransformType::integ, id); }
Transform transform(base::KeMethod id) { return plain(TransformType::ke, id); }
Transform esn_transform(bool esn) { return plain(TransformType::esn, esn ? base::EsnId::esn : base::EsnId::no_esn); }

Transform additional_transform(std::size_t index, base::KeMethod id) {
  return plain(TransformType(static_cast<std::size_t>(TransformType::addke1) + index), id);
}

std::uint16_t key_bits_of(const Transform& encr) { return encr.key_bits.value_or(256); }

}  // namespace latchkey::policy
