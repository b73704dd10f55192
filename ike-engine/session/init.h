#pragma once
// IKE_SA_INIT as the initiator (RFC 7296 sections 1.2, 2.6, 2.7 and 2.10).

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Makes SPI, nonce and key and sends the first request. `sa.session` and `sa.negotiation->{plan, deadline}` are set.
/// Errors: unsupported (no acceptable suite configured), internal.
base::Result<void> begin_init(IkeSa& sa, Context& context);

// Actions.
State follow_candidate(IkeSa& sa, Context& context, Input& input);
State restart_with_cookie(IkeSa& sa, Context& context, Input& input);
State obey_held_cookie(IkeSa& sa, Context& context, Input& input);
State restart_with_method(IkeSa& sa, Context& context, Input& input);
State remember_refusal(IkeSa& sa, Context& context, Input& input);
State give_up(IkeSa& sa, Context& context, Input& input);
State abandon(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
