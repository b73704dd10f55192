#pragma once
// A server, its clients and others in virtual time, and the network between them: NATs, addresses that change, somebody
// in the server's place. No clock, no socket, no waiting.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "tests/sim/pair.h"

namespace latchkey::sim {

/// Which of the town's hosts: 0 is the server, then the clients, at last who poses as the server.
using Number = std::size_t;
inline constexpr Number kServer = 0;

struct Resident {
  Resident(std::uint64_t seed, Number number, api::EngineConfig config, std::string_view address);

  /// Begins with an engine that knows nothing but what day it is.
  void start();
  /// Its address as the others see it.
  const base::Address& seen_at() const { return nat ? nat->address : host.address; }

  Number number;
  Host host;
  /// What the network sees in place of its address: port 500 is this port, 4500 the next one.
  std::optional<base::Endpoint> nat;
};

/// A datagram as the network has it.
struct Parcel {
  base::Endpoint from, to;
  bool nat_port = false;
  base::Buffer bytes;
};

/// Who wants to know what happens.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void sent(const Resident& from, const Parcel& parcel) = 0;
  virtual void arrives(const Resident& to, const Parcel& parcel) = 0;
  virtual void says(const Resident& who, const api::Event& event) = 0;
  /// The weather has done something to a parcel.
  virtual void weathers(std::string_view what) = 0;
  /// An engine has been called and what it brought forth is told. `expired`: by expire().
  virtual void stepped(const Resident& who, bool expired) = 0;
};

class Town {
 public:
  Town(std::uint64_t seed, Watcher& watcher) : dice_(seed ^ 0x5eed), watcher_(watcher) {}

  /// Its number is the number of those who are there already.
  Resident& add(std::uint64_t seed, api::EngineConfig config, std::string_view address);
  Resident& at(Number number) { return *residents_[number]; }
  const Resident& at(Number number) const { return *residents_[number]; }
  std::size_t size() const { return residents_.size(); }

  /// Takes what an engine has brought forth; after a call of one of its functions.
  void collect(Resident& resident);
  /// Puts a parcel on the way, by way of the weather. Whoever sent it.
  void launch(const Parcel& parcel);
  /// Puts a parcel on the way that nothing happens to.
  void launch_safely(const Parcel& parcel, base::Duration latency);
  /// Whether ESP of this child of `from` comes to the resident `to`.
  bool carries(Number from, const api::ChildSa& child, Number to);
  /// Lets one thing happen, and the time come for it: false if nothing does before `until`, which it is then.
  bool step(base::TimePoint until);
  /// From `client`'s address the server's is this resident's from now on, or the server's own again.
  void divert(Number client, std::optional<Number> to);

  Weather weather;
  bool silent = false;  ///< nothing gets through
  base::TimePoint now{std::chrono::hours(1)};
  /// The last parcels that went by, for those who listen.
  std::vector<Parcel> overheard;

 private:
  Resident* owner_of(const Parcel& parcel, api::Path& path);
  void arrive(const Parcel& parcel);
  void expire();
  base::TimePoint next_deadline() const;
  void overhear(const Parcel& parcel);

  support::SeededRandom dice_;
  Watcher& watcher_;
  std::vector<std::unique_ptr<Resident>> residents_;
  /// `number`: it was sent after those with lower ones; a copy has its original's. 0: no weather for it.
  struct Flight {
    Parcel parcel;
    std::uint64_t number = 0;
  };
  void note_overtaken(const Flight& flight);

  std::multimap<base::TimePoint, Flight> flying_;
  std::uint64_t launched_ = 0;
  std::map<std::pair<base::Address, base::Address>, std::uint64_t> newest_;  ///< that has arrived, from and to
  std::map<Number, Number> diverted_;
  std::size_t next_overheard_ = 0;
};

/// Whose kernel has given out the SPI.
Number owner_of(base::Spi spi);

}  // namespace latchkey::sim
