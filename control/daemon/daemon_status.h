#pragma once
// What `latchkeyctl` may ask latchkeyd, and the answers.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/daemon/connections.h"
#include "control/daemon/daemon.h"

namespace latchkey::control {

/// What there is to tell, and what may be done.
struct DaemonView {
  const std::map<api::SessionId, SessionView>& sessions;
  std::vector<ConnectionView> connections;
  host::Services& services;
  std::uint64_t clients_refused = 0;
  std::function<std::size_t(std::string_view whom)> terminate;  ///< ends sessions, returns how many
  base::TimePoint now;
};

/// Answers one request: `{"schema": 1, "command": "status"}`, or `{"schema": 1, "command": "terminate", "whom": W}`
/// with a session's number, an address or an inner address. The reply has `schema` and `ok`; for status also
/// `sessions`, `connections`, `half_open`, `clients_refused` and `ike`; for terminate `terminated`, a count. With `ok`
/// false it has `error`, a sentence. Bytes are numbers, SPIs 8 hex digits, times whole milliseconds. One line without
/// newline. Never fails.
std::string answer_control(std::string_view request, const DaemonView& view);

}  // namespace latchkey::control
