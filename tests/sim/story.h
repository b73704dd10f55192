#pragma once
// A plot comes to pass: two engines or more and a network in virtual time, what must hold checked at every step, and
// all of it written down.

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "tests/sim/census.h"
#include "tests/sim/forgeries.h"
#include "tests/sim/invariants.h"
#include "tests/sim/plot.h"
#include "tests/sim/town.h"
#include "tests/sim/wire_watch.h"

namespace latchkey::sim {

/// What has come of a story.
struct Ending {
  std::string broken;  ///< the first invariant that did not hold, "name: what"; "" if all did
  std::string text;    ///< the whole story: who is there, then a line for each thing that happened
  Happenings happened;
};

/// Plays what the seed says, then a time of calm in which both sides have to agree, then everybody's end. The same for
/// the same seed.
Ending tell(std::uint64_t seed);

class Story : private Watcher {
 public:
  explicit Story(Plot plot);
  Ending play();

 private:
  void sent(const Resident& from, const Parcel& parcel) override;
  void arrives(const Resident& to, const Parcel& parcel) override;
  void says(const Resident& who, const api::Event& event) override;
  void weathers(std::string_view what) override;
  void stepped(const Resident& who, bool expired) override;

  void run_until(base::TimePoint until);
  void act(const Act& act);
  void connect(Number who);
  void close(Number who);
  void turn_out(std::uint64_t dice);
  void crash(Number who);
  void restart(Number who);
  void rebind(Number who);
  void move(Number who, std::uint64_t dice);
  void replay(std::uint64_t dice);
  void meddle(std::uint64_t dice);
  void flood(std::uint64_t dice);
  void wear_out(Number who, std::uint64_t dice);
  void wear_out(Number who, const api::ChildSa& child, bool hard);
  void collide(Number who, std::uint64_t dice);
  void talk(Number who, std::uint64_t dice);
  void carry(Number who, std::uint64_t packets);
  void fail(Number who, std::uint64_t dice);
  void relent(Number who);
  void serve();
  void watch_kernel(Number who);
  void note_tunnel(const Resident& client, const api::Established& event);
  void serve_again(std::uint64_t dice);
  void swap(Number who, std::uint64_t dice);
  void forge(const Parcel& parcel);
  Parcel forgery_of(const Parcel& parcel, Opening opening);
  void calm_down();
  void be_heard();
  void reconnect();
  void renew();
  void check_path(Number who);
  void part();

  const Role& role(Number who) const { return plot_.clients[who - 1]; }
  void after(Number who);
  template <class... Parts>
  void note(fmt::format_string<Parts...> format, Parts&&... parts) {
    const auto since = town_.now - base::TimePoint(std::chrono::hours(1));
    fmt::format_to(std::back_inserter(ending_.text), "{:9.3f} ", static_cast<double>(since.count()) / 1e6);
    fmt::format_to(std::back_inserter(ending_.text), format, std::forward<Parts>(parts)...);
    ending_.text += '\n';
  }

  static constexpr base::Duration kPatienceWithConnect = std::chrono::seconds(25);

  Plot plot_;
  Ending ending_;
  Town town_;
  Invariants invariants_;
  WireWatch wire_;
  support::SeededRandom dice_;  ///< the forgers'
  std::map<Number, api::SessionId> session_;
  std::map<Number, std::uint64_t> forgers_;  ///< who waits for a client's next first messages
  Reading reading_ = Reading::as_ever;       ///< of the server's configuration
  std::map<Number, std::size_t> refused_;    ///< by each kernel so far
  std::size_t steps_ = 0;
};

}  // namespace latchkey::sim
