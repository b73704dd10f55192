#pragma once
// IKE_AUTH as the responder (RFC 7296 section 1.2): who comes, who we are, and the first child.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Makes the keys of a half-open IKE SA when its first protected message comes. Errors: weak (a degenerate public
/// value), malformed, internal.
base::Result<void> complete_half_open(IkeSa& sa);

/// Answers a half-open IKE SA's request with one notify, and there its negotiation ends. `why` is static text.
State turn_away(IkeSa& sa, Context& context, Input& input, base::NotifyType type, std::string_view why,
                base::Bytes data = {});

// Actions.
State admit(IkeSa& sa, Context& context, Input& input);
State turn_away_critical(IkeSa& sa, Context& context, Input& input);
State turn_away_garbled(IkeSa& sa, Context& context, Input& input);
State forget_half_open(IkeSa& sa, Context& context, Input& input);
State make_way(IkeSa& sa, Context& context, Input& input);
State ask_for_life(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
