#pragma once
// IKEv2 as a value machine: datagrams and time go in, datagrams and decisions come out.

#include <memory>

#include "ike-engine/api/ports.h"
#include "ike-engine/api/types.h"

namespace latchkey::api {

/// What is offered and how patient we are. All durations in microseconds (base::Duration).
struct EngineConfig {
  std::vector<IkeSuite> ike;  ///< in order of preference; empty: the defaults of policy/
  std::vector<EspSuite> esp;
  bool encapsulate = true;    ///< always UDP-encapsulate (DESIGN.md "Kernel"); false: native ESP unless a NAT is there
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
  std::uint16_t peer_ike_port = 500;
  std::uint16_t peer_nat_port = 4500;
  std::size_t max_sessions = 10000;
  std::size_t max_half_open = 1000;
  base::Duration first_retransmit = std::chrono::milliseconds(500);
  unsigned max_retransmits = 6;
  base::Duration lifetime = std::chrono::hours(1);       ///< of an IKE SA and its child: then a new one is made
  std::uint16_t fragment_size = 1200;                    ///< octets of IKE message, header included
};

/// Counters that only grow; each datagram that is not acted upon is counted in exactly one of the drops.
struct EngineStats {
  std::uint64_t received = 0, sent = 0, retransmitted = 0;
  std::uint64_t dropped_malformed = 0, dropped_unknown_sa = 0, dropped_bad_icv = 0, dropped_no_transition = 0,
      dropped_message_id = 0, dropped_limit = 0;
  std::uint64_t established = 0, failed = 0, down = 0;
};

/// One engine. Single-threaded, without clock, sockets or global state: two engines in one test are two hosts.
class Engine {
 public:
  /// `random` and `kernel` outlive the engine.
  Engine(EngineConfig config, Random& random, Kernel& kernel);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Begins IKE_SA_INIT. The outcome comes as Established or Failed. Errors: exhausted (a bound), malformed (no usable key).
  base::Result<SessionId> connect(const ConnectRequest& request, base::TimePoint now);
  /// Ends a session: DELETE is sent if there is an IKE SA, kernel state goes. Unknown ids are ignored.
  void close(SessionId session, base::TimePoint now);
  /// A datagram from the network, without non-ESP marker. Never fails: what is wrong is counted, answered or ignored.
  void receive(base::Bytes datagram, const Path& path, base::TimePoint now);
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

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::api
