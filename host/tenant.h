#pragma once
// Between the engine thread and who lives on it: the module's peers, or the daemon.

#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/base/result.h"

namespace latchkey::host {

/// What a tenant may ask of the engine thread, in that thread only.
class Services {
 public:
  virtual ~Services() = default;
  /// Begins a negotiation; its end comes as Established or Failed. `request.local` is filled in. Errors: exhausted (a
  /// bound), malformed (no usable key), not_found (no route to the address), kernel, and what Engine::connect() says of
  /// proofs that are of no use.
  virtual base::Result<api::SessionId> negotiate(api::ConnectRequest request, base::TimePoint now) = 0;
  /// Clients may come from now on. Errors: as Engine::serve().
  virtual base::Result<void> serve(const api::ResponderConfig& responder) = 0;
  virtual void close(api::SessionId session, base::TimePoint now) = 0;
  virtual base::Result<api::ChildCounters> counters(api::SessionId session) = 0;
  /// Traffic to `remote` is in a tunnel or blocked, at least until `until`. A later call replaces an earlier one.
  virtual void hold_guard(const base::Address& remote, base::TimePoint until) = 0;
  /// Ends that, at once or with the last tunnel to `remote`.
  virtual void release_guard(const base::Address& remote) = 0;
  /// Whether the address is one of this host's.
  virtual bool is_own(const base::Address& address) const = 0;
  virtual api::EngineStats stats() const = 0;
  /// Clients whose first message is answered and whose proof has not come.
  virtual std::size_t half_open_clients() const = 0;
};

/// Somebody on the engine thread. All of it is called from that thread.
class Tenant {
 public:
  virtual ~Tenant() = default;
  /// The first call, once. `services` outlives all further ones.
  virtual void start(Services& services, base::TimePoint now) = 0;
  /// The last call, once: time to close sessions. The engine and the kernel's state go after it.
  virtual void stop(base::TimePoint now) = 0;
  /// Becomes readable when there is something to do; woken() empties it.
  virtual int wake_fd() const = 0;
  virtual void woken(base::TimePoint now) = 0;
  virtual void event(const api::Event& event, base::TimePoint now) = 0;
  /// Everything that was due at or before `now`.
  virtual void expire(base::TimePoint now) = 0;
  virtual base::TimePoint next_deadline() const = 0;
  /// Links or addresses have changed.
  virtual void network_changed(base::TimePoint now) = 0;
  /// One request of the control socket, a line of JSON; the reply is one as well. Never fails: errors are replies.
  virtual std::string control(std::string_view request, base::TimePoint now) = 0;
};

}  // namespace latchkey::host
