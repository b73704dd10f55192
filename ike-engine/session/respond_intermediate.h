#pragma once
// IKE_INTERMEDIATE as the responder: the additional key exchanges of a half-open IKE SA.

#include <optional>

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// The exchange that a half-open client's next request belongs to.
base::ExchangeType due_exchange(const HalfOpen& half_open);

/// What an opened IKE_INTERMEDIATE request is; its key exchange goes into `input`. Nothing for one of another method
/// than the one that is due.
std::optional<Event> intermediate_event(const HalfOpen& half_open, Input& input);

// Actions.
State answer_intermediate(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
