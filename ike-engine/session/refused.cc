#include "ike-engine/session/refused.h"

#include <fmt/format.h>

#include "ike-engine/wire/header.h"
#include "ike-engine/wire/notify.h"

namespace latchkey::session {

void tell_refused(const IkeSa& sa, Context& context, base::ExchangeType exchange, base::NotifyType type,
                  std::string_view why) {
  context.out.events.push_back(
      api::Progress{api::SessionId{}, "client_refused",
                    fmt::format("address={} exchange={} notify={} reason=\"{}\"", sa.path.remote.to_string(),
                                wire::to_string(exchange), wire::to_string(type), why)});
}

}  // namespace latchkey::session
