#pragma once
// From a verified IKE_AUTH reply to the child that goes into the kernel (RFC 7296 sections 2.9 and 2.17).

#include <expected>

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// The child that the reply agrees to, with its keys. The failure says why there is none: an error notify instead of
/// it, a suite that was not offered, selectors that are not exactly the two hosts (security rule 6), a mode nobody
/// asked for.
std::expected<api::ChildSa, Failure> agree_on_child(const IkeSa& sa, const api::EngineConfig& config,
                                                    const Candidate& candidate, const AuthReply& auth);

}  // namespace latchkey::session
