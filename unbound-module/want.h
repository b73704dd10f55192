#pragma once
// The two small values between resolver workers and the engine thread, and the door between them.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/strong.h"
#include "ike-engine/base/time.h"
#include "unbound-module/bound.h"
#include "unbound-module/decision.h"

namespace latchkey::unbound {

/// Names one held question's wish for one address. Never reused; carries no pointer.
using Ticket = base::Strong<struct TicketTag, std::uint64_t>;
/// A resolver worker that can be told of outcomes; given out by Gate::add_worker().
using WorkerId = base::Strong<struct WorkerIdTag, std::uint32_t>;

/// On whose account a negotiation goes (security rule 5).
struct Payer {
  std::optional<base::Address> client;  ///< whoever has waited longest; none: the resolver asks for itself
  std::string owner;                    ///< of the address records, where the aliases end; canonical wire form
};

/// "I would release this address if its tunnel were up."
struct Want {
  Ticket ticket;
  WorkerId worker;
  std::string name;  ///< owner name, text form of ldns (escaped), without the final dot; for status and rule 3
  base::Address address;
  std::vector<api::DnsKey> keys;  ///< usable keys in order of precedence, at least one
  bool verified = true;           ///< address, alias links and key are all DNSSEC-secure ("unverified name" otherwise)
  std::uint32_t ttl_s = 0;        ///< the least of the records' TTLs: how long the answer may be used
  /// Not 0: the address is released in clear after that many milliseconds, or when this fails (action `attempt`). Then
  /// no tunnel may come up for it any more until its TTL has ended: it would break connections in mid-flow.
  std::uint32_t attempt_ms = 0;
  Payer payer{};
  std::optional<base::Address> gateway{};  ///< by which the address is reached (security rule 1); none: directly
  /// What else the name publishes for the address, for other gateways: not tried, but a tunnel may have proven it.
  std::vector<api::DnsKey> beside{};
};

enum class Verdict : std::uint8_t {
  up,         ///< the tunnel is up: release
  failed,     ///< negotiation failed now, or is remembered as failed
  forbidden,  ///< rule 4: no IKE to such an address
  conflict,   ///< rule 3: the address has a tunnel whose key this name does not publish
  limit,      ///< a bound was met
};

/// True until something goes. The engine thread alone writes it; anybody may look, at any time.
using Live = std::shared_ptr<const std::atomic<bool>>;

struct Done {
  Ticket ticket;
  Verdict verdict{};
  std::string reason;              ///< for log and EDE: one line, escaped, without the peer's octets
  std::uint32_t lease_left_s = 0;  ///< for `up`: what is left of the tunnel; caps the TTL
  Live live{};                     ///< for `up`: the tunnel (none: it never goes)
  /// For `up`: the word that the name will be in Stale when the tunnel goes, or sooner; a message may be cached as long
  /// as it is true. None: the name would not be there.
  Live kept{};
};

/// Whose messages are to leave the resolver's cache, since a tunnel has gone.
struct Stale {
  std::vector<std::string> names;  ///< as Want::name
  bool everything = false;         ///< more than there was room for
  bool any() const { return everything || !names.empty(); }
};

/// The door. Implemented by the engine thread's composition (gate.h) and, for replays, by a scripted synchronous one.
/// All of it may be called from any worker thread; none of it blocks.
class Gate {
 public:
  virtual ~Gate() = default;
  /// Registers a worker; its outcomes are queued and `eventfd` (returned by worker_fd) becomes readable.
  virtual WorkerId add_worker() = 0;
  virtual int worker_fd(WorkerId worker) const = 0;
  /// After this, outcomes for `worker` are dropped.
  virtual void remove_worker(WorkerId worker) = 0;
  virtual void want(Want want) = 0;
  /// The question is gone (clear()); its outcome is of no interest any more. Negotiation goes on.
  virtual void forget(WorkerId worker, Ticket ticket) = 0;
  /// At most `most` outcomes for `worker`, oldest first (bounded, so that a burst cannot starve the worker).
  virtual std::vector<Done> take(WorkerId worker, std::size_t most) = 0;
  /// A question of this client's is about to be held, for its key or for tunnels. False: there are too many, over all
  /// or on its worker, as that says by `on_worker`, and it is to be refused. `name` in wire form.
  virtual bool hold(base::Bytes name, const std::optional<base::Address>& client, std::optional<Bound> on_worker) {
    (void)name, (void)client;
    return !on_worker;
  }
  /// It is held no more. After hold(), once, with the same client.
  virtual void let_go(const std::optional<base::Address>& client) { (void)client; }
  /// At most `most` names; whichever worker comes first has them. Its fd is readable when there are any.
  virtual Stale take_stale(std::size_t most) {
    (void)most;
    return {};
  }
  /// Counts, logs and keeps a decision.
  virtual void decided(Decision decision) = 0;
  /// Tells of a step before the decision, for the log: "question", "ipseckey" and the like. `detail` is plain text of
  /// ours.
  virtual void observed(std::string_view event, const std::string& name, std::string_view detail) {
    (void)event, (void)name, (void)detail;
  }
  /// An address was given out although it has no tunnel (`unsigned: opportunistic`): a tunnel that comes up before
  /// `ttl_s` seconds are over would break connections in mid-flow.
  virtual void released_in_clear(const base::Address& address, std::uint32_t ttl_s) { (void)address, (void)ttl_s; }
  /// A name (as in Want) that had a key has none any more, by a secure denial: its tunnel ends, unless others use it.
  virtual void key_removed(const std::string& name) { (void)name; }
};

}  // namespace latchkey::unbound
