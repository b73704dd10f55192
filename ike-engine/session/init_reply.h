#pragma once
// What a reply to IKE_SA_INIT is worth, before anything acts on it.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// An event with what it carries.
struct Received {
  Event event{};
  Input input;
};

/// Judges a reply to `sa`'s IKE_SA_INIT: an acceptable one carries a candidate with its keys. Nothing in it is
/// authenticated. Nothing is returned, and one drop is counted, for what is not acted upon: malformed, no longer
/// wanted, beyond a bound of security rule 5, or of a kind that we don't obey (REDIRECT, rule 6).
std::optional<Received> read_init_reply(const IkeSa& sa, Context& context, const wire::Message& message,
                                        const api::Path& path);

}  // namespace latchkey::session
