#pragma once
// IKEv2 as a value machine: datagrams and time go in, datagrams and decisions come out.

#include <memory>

#include "ike-engine/api/ports.h"
#include "ike-engine/api/types.h"

namespace latchkey::api {

/// One engine. Single-threaded, without clock, sockets or global state: two engines in one test are two hosts.
class Engine {
 public:
  /// `random` and `kernel` outlive the engine.
  Engine(EngineConfig config, Random& random, Kernel& kernel);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// From now on clients may come, too, as `responder` says; it may be called again, and what is established stays.
  /// Errors: malformed, weak, unsupported (a key, secret or certificate that is of no use: the text says which),
  /// mismatch (no identity). On an error all stays as it was.
  base::Result<void> serve(const ResponderConfig& responder);
  /// What the wall clock says from now on: seconds since 1970 are `now` of the other calls plus this. Certificates are
  /// valid by it. Told again whenever it may have been set; without it they are judged as if in 1970.
  void set_wall_clock(base::Duration unix_offset);
  /// Begins IKE_SA_INIT. The outcome comes as Established or Failed. Errors: exhausted (a bound), malformed (no usable
  /// key), unsupported (a gateway of the other family, or in transport mode).
  base::Result<SessionId> connect(const ConnectRequest& request, base::TimePoint now);
  /// Ends a session: DELETE is sent if there is an IKE SA, kernel state goes. Unknown ids are ignored.
  void close(SessionId session, base::TimePoint now);
  /// A datagram from the network, without non-ESP marker. Never fails: what is wrong is counted, answered or ignored.
  void receive(base::Bytes datagram, const Path& path, base::TimePoint now);
  /// What the kernel says of an SA: its child is rekeyed, or, when it is gone already, given up. O(number of IKE SAs).
  /// Ignored if it is none of ours.
  void expired(const Expired& what, base::TimePoint now);
  /// Lets time pass: everything that was due at or before `now` happens.
  void expire(base::TimePoint now);
  /// When expire() has to be called next; kNever if never. O(log n) or better.
  base::TimePoint next_deadline() const;
  /// Takes what has come forth since the last call.
  Output take_output();

  EngineStats stats() const;
  /// Traffic of an established session. Errors: not_found, kernel.
  base::Result<ChildCounters> counters(SessionId session);
  std::size_t sessions() const;
  std::size_t half_open() const;
  /// Clients whose IKE_SA_INIT is answered and whose IKE_AUTH has not come.
  std::size_t half_open_clients() const;
  /// Inner addresses that clients hold.
  std::size_t leases() const;
  /// All IKE SAs, those too that only wait for the answer to their DELETE: at most 2 * max_sessions of them stay.
  std::size_t ike_sas() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::api
