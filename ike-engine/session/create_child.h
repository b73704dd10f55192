#pragma once
// CREATE_CHILD_SA (RFC 7296 section 1.3): our requests from wish to answer, whatever they are to make. What a child
// needs is in request_child.h, what an IKE SA needs in rekey_ike.h, the peer's requests are answered in
// answer_creation.h.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Sends the request that `sa.exchange->wish` asks for; if that can't be done now, it is wished for again later.
void begin_creation(IkeSa& sa, Context& context);

/// The peer has refused what `own` asked for. We try what it wants, wait, or begin anew (lifetime.h), as its error
/// asks.
State put_up_with(IkeSa& sa, Context& context, OwnExchange own, const wire::Notify& error);

// Actions.
State conclude_creation(IkeSa& sa, Context& context, Input& input);
State conclude_creation_while_deleting(IkeSa& sa, Context& context, Input& input);
/// As a bystander, or with our DELETE on its way.
State refuse_for_now(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
