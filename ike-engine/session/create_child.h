#pragma once
// CREATE_CHILD_SA (RFC 7296 section 1.3).

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Sends the CREATE_CHILD_SA request that `sa.exchange->wish` asks for. Errors: unsupported, kernel, internal.
base::Result<void> begin_creation(IkeSa& sa, Context& context);

// Actions.
State conclude_creation(IkeSa& sa, Context& context, Input& input);
State refuse_create_child_sa(IkeSa& sa, Context& context, Input& input);
State refuse_while_deleting(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
