#pragma once
// What peers of an IKE SA tell each other of what led nowhere (RFC 7296 section 3.10.1). INVALID_MESSAGE_ID is said and
// heard. INVALID_SPI is only heard: the kernel drops ESP of unknown SAs without a word.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// A request, not opened yet, whose ID is above the window: it is not acted upon, and counted in one drop. If it is the
/// peer's, we wish to tell it so.
void refuse_message_id(IkeSa& sa, Context& context, const wire::Message& message);
/// What the peer is told then.
wire::PayloadChain complaint(const IkeSa& sa);

/// What the peer complains of in an INFORMATIONAL request. A child whose packets it does not know is rekeyed; who turns
/// out not to have it at all (CHILD_SA_NOT_FOUND) gets another one.
void hear_complaints(IkeSa& sa, Context& context, std::span<const wire::RawPayload> payloads);

}  // namespace latchkey::session
