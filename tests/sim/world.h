#pragma once
// Two hosts in virtual time: an engine with a kernel that keeps books, the test responder, and a network between them
// that loses, repeats, reorders and corrupts as a seed says. No clock, no socket, no waiting.

#include <map>
#include <string>
#include <vector>

#include "ike-engine/api/engine.h"
#include "tests/sim/weather.h"
#include "tests/support/dns_key.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/responder.h"
#include "tests/support/seeded_random.h"

namespace latchkey::sim {

using support::dns_key_of;

struct WorldConfig {
  std::uint64_t seed = 1;
  Weather weather;
  api::EngineConfig engine;
  std::string local = "192.0.2.1";
  std::string remote = "198.51.100.7";
};

class World {
 public:
  World(crypto::PrivateKey key, support::Behaviour behaviour, WorldConfig config = {});

  /// Connects with the responder's true key, or with `keys`. The deadline is counted from now.
  api::SessionId connect(base::Duration deadline = std::chrono::seconds(30), std::vector<api::DnsKey> keys = {});
  void close(api::SessionId session);
  /// Lets time pass until `duration` is over.
  void run(base::Duration duration);
  /// Lets time pass until Established or Failed is said, at most `limit`. Whether it was.
  bool run_until_settled(base::Duration limit = std::chrono::seconds(120));
  /// Takes what the engine has brought forth; after a call of one of its functions.
  void collect();
  /// Puts datagrams of the responder's on the network.
  void inject(const std::vector<api::Datagram>& from_responder);

  template <class Event>
  const Event* last() const {
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
      if (const auto* event = std::get_if<Event>(&it->event)) return event;
    }
    return nullptr;
  }
  template <class Event>
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& timed : events) n += std::holds_alternative<Event>(timed.event) ? 1u : 0u;
    return n;
  }
  /// How often the step was told.
  std::size_t steps(std::string_view step) const;
  base::Duration elapsed() const { return now - start; }

  WorldConfig config;
  support::SeededRandom random;
  support::SeededRandom dice;  ///< the network's own
  support::FakeKernel kernel;
  api::Engine engine;
  support::Responder responder;
  std::vector<Timed> events;
  std::vector<api::Datagram> sent;  ///< by the engine, in order
  base::TimePoint now{std::chrono::hours(1)};
  const base::TimePoint start = now;

 private:
  struct Flight {
    bool to_engine = false;
    api::Datagram datagram;
  };
  void launch(bool to_engine, const api::Datagram& datagram);
  void arrive(const Flight& flight);
  bool step(base::TimePoint until);

  std::multimap<base::TimePoint, Flight> flying_;
};

/// RFC 8032 section 7.1, TEST 1 to 3: secret keys.
crypto::PrivateKey ed25519_key(int test = 1);

/// Both sides hold the same child: SPIs, keys, suite, mode and encapsulation. "" or what differs.
std::string compare_children(const api::ChildSa& client, const api::ChildSa& server);

}  // namespace latchkey::sim
