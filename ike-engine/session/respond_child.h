#pragma once
// The first child as the responder: suite, selectors, inner address (RFC 7296 sections 2.7, 2.9 and 2.19).

#include "ike-engine/session/table.h"

namespace latchkey::session {

struct Nonces {
  base::Bytes i, r;
};

/// Adds to `chain` what answers the child part of an IKE_AUTH request: SA, TSi and TSr (and CP), or the notify that
/// says why not. Whether there is a child: it is in the kernel then. A request without SA and selectors wants none (RFC
/// 6023).
bool answer_first_child(IkeSa& sa, Context& context, const AuthPayloads& claim, const Nonces& nonces,
                        wire::PayloadChain& chain);

}  // namespace latchkey::session
