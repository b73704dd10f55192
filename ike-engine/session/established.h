#pragma once
// What is told of an IKE SA that has just been established.

#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

/// The story of `sa` and its first child; `peer_id` is the body of the peer's ID payload.
api::Established story_of(const IkeSa& sa, const Proven& proven, base::Bytes peer_id);

}  // namespace latchkey::session
