#pragma once
// Time in the life of an established IKE SA: when it and its children are rekeyed, what is done if that can't be, and
// its end.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// A moment between 80 and 90 % of a life that begins now, so that what was made at once is not rekeyed at once.
base::TimePoint rekeying_time(base::Duration lifetime, Context& context);

/// Sets rekeying and end of an IKE SA that has just been established.
void begin_ike_life(IkeSa& sa, Context& context);
/// The same, and of its children.
void begin_life(IkeSa& sa, Context& context);

/// What was wanted can't be had now: it is wished for again after a while. Returns the state that the IKE SA is in.
State postpone(IkeSa& sa, Context& context, const Wish& wanted);
/// What was wanted can't be had by CREATE_CHILD_SA. If we began the session, a whole new IKE SA is negotiated beside
/// the old one, which ends when its child is in the kernel; otherwise the session ends with its life. Returns the state
/// that the IKE SA is in.
State start_over(IkeSa& sa, Context& context, const Wish& wanted);
/// The peer's state and ours don't fit together: start_over(), or, if we did not begin the session, its end.
State part_with(IkeSa& sa, Context& context, const Wish& wanted);

/// The state after a child has gone: without any left the tunnel is lost for `reason`, and the IKE SA deleted.
State after_loss(IkeSa& sa, Context& context, api::Reason reason);

// Actions.
State rekey(IkeSa& sa, Context& context, Input& input);
State rekey_child(IkeSa& sa, Context& context, Input& input);
State end_child(IkeSa& sa, Context& context, Input& input);
State end_of_life(IkeSa& sa, Context& context, Input& input);
State retire(IkeSa& sa, Context& context, Input& input);
State close_established(IkeSa& sa, Context& context, Input& input);
State declare_dead(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
