#pragma once
// Two engines in virtual time, a client and a server, and a network between them that loses, repeats, reorders and
// corrupts as a seed says. No clock, no socket, no waiting.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ike-engine/api/engine.h"
#include "ike-engine/crypto/signature.h"
#include "tests/sim/weather.h"
#include "tests/support/dns_key.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/seeded_random.h"

namespace latchkey::sim {

using support::dns_key_of;

/// A keep-alive: for the NAT, the peer does not see it.
struct Kept {
  base::TimePoint at;
  api::Datagram datagram;
};

/// One of the two: its engine and what came of it.
struct Host {
  Host(std::uint64_t seed, api::EngineConfig config, std::string_view address);

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

  base::Address address;
  support::SeededRandom random;
  support::FakeKernel kernel;
  std::optional<api::Engine> engine;  ///< none after a crash
  api::EngineConfig config;
  std::vector<Timed> events;
  std::vector<api::Datagram> sent;  ///< in order
  std::vector<Kept> keepalives;
};

struct PairConfig {
  std::uint64_t seed = 1;
  Weather weather;
  api::EngineConfig client, server;
  std::string client_address = "192.0.2.1";
  std::string server_address = "198.51.100.7";
  /// Not empty: a NAT stands before the client, which the server sees at this address and port.
  std::string nat_address = {};
  std::uint16_t nat_port = 40000;
};

class Pair {
 public:
  explicit Pair(PairConfig config = {});

  /// The server's identity is `key`; it takes anonymous clients, and others as `peers` says.
  void serve(const crypto::PrivateKey& key, std::vector<api::PeerProof> peers = {});
  void serve(const api::ResponderConfig& responder);
  /// Connects to the server, whose raw keys are `keys`. The deadline is counted from now.
  api::SessionId connect(std::vector<api::DnsKey> keys, base::Duration deadline = std::chrono::seconds(30));
  api::SessionId connect(api::ConnectRequest request);
  /// A request without proofs, which the caller fills in.
  api::ConnectRequest request(base::Duration deadline = std::chrono::seconds(30)) const;

  /// Lets time pass until `duration` is over.
  void run(base::Duration duration);
  /// Lets time pass until the client says Established or Failed, at most `limit`. Whether it did.
  bool settle(base::Duration limit = std::chrono::seconds(120));
  /// Takes what an engine has brought forth; after a call of one of its functions.
  void collect(Host& host);
  /// Puts a datagram on the way to `host`, as from the other.
  void inject(Host& to, const api::Datagram& datagram);
  /// Loses everything that is under way.
  void drop_all() { flying_.clear(); }

  PairConfig config;
  Host client;
  Host server;
  base::TimePoint now{std::chrono::hours(1)};
  /// Called before a datagram flies: false loses it.
  std::function<bool(const Host& from, const api::Datagram&)> filter;

 private:
  struct Flight {
    Host* to = nullptr;
    api::Datagram datagram;
  };
  bool step(base::TimePoint until);
  void launch(Host& from, const api::Datagram& datagram);
  api::Path arriving(const Host& to, const api::Path& sent) const;
  base::TimePoint next_deadline() const;

  support::SeededRandom dice_;
  std::multimap<base::TimePoint, Flight> flying_;
};

/// Both kernels hold the same live children. "" or what differs.
std::string compare_kernels(const support::FakeKernel& client, const support::FakeKernel& server);

}  // namespace latchkey::sim
