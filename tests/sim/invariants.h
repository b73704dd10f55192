#pragma once
// What must hold at every step of a story, whatever the network and the hosts do. tests/sim/mutants/ has a planted bug
// for each; its runner reads this list.
//
//   agreement       a child that is alive on both sides is the same on both; one without its mate does not live on
//                   longer than Plot::patience()
//   keys            no key serves two SPIs
//   authentication  nobody has a child whose peer has not proven who it is, as the configuration in force wants it
//   reached         the server has no child for an address where nothing that it said has arrived
//   bounds          tables stay within what the configuration says
//   holder          an inner address has one session (and the one that takes its place, until its client is heard), and
//                   who has no name takes it from nobody who has one
//   leases          what is leased is of a pool, and as many addresses are leased as sessions have one
//   ended           a session that is over has no child, and nothing is said of it any more
//   timers          who has something to wait for has a deadline, and none is left behind
//   guard           a child that its owner has not closed leaves the guard in place when it goes
//   reqid           who takes a child's place takes its reqid
//   sending         a session that is up has a child that packets go out by
//   age             no child outlives its lifetime, no IKE SA its own
//   liveness        nobody sends for long to a peer that has forgotten all
//   renewal, path   at the end all that is up can be rekeyed, also where a NAT has just moved the client
//   idle            a session ends for want of traffic if there is none, and only then
//   convergence     at the end whoever may have a tunnel gets one, and nobody else
//   left            when all have closed their sessions, nothing is left of them
//
// And of what an onlooker sees (wire_watch.h):
//
//   window          one request at a time, each with the next message ID; copies are copies
//   iv              no IV serves two messages
//   wire            what is no IKE_SA_INIT is protected, but for short answers to who is unknown

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/plot.h"
#include "tests/sim/town.h"

namespace latchkey::sim {

class Invariants {
 public:
  Invariants(const Plot& plot, const Town& town) : plot_(plot), town_(town) {}

  /// A client has begun a session.
  void began(Number who, api::SessionId session, base::TimePoint deadline);
  void says(Number who, const api::Event& event);
  /// Something of the server's has arrived at this address.
  void reached(const base::Address& address) { reached_.insert(address); }
  void stepped(Number who, bool expired);
  /// The engine has crashed: it owes nothing any more.
  void crashed(Number who);
  /// The server has this configuration now.
  void serves(const api::ResponderConfig& config) { in_force_ = config_of(config); }
  /// Packets have gone out by this child of the kernel's list. `arrived`: and come in by its other end.
  void carried(Number who, std::size_t index, bool arrived);
  /// Nothing is alive on one side only: after a time of calm. Clients all have what they want if `up`.
  void check_agreement();
  /// All sessions have been closed, and it is long ago.
  void check_nothing_left(Number who);
  /// The first that was broken, "name: what"; "" as long as all hold.
  const std::string& broken() const { return broken_; }
  void fail(std::string what) {
    if (broken_.empty()) broken_ = std::move(what);
  }
  /// The session is established and not over.
  bool is_up(Number who, api::SessionId session) const;
  /// Sessions that are established and not over.
  std::vector<api::SessionId> up(Number who) const;
  /// The server has as many sessions that began at this address as it may.
  bool is_full(const base::Address& address) const;

 private:
  using Installed = support::FakeKernel::Installed;
  struct SessionStory {
    base::TimePoint deadline = base::kNever;
    bool up = false;
    bool over = false;
    base::TimePoint since{};  ///< up
    base::TimePoint ended{};
    std::set<base::Spi> children;  ///< all that it ever had
    base::Spi current;
    base::Address inner;
    bool leased = false;
    api::ProofKind proof = api::ProofKind::anonymous;
    std::string peer;
    base::Address began_at;     ///< the peer's address, which may be another one by now
    base::TimePoint traffic{};  ///< the last, or its beginning
  };
  struct ChildStory {
    base::TimePoint installed{};
    base::TimePoint into_a_hole = base::kNever;  ///< since when packets go to who has forgotten it
  };
  struct HostStory {
    std::size_t seen = 0;                        ///< children looked at, of the kernel's list
    std::vector<std::size_t> live;               ///< of them
    std::map<std::size_t, ChildStory> children;  ///< of the same
    std::map<base::Spi, base::TimePoint> alone_since;
    std::map<api::SessionId, SessionStory> sessions;
    base::TimePoint born{};  ///< when its engine has last forgotten all
    bool closes = false;     ///< a session was closed in this step
  };
  /// What of a ResponderConfig matters here.
  struct InForce {
    std::set<api::ProofKind> proofs;
    std::vector<api::AddressPool> pools;
  };
  static InForce config_of(const api::ResponderConfig& config);
  /// Who poses as the server is nobody's peer.
  bool is_outsider(Number who) const { return who > plot_.clients.size(); }
  bool may_have_children(Number who, Number peer) const;
  void look_at_new_children(Number who);
  void check_key(const base::SecretBytes& key, base::Spi spi);
  const Installed* mate_of(Number who, const Installed& child) const;
  void check_pairs(Number who);
  void check_bounds(Number who);
  void check_crowds();
  std::map<base::Address, std::size_t> crowds() const;
  void check_timers(Number who, bool expired);
  void check_sessions(Number who);
  void check_holders();
  void established(Number who, const api::Established& event);
  void admitted(const api::Established& event);
  void down(Number who, const api::Down& event);
  void rekeyed(Number who, const api::Rekeyed& event);
  void check_leases();
  void check_departed(Number who, std::size_t index);
  void check_sending(Number who);
  void check_ages(Number who);
  void check_idle();
  SessionStory* session_of(Number who, base::Spi spi_in);

  const Plot& plot_;
  const Town& town_;
  std::map<Number, HostStory> hosts_;
  std::map<base::Buffer, base::Spi> keys_;
  InForce in_force_;
  std::set<base::Address> reached_;
  base::TimePoint uncounted_{};  ///< when the server's kernel last could not count
  std::string broken_;
};

/// How a client is called in IDi and in the server's rules: "laptop1.example".
std::string name_of(Number client);

}  // namespace latchkey::sim
