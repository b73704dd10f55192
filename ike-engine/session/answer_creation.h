#pragma once
// CREATE_CHILD_SA as its responder (RFC 7296 section 1.3). Who began the IKE SA makes no difference.

#include "ike-engine/session/table.h"

namespace latchkey::session {

// Actions.
/// Makes what the request asks for: a child, one in the place of another, or the IKE SA's heir (rekey_ike.h). Or says
/// why not.
State answer_create_child_sa(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
