#pragma once
// IKE_INTERMEDIATE as the initiator: the additional key exchanges with a candidate, one after the other, before it is
// sent its IKE_AUTH.

#include "ike-engine/session/init_reply.h"

namespace latchkey::session {

/// Sends a candidate what comes next: IKE_INTERMEDIATE while one is due, then IKE_AUTH. State::auth_sent, or the
/// negotiation's end if that can't be done.
State go_on(IkeSa& sa, Context& context, Candidate& candidate);

/// Judges a protected reply to IKE_INTERMEDIATE for each candidate that it opens for: a forged copy of the true reply
/// to IKE_SA_INIT has the true one's keys, and both go on by the same answers. The last candidate stands first, so that
/// one that is dropped moves none of those to come. At most one drop is counted, if it opens for none.
std::vector<Received> read_intermediate_reply(IkeSa& sa, Context& context, const wire::Message& message,
                                              const api::Path& path);

// Actions.
State finish_key_exchange(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
