// What a negotiation costs the initiator: the real engine against the test responder, without network and kernel. Only
// the engine's calls are counted, in this thread's CPU time, and compared with the crypto floor in the same rounds.
// Prints one JSON object a line. Usage: engine_cpu [ROUNDS]

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>

#include "ike-engine/api/engine.h"
#include "tests/bench/crypto_floor.h"
#include "tests/bench/measure.h"
#include "tests/support/responder.h"

namespace latchkey::bench {
namespace {

/// Few enough to stay in the cache, as negotiations do that come one by one; enough to make the clock's own cost small.
constexpr std::size_t kBatch = 20;
constexpr std::size_t kRounds = 41;

/// `kBatch` negotiations side by side, each step of all of them measured as one.
class Batch {
 public:
  explicit Batch(const crypto::PrivateKey& key)
      : responder_(key, {}, crypto::random_fill), engine_({}, random_, kernel_), key_(responder_.dns_key()) {}

  /// Microseconds of CPU for each negotiation.
  double run() {
    std::vector<api::ConnectRequest> requests = make_requests();
    take_time([&] {
      for (const auto& request : requests) {
        if (!engine_.connect(request, now_)) std::abort();
      }
    });
    for (int exchange = 0; exchange < 2; ++exchange) {
      const std::vector<api::Datagram> replies = answer(output_.datagrams);
      take_time([&] {
        for (const auto& reply : replies) engine_.receive(reply.bytes, reply.path, now_);
      });
    }
    if (engine_.stats().established != kBatch) std::abort();
    return spent_ / static_cast<double>(kBatch);
  }

 private:
  std::vector<api::ConnectRequest> make_requests() const {
    std::vector<api::ConnectRequest> requests(kBatch);
    for (std::size_t i = 0; i < kBatch; ++i) {
      const std::array<std::uint8_t, 4> remote{198, 51, 100, static_cast<std::uint8_t>(i + 1)};
      requests[i].local = {*base::Address::parse("192.0.2.1"), 500};
      requests[i].remote = *base::Address::from_bytes(remote);
      requests[i].keys = {key_};
    }
    return requests;
  }

  std::vector<api::Datagram> answer(const std::vector<api::Datagram>& requests) {
    std::vector<api::Datagram> replies;
    for (const auto& request : requests) {
      const api::Path theirs{request.path.remote, request.path.local, request.path.nat_port};
      for (auto& reply : responder_.receive(request.bytes, theirs)) {
        replies.push_back({request.path, std::move(reply.bytes)});
      }
    }
    return replies;
  }

  template <class Work>
  void take_time(Work work) {
    const double before = cpu_microseconds();
    work();
    output_ = engine_.take_output();
    spent_ += cpu_microseconds() - before;
  }

  SystemRandom random_;
  NoKernel kernel_;
  support::Responder responder_;
  api::Engine engine_;
  api::DnsKey key_;
  api::Output output_;
  base::TimePoint now_{std::chrono::hours(1)};
  double spent_ = 0;
};

double floor_of(CryptoFloor& floor) {
  const double before = cpu_microseconds();
  for (std::size_t i = 0; i < kBatch; ++i) floor.negotiate();
  return (cpu_microseconds() - before) / static_cast<double>(kBatch);
}

/// Floor and engine take turns, so that what disturbs one disturbs the other; the ratio is the rounds' median.
void measure(std::string_view name, const crypto::PrivateKey& key, ServerKeyType type, std::size_t rounds) {
  CryptoFloor floor(type);
  for (int warm_up = 0; warm_up < 3; ++warm_up) {
    (void)floor_of(floor);
    (void)Batch(key).run();
  }
  std::vector<double> values;
  std::vector<double> ratios;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double least = floor_of(floor);
    values.push_back(Batch(key).run());
    ratios.push_back(values.back() / least);
  }
  print_result(name, median(values), "us", "crypto floor", median(ratios));
}

}  // namespace
}  // namespace latchkey::bench

int main(int argc, char** argv) {
  using namespace latchkey;
  // The heap of a process that has been up for a while: what a batch gives back is not returned to the kernel, or the
  // next one would pay for its page faults.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  const std::size_t rounds = argc > 1 ? static_cast<std::size_t>(std::max(1, std::atoi(argv[1]))) : bench::kRounds;
  bench::measure("initiator_cpu_rsa2048", crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048).value(),
                 bench::ServerKeyType::rsa2048, rounds);
  bench::measure("initiator_cpu_ecdsa", crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value(),
                 bench::ServerKeyType::ecdsa_p256, rounds);
  bench::measure("initiator_cpu_ed25519", crypto::PrivateKey::generate(crypto::KeyType::ed25519).value(),
                 bench::ServerKeyType::ed25519, rounds);
  return 0;
}
