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

/// A request that comes with the ID of the last one: a true copy gets the same answer. Anything else is counted in one
/// drop.
void answer_intermediate_again(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path);

// Actions.
State answer_intermediate(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
