#pragma once
// CREATE_CHILD_SA (RFC 7296 section 1.3): for now only refused. One IKE SA carries one child for its whole life.

#include "ike-engine/session/table.h"

namespace latchkey::session {

// Actions.
State refuse_create_child_sa(IkeSa& sa, Context& context, Input& input);
State refuse_while_deleting(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
