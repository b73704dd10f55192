#pragma once
// Security Association payload: proposals and transforms (RFC 7296 section 3.3).

#include <optional>
#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kMaxProposals = 32;
inline constexpr std::size_t kMaxTransforms = 64;
inline constexpr std::size_t kMaxUnknownAttributes = 16;

/// A transform's attribute that we do not know (RFC 7296 section 3.3.5), so that it can be shown.
struct TransformAttribute {
  std::uint16_t type = 0;
  base::Buffer value;  ///< the two octets of a fixed-length one, or what its length announces

  friend bool operator==(const TransformAttribute&, const TransformAttribute&) = default;
};

struct Transform {
  base::TransformType type{};
  std::uint16_t id = 0;
  std::optional<std::uint16_t> key_bits;  ///< attribute 14, Key Length
  bool unknown_attribute = false;  ///< carries an attribute that we do not know: the transform must not be chosen
  std::vector<TransformAttribute> unknown_attributes{};

  friend bool operator==(const Transform&, const Transform&) = default;
};

struct Proposal {
  std::uint8_t number = 0;
  base::ProtocolId protocol{};
  base::Buffer spi;  ///< 0, 4 (ESP, AH) or 8 octets (IKE rekey)
  std::vector<Transform> transforms;

  friend bool operator==(const Proposal&, const Proposal&) = default;
};

struct Sa {
  std::vector<Proposal> proposals;

  friend bool operator==(const Sa&, const Sa&) = default;
};

/// Errors: truncated, malformed (substructure lengths or "last" markers that lie), exhausted.
base::Result<Sa> parse_sa(base::Bytes body);
void write(base::Writer& out, const Sa& sa);

}  // namespace latchkey::wire
