#pragma once
// The peers: which address has a tunnel, who waits for one, what failed. On the engine thread; no clock and no I/O.

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/config.h"
#include "host/log.h"
#include "host/tenant.h"
#include "unbound-module/budget.h"
#include "unbound-module/failed_peers.h"
#include "unbound-module/held_questions.h"
#include "unbound-module/leases.h"
#include "unbound-module/refusals.h"
#include "unbound-module/want.h"

namespace latchkey::unbound {

/// Times and bounds; peers_config() takes those that the operator may set from the configuration.
struct PeersConfig {
  base::Duration failed_first = std::chrono::seconds(5);
  base::Duration failed_max = std::chrono::seconds(300);
  std::size_t max_peers = 10000;
  std::size_t max_half_open = 1000;
  std::size_t max_waiting = 10000;  ///< questions; the wants of so many wait at most, and half of a client's
  std::size_t max_failed = 10000;
  Budget::Limits budget;
  Leases::Limits leases;
  std::vector<host::Cidr> allow_private;
  /// When those who wait are told that the peer does not answer. The negotiation goes on in the background.
  base::Duration answer_after = std::chrono::milliseconds(3800);
  base::Duration give_up_after = std::chrono::seconds(10);
  base::Duration lifetime = std::chrono::hours(1);   ///< of a tunnel, as the engine has it
  base::Duration idle = std::chrono::minutes(15);    ///< without leases and traffic: the tunnel goes
  base::Duration guard_cap = std::chrono::hours(1);  ///< a lost tunnel's guard ends by then
  base::Duration linger = std::chrono::seconds(5);   ///< of a tunnel that another has replaced: packets are under way
};
PeersConfig peers_config(const host::Config& config);

/// An outcome and whom it is for.
struct Outcome {
  WorkerId worker;
  Done done;
};

/// What `latchkeyctl status` shows of a tunnel.
struct TunnelView {
  base::Address address;
  std::vector<std::string> names;
  api::Established agreed;
  KeyDigest key{};  ///< of the key that was proven
  bool verified = true;
  base::Duration took{};  ///< the negotiation
  base::Duration age{};
  base::Duration lease_left{};  ///< until the last TTL given out ends; 0 if all have
  std::optional<api::ChildCounters> counters;
  std::optional<base::Address> gateway = {};  ///< by which the address is reached; none: directly
};
struct NegotiationView {
  std::string name;  ///< of the first who asked
  base::Duration since{};
  std::size_t waiting = 0;
};
struct FailureView {
  base::Address address;
  std::string reason;
  unsigned times = 0;
  base::Duration left{};
};

/// Everything about one address.
struct PeerView {
  base::Address address;
  std::optional<TunnelView> tunnel;
  std::optional<NegotiationView> negotiation;
  std::vector<FailureView> failures;  ///< by key set
  base::Duration in_clear{};          ///< for so long no short attempt is made: it was given out in clear
};

class Peers {
 public:
  /// `engine` and `log` outlive the peers. `key` is random.
  Peers(PeersConfig config, host::Services& engine, const host::Log& log, const HashKey& key);

  /// Sooner or later there is an Outcome for each want that is not forgotten.
  void want(Want want, base::TimePoint now);
  void forget(WorkerId worker, Ticket ticket);
  /// A worker is gone, with all its wants.
  void forget_all(WorkerId worker);
  void event(const api::Event& event, base::TimePoint now);
  void expire(base::TimePoint now);
  base::TimePoint next_deadline() const;
  /// The address was given out in clear for `ttl_s` seconds: no opportunistic tunnel until then, which would break
  /// connections in mid-flow. Secure keys are not held back by it.
  void released_in_clear(const base::Address& address, std::uint32_t ttl_s, base::TimePoint now);
  /// The name has no key any more: tunnels, negotiations of lost ones and guards that only it had end. O(tunnels).
  void key_removed(const std::string& name, base::TimePoint now);
  void network_changed();
  /// Questions were refused before they wished for an address: they are counted and told with the others.
  void turned_away(const Turned& turned, base::TimePoint now) { refusals_.note(turned, now); }
  /// From now on; what was decided stays.
  void configure(PeersConfig config);
  /// The end: says goodbye to every peer. Nothing but the destructor may follow.
  void close_all(base::TimePoint now);
  /// Takes what has been decided since the last call, in order.
  std::vector<Outcome> take_outcomes();
  /// Takes the names that held a lease on a tunnel that has gone since the last call.
  std::vector<std::string> take_stale() { return std::exchange(stale_, {}); }

  std::vector<TunnelView> tunnels(base::TimePoint now);
  std::vector<FailureView> failures(base::TimePoint now) const;
  PeerView peer(const base::Address& address, base::TimePoint now);
  /// The addresses of the tunnels on which a name (its text as of name_text()) holds a lease.
  std::vector<base::Address> leased_to(const std::string& name, base::TimePoint now) const;
  std::size_t negotiating() const { return rounds_; }
  std::size_t waiting() const { return tickets_.size(); }
  /// How many wants were refused at this bound; all of them had the verdict `limit`.
  std::uint64_t refused(Bound bound) const { return refusals_.count(bound); }
  /// How many wants had this outcome.
  std::uint64_t count(Verdict verdict) const { return counts_[static_cast<std::size_t>(verdict)]; }

 private:
  /// Whose keys are tried first: those of names that DNSSEC vouches for never wait for others', nor mix with them.
  enum class Rank : std::uint8_t { verified, unverified, attempt };

  struct Waiter {
    Want want;
    KeySet keys;
    Rank rank{};
    bool in_round = false;
    base::TimePoint answer_at;
  };
  /// One negotiation. It tries the keys of all who wait when it begins; who comes later joins if its set is among them.
  struct Round {
    api::SessionId session;
    Rank rank{};
    std::vector<KeySet> sets;
    std::string name;  ///< of the first, for the log
    base::TimePoint started, answer_at;
    std::optional<Payer> payer;  ///< none: a lost tunnel comes back

    /// By which gateway; it is that of all its sets.
    const std::optional<base::Address>& gateway() const { return sets.front().gateway(); }
    /// With whom IKE is spoken.
    const base::Address& outer(const base::Address& address) const { return gateway() ? *gateway() : address; }
  };
  struct Tunnel {
    api::Established agreed;
    KeyDigest key{};  ///< that was proven
    std::optional<base::Address> gateway;
    bool verified = true;
    base::TimePoint since, last_use, next_check;
    base::Duration took{};
    Leases leases;
    std::uint64_t packets = 0;
    std::shared_ptr<std::atomic<bool>> live = std::make_shared<std::atomic<bool>>(true);
    std::shared_ptr<std::atomic<bool>> kept = std::make_shared<std::atomic<bool>>(true);  ///< Done::kept
  };
  /// A tunnel that another has replaced.
  struct Retired {
    api::SessionId session;
    base::TimePoint until;
  };
  /// What names were released for on a tunnel that is gone, as long as its guard keeps the address for them.
  struct Lost {
    Leases leases;
    base::TimePoint until;
  };
  struct Peer {
    std::optional<Tunnel> tunnel;
    std::optional<Lost> lost;  ///< never beside a tunnel
    std::optional<Round> round;
    std::optional<Retired> retired;
    std::vector<Waiter> waiting;  ///< while there is a tunnel: only who may have it replaced
    base::TimePoint next = base::kNever;
  };
  using PeerMap = std::unordered_map<base::Address, Peer>;
  using TicketId = std::pair<std::uint32_t, std::uint64_t>;
  /// Where a want waits, and whose place among all that wait it takes.
  struct Place {
    base::Address address;
    std::optional<base::Address> client;
  };

  static Rank rank_of(const Want& want);
  static bool joins(const std::optional<Round>& round, Rank rank, const KeySet& keys);
  static bool is_crowded(const Peer& peer);
  bool refuse_at_once(const Want& want);
  bool refuse_negotiation(const Want& want, const KeySet& keys, base::TimePoint now);
  bool may_replace(const Tunnel& tunnel, const Want& want, const KeySet& keys, base::TimePoint now) const;
  bool use_tunnel(const base::Address& address, Peer& peer, const Want& want, const KeySet& keys, base::TimePoint now);
  void wait_for_round(const base::Address& address, Peer& peer, Want want, KeySet keys, base::TimePoint now);
  bool serve_waiting(const base::Address& address, Peer& peer, base::TimePoint now);
  void begin_round(const base::Address& address, Peer& peer, base::TimePoint now);
  void enlist(Peer& peer, Round& round, std::vector<api::DnsKey>& keys);
  bool connect(const base::Address& address, Peer& peer, Round& round, const std::vector<api::DnsKey>& keys,
               base::TimePoint now);
  std::optional<Bound> pay(const base::Address& address, const Peer& peer, Round& round, base::TimePoint now);
  void refuse_round(Peer& peer, Bound bound, base::TimePoint now);
  void refuse(const Want& want, Bound bound, base::TimePoint now);
  void end_round(Peer& peer);
  void refuse_other_key(const base::Address& address, const Want& want);
  bool is_promised_otherwise(Peer& peer, const Want& want, const KeySet& keys, base::TimePoint now) const;
  void refuse_promised_otherwise(const base::Address& address, Peer& peer, base::TimePoint now);
  void abandon_round(const base::Address& address, Peer& peer, base::TimePoint now);
  void fail_round(const base::Address& address, Peer& peer, const std::string& reason, base::TimePoint now);
  void established(const base::Address& address, Peer& peer, const api::Established& agreed, base::TimePoint now);
  void rekeyed(Peer& peer, const api::Rekeyed& fresh, base::TimePoint now);
  void down(const base::Address& address, Peer& peer, const api::Down& lost, base::TimePoint now);
  void guard_lost(const base::Address& address, Peer& peer, const Tunnel& tunnel, base::TimePoint now);
  void call_back(Tunnel& tunnel);
  Tunnel end_tunnel(Peer& peer);
  void drop_tunnel(const base::Address& address, Peer& peer, base::TimePoint now);
  void drop_without_guard(const base::Address& address, Peer& peer, const std::string& name, base::TimePoint now);
  void retire_tunnel(Peer& peer, base::TimePoint now);
  void end_retired(Peer& peer, base::TimePoint now);
  void revive(const base::Address& address, Peer& peer, const Tunnel& lost, base::TimePoint now);
  void expire_waiters(const base::Address& address, Peer& peer, base::TimePoint now);
  void check_idle(const base::Address& address, Peer& peer, base::TimePoint now);
  void lease(const base::Address& address, Tunnel& tunnel, const Want& want, const KeySet& keys, base::TimePoint now);
  void remember(const base::Address& address, const Waiter& waiter, const std::string& reason, base::TimePoint since,
                base::TimePoint now);
  TunnelView view(const base::Address& address, const Tunnel& tunnel, base::TimePoint now);
  void give_up_place(TicketId ticket);
  void answer(const Want& want, Verdict verdict, std::string reason, std::uint32_t lease_left_s = 0, Live live = {},
              Live kept = {});
  void schedule(const base::Address& address, Peer& peer, base::TimePoint at);
  void reschedule(const base::Address& address, Peer& peer);
  void erase_if_empty(const base::Address& address);

  PeersConfig config_;
  host::Services& engine_;
  const host::Log& log_;
  PeerMap peers_;
  std::unordered_map<api::SessionId, base::Address> sessions_;
  std::map<TicketId, Place> tickets_;
  HeldQuestions waiting_;
  std::set<std::pair<base::TimePoint, base::Address>> deadlines_;
  FailedPeers failed_;
  Budget budget_;
  Refusals refusals_;
  /// Addresses that were released in clear, until their TTL ends. Bounded by max_failed; when full the first to end
  /// goes.
  std::map<base::Address, base::TimePoint> in_clear_;
  std::set<std::pair<base::TimePoint, base::Address>> in_clear_ends_;
  std::size_t rounds_ = 0;
  std::array<std::uint64_t, 5> counts_{};
  std::vector<Outcome> outcomes_;
  std::vector<std::string> stale_;
};

}  // namespace latchkey::unbound
