// The test responder as a program: a server for namespaces, benches and trials by hand. Not for use on a network.

#include <poll.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>

#include "host/udp.h"
#include "ike-engine/crypto/random.h"
#include "tests/support/responder.h"
#include "tests/support/vectors.h"
#include "xfrm/kernel.h"

namespace latchkey {
namespace {

struct Options {
  std::string key_file;
  std::string generate = "ed25519";
  bool print_ipseckey = false;
  bool kernel = false;
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
  support::Behaviour behaviour;
  unsigned group = 0;
  bool transport_only = false;
};

volatile std::sig_atomic_t stopped = 0;

struct SystemRandom final : api::Random {
  void fill(base::MutableBytes out) override { crypto::random_fill(out); }
};

base::Result<crypto::PrivateKey> load_key(const Options& options) {
  if (!options.key_file.empty()) return crypto::PrivateKey::from_pem(support::read_text(options.key_file));
  if (options.generate == "rsa") return crypto::PrivateKey::generate(crypto::KeyType::rsa);
  if (options.generate == "ecdsa") return crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256);
  return crypto::PrivateKey::generate(crypto::KeyType::ed25519);
}

std::string base64(base::Bytes data) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (i + j < data.size() ? data[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(i + j > data.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63]);
    }
  }
  return out;
}

// RFC 4025 section 3.1: precedence 10, no gateway, the key.
std::string ipseckey_rdata(const api::DnsKey& key) {
  return "10 0 " + std::to_string(key.algorithm) + " . " + base64(key.key);
}

/// The responder's children in the kernel.
class Tunnels {
 public:
  base::Result<void> start() {
    if (auto good = kernel_.check(); !good) return good;
    const auto recovered = kernel_.startup(now());
    if (!recovered) return std::unexpected(recovered.error());
    return {};
  }
  base::Spi allocate(const api::Path& path) {
    auto reserved = kernel_.allocate_spi(path.local.address, path.remote.address);
    if (!reserved) return {};
    const base::Spi spi = (*reserved)->spi();
    reserved_[spi] = std::move(*reserved);
    return spi;
  }
  void install(const support::ResponderSa& sa) {
    auto reserved = reserved_.extract(sa.child->spi_in);
    if (reserved.empty()) return;
    auto tunnel = kernel_.install(std::move(reserved.mapped()), *sa.child);
    if (!tunnel) {
      std::fprintf(stderr, "responder: %s\n", kernel_.last_error().c_str());
      return;
    }
    // The same client again: its old tunnel goes after the new one is there.
    tunnels_.insert_or_assign(sa.path.remote.address, std::move(*tunnel));
  }
  void refresh() { (void)kernel_.refresh(now()); }
  void spare(const host::UdpSocket& socket) {
    (void)kernel_.bypass(socket.fd(), socket.family());
    if (socket.nat_port()) (void)kernel_.enable_udp_encap(socket.fd());
  }
  void stop() {
    tunnels_.clear();
    reserved_.clear();
    kernel_.shutdown(now());
  }

 private:
  static base::TimePoint now() {
    return std::chrono::time_point_cast<base::Duration>(std::chrono::steady_clock::now());
  }
  SystemRandom random_;
  xfrm::XfrmKernel kernel_{random_};
  std::map<base::Spi, std::unique_ptr<api::ReservedSpi>> reserved_;
  std::map<base::Address, std::unique_ptr<api::KernelTunnel>> tunnels_;
};

std::vector<host::UdpSocket> open_sockets(const Options& options) {
  std::vector<host::UdpSocket> sockets;
  for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
    if (!host::UdpSocket::has(family)) continue;
    for (const bool nat : {false, true}) {
      auto socket = host::UdpSocket::open(family, nat ? options.nat_port : options.ike_port, nat);
      if (!socket) {
        std::fprintf(stderr, "responder: %s\n", socket.error().c_str());
        return {};
      }
      sockets.push_back(std::move(*socket));
    }
  }
  return sockets;
}

void announce(const support::ResponderSa& sa) {
  const api::ChildSa& child = *sa.child;
  std::printf("established client=%s spi_in=%08x spi_out=%08x suite=%s mode=%s udp=%d\n",
              sa.path.remote.to_string().c_str(), child.spi_in.value, child.spi_out.value,
              child.suite.to_string().c_str(), child.mode == api::Mode::tunnel ? "tunnel" : "transport",
              child.encapsulated ? 1 : 0);
  std::fflush(stdout);
}

void serve(support::Responder& responder, Tunnels* tunnels, const std::vector<host::UdpSocket>& sockets) {
  std::vector<pollfd> polled;
  for (const auto& socket : sockets) polled.push_back({socket.fd(), POLLIN, 0});
  host::UdpReceiver receiver;
  while (stopped == 0) {
    constexpr int kRefreshMs = 1000;
    if (poll(polled.data(), polled.size(), kRefreshMs) < 0) continue;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (polled[i].revents == 0) continue;
      receiver.receive(sockets[i], [&](base::Bytes datagram, const api::Path& path) {
        const auto replies = responder.receive(datagram, path);
        // First the SAs, then the word that they are there.
        while (const support::ResponderSa* sa = responder.take_established()) {
          if (tunnels != nullptr) tunnels->install(*sa);
          announce(*sa);
        }
        for (const auto& reply : replies) (void)sockets[i].send(reply);
      });
    }
    if (tunnels != nullptr) tunnels->refresh();
  }
}

int run(Options& options) {
  auto key = load_key(options);
  if (!key) {
    std::fprintf(stderr, "responder: no usable private key: %s\n", std::string(key.error().text).c_str());
    return 1;
  }
  if (options.group != 0) options.behaviour.ke = base::KeMethod{static_cast<std::uint16_t>(options.group)};
  if (options.transport_only) options.behaviour.transport = support::Transport::only;
  std::unique_ptr<Tunnels> tunnels;
  if (options.kernel && !options.print_ipseckey) {
    tunnels = std::make_unique<Tunnels>();
    if (const auto started = tunnels->start(); !started) {
      std::fprintf(stderr, "responder: %s\n", std::string(started.error().text).c_str());
      return 1;
    }
    options.behaviour.allocate_spi = [&tunnels](const api::Path& path) { return tunnels->allocate(path); };
  }
  support::Responder responder(std::move(*key), options.behaviour, crypto::random_fill);
  std::printf("%s\n", ipseckey_rdata(responder.dns_key()).c_str());
  std::fflush(stdout);
  if (options.print_ipseckey) return 0;
  const auto sockets = open_sockets(options);
  if (sockets.empty()) return 1;
  for (const auto& socket : sockets) {
    if (tunnels) tunnels->spare(socket);
  }
  std::printf("ready\n");
  std::fflush(stdout);
  serve(responder, tunnels.get(), sockets);
  if (tunnels) tunnels->stop();
  return 0;
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  using latchkey::Options;
  Options options;
  CLI::App app{
      "Latchkey's test responder: serves IKEv2 with a raw key. The first line printed is its IPSECKEY rdata, then "
      "\"ready\", then a line for each child."};
  app.add_option("--key", options.key_file, "private key, PEM (RSA, P-256, P-384, Ed25519)")->check(CLI::ExistingFile);
  app.add_option("--generate", options.generate, "without --key: make one")
      ->check(CLI::IsMember({"rsa", "ecdsa", "ed25519"}));
  app.add_flag("--print-ipseckey", options.print_ipseckey, "print the rdata and leave");
  app.add_flag("--kernel", options.kernel, "install SAs and policies (needs CAP_NET_ADMIN)");
  app.add_option("--ike-port", options.ike_port, "instead of 500");
  app.add_option("--nat-port", options.nat_port, "instead of 4500");
  app.add_option("--cookies", options.behaviour.cookies, "demand so many cookies first");
  app.add_option("--group", options.group, "insist on this key exchange method (19 P-256, 14 MODP-2048, 31 X25519)");
  app.add_flag("--transport-only", options.transport_only, "refuse tunnel mode");
  app.add_flag("--silent", options.behaviour.silent_init, "answer nothing");
  app.add_flag("--silent-auth", options.behaviour.silent_auth, "answer IKE_SA_INIT alone");
  app.add_option("--fragment-size", options.behaviour.fragment_size, "octets of IKE message; 0: whole");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { latchkey::stopped = 1; });
  std::signal(SIGTERM, [](int) { latchkey::stopped = 1; });
  return latchkey::run(options);
}
