#pragma once
// One proposal of a peer, read for a choice: which transforms it would take. For this folder.

#include <array>
#include <bitset>
#include <optional>
#include <vector>

#include "ike-engine/policy/additional.h"

namespace latchkey::policy {

class Alternatives {
 public:
  explicit Alternatives(const wire::Proposal& proposal);

  /// Whether all transform types are ones that this protocol has and that we know.
  bool understood() const { return understood_; }
  /// Whether the proposal has this transform, with exactly this key length and nothing that we do not know.
  bool has(const wire::Transform& transform) const;
  /// Whether it has any transform of this type, be it one that we could take or not.
  bool has_type(base::TransformType type) const;
  /// Whether "none" of this type does: the type is absent, or NONE is among its transforms.
  bool takes_none(base::TransformType type) const;
  /// What is chosen of each additional key exchange of the proposal: the first of `wanted` that is not chosen yet, or
  /// else NONE. Nothing if one of them can be neither, or if one of `wanted` is missing and has to be.
  std::optional<std::vector<wire::Transform>> choose_additional(const Additional& wanted) const;

 private:
  // By transform type and ID, so that a look-up costs the same however long the proposal is. IDs that we choose are
  // small, but for additional key exchanges of private use.
  static constexpr std::size_t kTypes = 13;
  static constexpr std::size_t kIds = 64;

  bool understood_ = true;
  std::bitset<kTypes> types_;
  std::array<std::bitset<kIds>, kTypes> plain_;  ///< transforms without attributes
  std::vector<wire::Transform> others_;          ///< those with a key length or a large ID, each once
};

}  // namespace latchkey::policy
