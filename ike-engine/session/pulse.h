#pragma once
// What follows from traffic, or from its absence: liveness checks (RFC 7296 section 2.4), NAT keep-alives (RFC 3948
// section 4), the end of a session that nobody uses. ESP is seen in the kernel's counters, which are read now and then.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// From now on the counters are read. What was read before, in an IKE SA that this one is the heir of, stays valid.
void begin_pulse(IkeSa& sa, Context& context);

// Actions.
State feel_pulse(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
