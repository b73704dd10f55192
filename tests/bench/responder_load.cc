// What clients cost the engine as responder: CPU of a negotiation against the crypto floor, heap of an IKE SA with its
// child and of a half-open one, a COOKIE, and how all of it grows with the number of IKE SAs. No network and no kernel;
// only the server's engine is measured. Prints one JSON object a line. Usage: responder_load [MOST_SAS]

#include <malloc.h>

#include <cstdlib>

#include "ike-engine/api/engine.h"
#include "ike-engine/crypto/signature.h"
#include "tests/bench/crypto_floor.h"
#include "tests/bench/measure.h"

namespace latchkey::bench {
namespace {

constexpr std::size_t kBatch = 20;
constexpr std::size_t kRounds = 41;
constexpr std::size_t kMostSas = 100000;

std::size_t heap_octets() { return mallinfo2().uordblks; }

base::Address client_address(std::uint32_t number) {
  const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(number >> 16),
                                           static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return *base::Address::from_bytes(octets);
}

api::EngineConfig large() {
  api::EngineConfig config;
  config.max_sessions = config.max_half_open = 2 * kMostSas;
  return config;
}

/// A server, and clients that are thrown away when the server has what it needs of them.
class Load {
 public:
  explicit Load(const crypto::PrivateKey& key, std::size_t cookies_from = kMostSas)
      : key_{key.ipseckey_algorithm(), key.ipseckey_key().value()}, server_(large(), random_, kernel_) {
    api::ResponderConfig responder;
    const auto id = base::to_buffer(base::as_bytes("server.example"));
    responder.identities.push_back(
        {.kind = api::ProofKind::raw_key, .id = {base::IdType::fqdn, id}, .private_key = *key.to_pem()});
    responder.peers.push_back({.name = "all"});
    responder.max_half_open = 2 * kMostSas;
    responder.cookies_from = cookies_from;
    if (!server_.serve(responder)) std::abort();
  }

  /// `count` further clients come in, each exchange of all of them in one go. CPU of the server in us, of all.
  double admit(std::size_t count, bool only_half_open = false) {
    api::Engine clients(large(), random_, kernel_);
    for (std::size_t i = 0; i < count; ++i) {
      api::ConnectRequest request;
      request.local = {client_address(++last_), 500};
      request.remote = *base::Address::parse("198.51.100.7");
      request.keys = {key_};
      if (!clients.connect(request, now_)) std::abort();
    }
    double spent = 0;
    for (int exchange = 0; exchange < (only_half_open ? 1 : 2); ++exchange) {
      const auto requests = clients.take_output().datagrams;
      spent += serve(requests);
      for (const auto& reply : replies_) clients.receive(reply.bytes, mirrored(reply.path), now_);
      replies_.clear();
    }
    return spent;
  }

  /// Lets `count` strangers ask for the first time. CPU of the server in us, of all.
  double refuse(std::size_t count) { return admit(count, true); }

  /// Time passes until each IKE SA has looked at its counters once. CPU of the server in us, of all.
  double look_at_all() {
    now_ += large().liveness;
    const double before = cpu_microseconds();
    server_.expire(now_);
    return cpu_microseconds() - before;
  }

  std::size_t established() const { return server_.sessions(); }
  std::size_t half_open() const { return server_.half_open_clients(); }

 private:
  static api::Path mirrored(const api::Path& path) { return {path.remote, path.local, path.nat_port}; }

  double serve(const std::vector<api::Datagram>& requests) {
    const double before = cpu_microseconds();
    for (const auto& request : requests) server_.receive(request.bytes, mirrored(request.path), now_);
    api::Output output = server_.take_output();
    const double spent = cpu_microseconds() - before;
    replies_ = std::move(output.datagrams);
    return spent;
  }

  SystemRandom random_;
  NoKernel kernel_;
  api::DnsKey key_;
  api::Engine server_;
  std::vector<api::Datagram> replies_;
  std::uint32_t last_ = 0;
  base::TimePoint now_{std::chrono::hours(1)};
};

/// Floor and engine take turns, so that what disturbs one disturbs the other; the ratio is the rounds' median.
void measure_cpu(std::string_view name, const crypto::PrivateKey& key, ServerKeyType type) {
  CryptoFloor floor(type);
  std::vector<double> values;
  std::vector<double> ratios;
  for (std::size_t round = 0; round < kRounds + 3; ++round) {
    const double before = cpu_microseconds();
    for (std::size_t i = 0; i < kBatch; ++i) floor.respond();
    const double least = (cpu_microseconds() - before) / kBatch;
    Load load(key);
    const double spent = load.admit(kBatch) / kBatch;
    if (load.established() != kBatch) std::abort();
    if (round < 3) continue;  // to warm up
    values.push_back(spent);
    ratios.push_back(spent / least);
  }
  print_result(name, median(values), "us", "crypto floor", median(ratios));
}

void measure_cookies(const crypto::PrivateKey& key) {
  Load load(key, 0);
  std::vector<double> values;
  (void)load.refuse(1000);
  const std::size_t before = heap_octets();
  for (std::size_t round = 0; round < kRounds; ++round) values.push_back(load.refuse(1000) / 1000);
  if (load.half_open() != 0) std::abort();
  print_result("cookie_reply", median(values), "us", "", 0);
  const auto grown = static_cast<double>(heap_octets()) - static_cast<double>(before);
  print_result("heap_under_cookies", grown / (1000 * kRounds), "octets", "", 0);
}

double octets_each(const crypto::PrivateKey& key, bool half_open) {
  Load load(key);
  (void)load.admit(1000, half_open);
  const std::size_t before = heap_octets();
  (void)load.admit(4000, half_open);
  return static_cast<double>(heap_octets() - before) / 4000;
}

/// One engine that fills up: what one more costs there.
void measure_growth(const crypto::PrivateKey& key, std::size_t most) {
  Load load(key);
  for (std::size_t target = 1000; target <= most; target *= 10) {
    while (load.established() < target) (void)load.admit(std::min<std::size_t>(1000, target - load.established()));
    std::vector<double> values;
    for (int round = 0; round < 11; ++round) values.push_back(load.admit(kBatch) / kBatch);
    print_result(fmt::format("responder_cpu_at_{}", target), median(values), "us", "", 0);
    std::vector<double> looks;
    for (int round = 0; round < 5; ++round)
      looks.push_back(load.look_at_all() / static_cast<double>(load.established()));
    print_result(fmt::format("expire_at_{}", target), median(looks), "us", "", 0);
  }
}

}  // namespace
}  // namespace latchkey::bench

int main(int argc, char** argv) {
  using namespace latchkey;
  using namespace latchkey::bench;
  // As in engine_cpu: the heap of a process that has been up for a while.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  const std::size_t most = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : kMostSas;
  const auto ed25519 = crypto::PrivateKey::generate(crypto::KeyType::ed25519).value();
  measure_cpu("responder_cpu_rsa2048", crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048).value(),
              ServerKeyType::rsa2048);
  measure_cpu("responder_cpu_ecdsa", crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).value(),
              ServerKeyType::ecdsa_p256);
  measure_cpu("responder_cpu_ed25519", ed25519, ServerKeyType::ed25519);
  print_result("heap_per_sa", octets_each(ed25519, false), "octets", "", 0);
  print_result("heap_half_open", octets_each(ed25519, true), "octets", "", 0);
  measure_cookies(ed25519);
  measure_growth(ed25519, most);
  return 0;
}
