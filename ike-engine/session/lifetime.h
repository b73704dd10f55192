#pragma once
// The end of an established IKE SA, and how another takes its place before it.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Sets renewal and end of an IKE SA that has just been established.
void begin_life(IkeSa& sa, Context& context);

// Actions.
State renew(IkeSa& sa, Context& context, Input& input);
State end_of_life(IkeSa& sa, Context& context, Input& input);
State retire(IkeSa& sa, Context& context, Input& input);
State close_established(IkeSa& sa, Context& context, Input& input);
State declare_dead(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
