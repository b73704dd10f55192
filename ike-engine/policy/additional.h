#pragma once
// Additional key exchanges in an offer and in its answer: transform types 6 to 12 (RFC 9370 as IANA's registry has it).
// One of them takes place in an IKE_INTERMEDIATE of its own, in the order of their types.

#include <vector>

#include "ike-engine/wire/sa.h"

namespace latchkey::policy {

inline constexpr std::size_t kMaxAdditional = 7;

/// The additional key exchanges that a side wants, best first, each once.
struct Additional {
  std::vector<base::KeMethod> methods = {};
  bool required = false;  ///< no IKE SA without all of them
};

bool is_additional_exchange(base::TransformType type);

/// An offer of ours with `wanted`, each under a type of its own. Unless they are required each has NONE beside it, and
/// the proposals stand there a second time without them: to who does not know these types at all a proposal with them
/// is unacceptable (RFC 7296 section 3.3.6).
wire::Sa with_additional(wire::Sa offer, const Additional& wanted);

/// The additional key exchanges of an answer, in their order. Those that are NONE are left out.
std::vector<base::KeMethod> additional_exchanges(const wire::Sa& answer);

}  // namespace latchkey::policy
