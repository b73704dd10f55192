#pragma once
// A plot comes to pass: two engines or more and a network in virtual time, what must hold checked at every step, and
// all of it written down.

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

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
  std::size_t established = 0, rekeyed = 0, down = 0, failed = 0;  ///< as the engines said
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
  void forge(const Parcel& parcel);
  Parcel forgery_of(const Parcel& parcel, Opening opening);
  void calm_down();
  void reconnect();
  void part();

  const Role& role(Number who) const { return plot_.clients[who - 1]; }
  void after(Number who);
  template <class... Parts>
  void note(fmt::format_string<Parts...> format, Parts&&... parts);

  Plot plot_;
  Ending ending_;
  Town town_;
  Invariants invariants_;
  WireWatch wire_;
  support::SeededRandom dice_;  ///< the forgers'
  std::map<Number, api::SessionId> session_;
  std::map<Number, std::uint64_t> forgers_;  ///< who waits for a client's next first messages
  std::size_t steps_ = 0;
};

}  // namespace latchkey::sim
