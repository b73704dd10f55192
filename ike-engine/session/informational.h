#pragma once
// INFORMATIONAL (RFC 7296 section 1.4): liveness, DELETE, and answers to what we can't take.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// The IKE SA is over, but the answer that ended it may have to be sent again. Returns State::lingering.
State linger(IkeSa& sa, Context& context);

/// Whether an error notify says that the peer has done with the IKE SA (RFC 7296 section 2.21), without a DELETE.
bool ends_ike_sa(base::NotifyType type);
/// The same of any notify among `payloads`.
bool tells_of_the_end(std::span<const wire::RawPayload> payloads);

/// Answers the request in `input` with `chain` and keeps the answer for its retransmissions. Whether that could be
/// sealed: if not, the request counts as not answered.
bool respond(IkeSa& sa, Context& context, const Input& input, const wire::PayloadChain& chain);
/// An answer that holds one notify.
void respond_notify(IkeSa& sa, Context& context, const Input& input, base::NotifyType type, base::Bytes data = {});
void respond_notify(IkeSa& sa, Context& context, const Input& input, const wire::Notify& notify);
/// A request with the ID of the last one: a true copy, which `protection` opens as it did the first, gets the same
/// answer. Anything else is counted in one drop.
void answer_again(IkeSa& sa, Context& context, const Protection& protection, const wire::Message& message,
                  const api::Path& path);

// Actions.
State answer_informational(IkeSa& sa, Context& context, Input& input);
State answer_unsupported_critical_payload(IkeSa& sa, Context& context, Input& input);
State answer_invalid_syntax(IkeSa& sa, Context& context, Input& input);
/// As a bystander, or with our DELETE on its way.
State answer_while_leaving(IkeSa& sa, Context& context, Input& input);
State vanish(IkeSa& sa, Context& context, Input& input);
State finish(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
