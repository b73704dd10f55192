#pragma once
// What comes to an IKE SA from outside: datagrams and time.

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// A message whose initiator SPI is `sa`'s, from the address that it belongs to. Counts it in one drop if nothing comes
/// of it.
void receive(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path);

/// Does what was due at or before context.now.
void expire(IkeSa& sa, Context& context);

/// When expire() has to be called next.
base::TimePoint next_deadline(const IkeSa& sa);

}  // namespace latchkey::session
