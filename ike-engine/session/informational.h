#pragma once
// INFORMATIONAL (RFC 7296 section 1.4): liveness, DELETE, and answers to what we can't take.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// The IKE SA is over, but the answer that ended it may have to be sent again. Returns State::lingering.
State linger(IkeSa& sa, Context& context);

/// Answers the request in `input` with `chain` and keeps the answer for its retransmissions.
void respond(IkeSa& sa, Context& context, const Input& input, const wire::PayloadChain& chain);
/// An answer that holds one notify.
void respond_notify(IkeSa& sa, Context& context, const Input& input, base::NotifyType type, base::Bytes data = {});

// Actions.
State answer_informational(IkeSa& sa, Context& context, Input& input);
State answer_unsupported_critical_payload(IkeSa& sa, Context& context, Input& input);
State answer_invalid_syntax(IkeSa& sa, Context& context, Input& input);
State answer_while_deleting(IkeSa& sa, Context& context, Input& input);
State vanish(IkeSa& sa, Context& context, Input& input);
State finish(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
