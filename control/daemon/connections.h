#pragma once
// The tunnels that we begin: each is begun again, later and later, until it stands.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/daemon/setup.h"
#include "host/log.h"
#include "host/tenant.h"

namespace latchkey::control {

/// One connection, for status.
struct ConnectionView {
  std::string name;
  base::Address remote;
  std::string_view state;  ///< "up", "negotiating", "waiting"
  std::optional<api::SessionId> session;
  std::string reason;         ///< why the last attempt failed or the last tunnel ended; empty if none did
  unsigned failures = 0;      ///< in a row
  base::Duration retry_in{};  ///< waiting: until the next attempt
};

/// On the engine thread. A connection that has once been up keeps its guard until it is taken out of the configuration:
/// what can't go through the tunnel does not go in clear.
class Connections {
 public:
  static constexpr base::Duration kFirstPause = std::chrono::seconds(1);
  static constexpr base::Duration kLongestPause = std::chrono::seconds(60);
  /// How long one attempt may take.
  static constexpr base::Duration kPatience = std::chrono::seconds(30);

  /// Both outlive the object.
  Connections(host::Services& services, const host::Log& log) : services_(services), log_(log) {}

  /// From now on these, by their names: what is new or other than before is begun, what is gone ends, and the guard of
  /// its address with it, unless another connection leads there.
  void configure(std::vector<Connection> wanted, base::TimePoint now);
  /// Whether the event was about one of ours.
  bool event(const api::Event& event, base::TimePoint now);
  void expire(base::TimePoint now);
  base::TimePoint next_deadline() const;
  /// Whoever waits tries at once.
  void network_changed(base::TimePoint now);

  std::optional<std::string> name_of(api::SessionId session) const;
  std::vector<ConnectionView> all(base::TimePoint now) const;

 private:
  struct Line {
    Connection wanted;
    std::optional<api::SessionId> session;
    bool up = false;
    unsigned failures = 0;
    std::string reason;
    base::TimePoint retry_at = base::kNever;
  };

  void begin(Line& line, base::TimePoint now);
  bool leads_to(const base::Address& remote) const;
  void try_later(Line& line, std::string reason, base::TimePoint now);
  Line* line_of(api::SessionId session);

  host::Services& services_;
  const host::Log& log_;
  std::map<std::string, Line> lines_;
};

}  // namespace latchkey::control
