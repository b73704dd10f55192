#pragma once
// CREATE_CHILD_SA as its initiator, for a child (RFC 7296 sections 1.3.1 and 1.3.3).

#include "ike-engine/session/creation_payloads.h"
#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Sends the request that `sa.exchange` is about; makes what it lacks. Errors: not_found (the child that it is about is
/// gone), kernel, exhausted, unsupported, internal.
base::Result<void> request_child(IkeSa& sa, Context& context);

/// What the answer to `own` makes of the IKE SA's children. Nothing for `reply`: it could not be read.
State conclude_child(IkeSa& sa, Context& context, OwnExchange own, const std::optional<CreationPayloads>& reply);

}  // namespace latchkey::session
