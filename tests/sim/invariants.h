#pragma once
// What must hold at every step of a story, whatever the network and the hosts do. tests/sim/mutants/ has a planted bug
// for each.
//
//   agreement       a child that is alive on both sides is the same on both; one without its mate does not live on
//                   longer than Plot::patience()
//   keys            no key serves two SPIs
//   authentication  nobody has a child whose peer has not proven who it is
//   reached         the server has no child for an address where nothing that it said has arrived
//   bounds          tables stay within what the configuration says
//   holder          an inner address has one session
//   ended           a session that is over has no child, and nothing is said of it any more
//   timers          who has something to wait for has a deadline, and none is left behind

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
  void crashed(Number who) { hosts_[who].sessions.clear(); }
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

 private:
  using Installed = support::FakeKernel::Installed;
  struct SessionStory {
    base::TimePoint deadline = base::kNever;
    bool up = false;
    bool over = false;
    std::set<base::Spi> children;  ///< all that it ever had
    base::Spi current;
    base::Address inner;
  };
  struct HostStory {
    std::size_t seen = 0;           ///< children looked at, of the kernel's list
    std::vector<std::size_t> live;  ///< of them
    std::map<base::Spi, base::TimePoint> alone_since;
    std::map<api::SessionId, SessionStory> sessions;
  };
  /// Who poses as the server is nobody's peer.
  bool is_outsider(Number who) const { return who > plot_.clients.size(); }
  bool may_have_children(Number who, Number peer) const;
  void look_at_new_children(Number who);
  void check_key(const base::SecretBytes& key, base::Spi spi);
  const Installed* mate_of(Number who, const Installed& child) const;
  void check_pairs(Number who);
  void check_bounds(Number who);
  void check_timers(Number who, bool expired);
  void check_sessions(Number who);
  void check_holders();
  void established(Number who, const api::Established& event);

  const Plot& plot_;
  const Town& town_;
  std::map<Number, HostStory> hosts_;
  std::map<base::Buffer, base::Spi> keys_;
  std::set<base::Address> reached_;
  std::string broken_;
};

/// How a client is called in IDi and in the server's rules: "laptop1.example".
std::string name_of(Number client);

}  // namespace latchkey::sim
