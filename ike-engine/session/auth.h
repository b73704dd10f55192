#pragma once
// IKE_AUTH as the initiator: anonymous ourselves (RFC 7619), the server by its DNS key (RFC 7427), one child.

#include "ike-engine/session/init_reply.h"

namespace latchkey::session {

/// Sends a candidate its IKE_AUTH request. Reserves the inbound SPI on first use. Errors: kernel, exhausted, internal.
base::Result<void> send_auth(IkeSa& sa, Context& context, Candidate& candidate);

/// Judges a protected reply to IKE_AUTH: opened, put together, parsed, and its AUTH verified with each of the server's
/// keys. Nothing is returned, and at most one drop counted, for what is not acted upon (or is a fragment of something
/// still to come).
std::optional<Received> read_auth_reply(IkeSa& sa, Context& context, const wire::Message& message,
                                        const api::Path& path);

/// Ends a negotiation for which there is no time left. The newest candidate may still take its IKE_AUTH for good and
/// send us traffic through a tunnel that we have not got: it is remembered for a while, without kernel state.
State fail_unanswered(IkeSa& sa, Context& context, const Failure& failure);

/// RFC 7296 section 2.21.2: a server that we fail to authenticate may believe that all is well. One datagram for each
/// IKE SA whose candidate proved nothing, no retransmission: it may be anybody. When the negotiation is over.
void hang_up_on_spurned(const IkeSa& sa, Context& context);

/// What a candidate that stays silent has not answered; static text.
std::string_view unanswered(const Candidate& candidate);

// Actions.
State install(IkeSa& sa, Context& context, Input& input);
State drop_candidate(IkeSa& sa, Context& context, Input& input);
State hang_up(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
