#pragma once
// A client that is turned away, or gets no child: told to who runs the server.

#include "ike-engine/session/context.h"

namespace latchkey::session {

/// Says Progress "client_refused", of no session, with address, exchange, notify and reason. `why` is static text.
void tell_refused(const IkeSa& sa, Context& context, base::ExchangeType exchange, base::NotifyType type,
                  std::string_view why);

}  // namespace latchkey::session
