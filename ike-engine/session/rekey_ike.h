#pragma once
// Rekeying an IKE SA, from either side (RFC 7296 sections 1.3.2, 2.8.2 and 2.18).

#include "ike-engine/session/creation_payloads.h"
#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Sends the request that `sa.exchange` is about; makes what it lacks. Errors: unsupported, internal.
base::Result<void> request_heir(IkeSa& sa, Context& context);

/// What the answer to `own` makes of the IKE SA. Nothing for `reply`: it could not be read.
State conclude_heir(IkeSa& sa, Context& context, OwnExchange own, const std::optional<CreationPayloads>& reply);

/// The answer came too late: the IKE SA is being deleted. What the peer has made of our request goes, too.
void disown_heir(IkeSa& sa, Context& context, const OwnExchange& own, const std::optional<CreationPayloads>& reply);

/// Answers the peer's request.
State answer_rekey_ike(IkeSa& sa, Context& context, Input& input, const CreationPayloads& request);

}  // namespace latchkey::session
