#pragma once
// What is told of an IKE SA when its first child is there.

#include "ike-engine/session/context.h"

namespace latchkey::session {

/// Who a peer is for RFC 7296 section 2.4, "the same authenticated identity". No type if it has proven no name.
api::Identity proven_identity(const Proven& proven, base::Bytes peer_id);

/// Who the peer has proven to be: the part of the story that is known before there is a child. `peer_id` is the ID
/// payload's body.
api::Established who_is_there(const Proven& proven, base::Bytes peer_id);
/// Says Established of the session, whose child there is: `story` with what is agreed.
void tell_established(IkeSa& sa, Context& context, api::Established story);

}  // namespace latchkey::session
