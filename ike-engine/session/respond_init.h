#pragma once
// IKE_SA_INIT as the responder (RFC 7296 sections 1.2, 2.6, 2.7, 2.10 and 2.23).

#include <memory>

#include "ike-engine/session/context.h"
#include "ike-engine/session/init_payloads.h"
#include "ike-engine/wire/message.h"

namespace latchkey::session {

/// Whether `message` asks for a new IKE SA. What is in it is not yet looked at.
bool is_init_request(const wire::Header& header);

/// Answers a request for a new IKE SA: with a COOKIE, an error notify, or IKE_SA_INIT. Only the latter leaves anything
/// behind, a half-open negotiation with `own_spi`: true. What is not answered is counted in one drop: malformed, or
/// beyond a bound.
bool answer_init(Context& context, const wire::Message& message, const api::Path& path, base::IkeSpi own_spi);

/// The request came again, or another one by the same client's SPI: a true copy gets the same answer.
void answer_init_again(const HalfOpen& known, Context& context, const wire::Message& message, const api::Path& path);

/// Both messages of IKE_SA_INIT, taken apart again: they were acceptable when they were kept. Views.
struct Opening {
  wire::Message request_message, response_message;
  InitPayloads request, response;
};
std::optional<Opening> reopen(const HalfOpen& half_open);

/// The IKE SA of a client whose first protected message has come.
std::unique_ptr<IkeSa> begin_sa(std::unique_ptr<HalfOpen> client);

/// A half-open IKE SA is one no longer, whatever becomes of it.
void end_half_open(IkeSa& sa, Responder& responder);
/// Forgets those whose IKE_AUTH did not come in time.
void expire_half_open(Responder& responder, base::TimePoint now);

}  // namespace latchkey::session
