// The kernel port on a kernel that has ESP, between two network namespaces that can reach each other by eth0:
//   xfrm_lab SPACE V4 V4-OTHER V6 SPACE V4 V6 LEASED4 LEASED4
// The first is the client (with a second IPv4 address, and two that servers might lease), the second the server. Prints
// a line for each claim; exits 1 at the first that fails. tests/lab/scenarios/xfrm_port runs it.

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/unit/xfrm/lab_cases.h"

namespace latchkey::xfrm_lab {
namespace {

using base::Family;
using namespace std::chrono_literals;

constexpr std::uint16_t kDns = 53;
constexpr auto kExpiry = 4s;

std::vector<Shape> shapes() {
  const api::EspSuite aes128{base::EncrId::aes_gcm_16, 128, true};
  const api::EspSuite chacha{base::EncrId::chacha20_poly1305, 256, true};
  const api::EspSuite no_esn{base::EncrId::aes_gcm_16, 256, false};
  const api::EspSuite cbc{base::EncrId::aes_cbc, 256, true, base::IntegId::hmac_sha2_256_128};
  const api::EspSuite cbc_no_esn{base::EncrId::aes_cbc, 128, false, base::IntegId::hmac_sha2_512_256};
  const api::EspSuite ctr{base::EncrId::aes_ctr, 256, true, base::IntegId::hmac_sha2_384_192};
  const api::EspSuite ccm{base::EncrId::aes_ccm_16, 256, true};
  return {{"tunnel udp ipv4 aes256 esn", Family::ipv4, api::Mode::tunnel, true, {}},
          {"tunnel native ipv4 aes128 esn", Family::ipv4, api::Mode::tunnel, false, aes128},
          {"tunnel native ipv4 chacha20 esn", Family::ipv4, api::Mode::tunnel, false, chacha},
          {"tunnel udp ipv4 aes256 without esn", Family::ipv4, api::Mode::tunnel, true, no_esn},
          {"tunnel udp ipv4 cbc sha2-256 esn", Family::ipv4, api::Mode::tunnel, true, cbc},
          {"tunnel native ipv4 cbc sha2-512 without esn", Family::ipv4, api::Mode::tunnel, false, cbc_no_esn},
          {"tunnel native ipv4 ctr sha2-384 esn", Family::ipv4, api::Mode::tunnel, false, ctr},
          {"tunnel native ipv6 ccm esn", Family::ipv6, api::Mode::tunnel, false, ccm},
          {"transport native ipv4", Family::ipv4, api::Mode::transport, false, {}},
          {"transport udp ipv4", Family::ipv4, api::Mode::transport, true, {}},
          {"tunnel native ipv6", Family::ipv6, api::Mode::tunnel, false, {}},
          {"tunnel udp ipv6", Family::ipv6, api::Mode::tunnel, true, {}},
          {"transport native ipv6", Family::ipv6, api::Mode::transport, false, {}}};
}

int talk(const Shape& shape, const Host& client, const Host& server, std::uint16_t port = kPort, int count = kCount) {
  return exchange(client, client.address(shape.family), server, server.address(shape.family), port, count);
}

void claim_carries(const Shape& shape, Host& client, Host& server, Ends& ends, Tap& tap) {
  claim_equal("datagrams are answered", talk(shape, client, server), kCount);
  const Frames seen = tap.take();
  claim_equal("none in the clear", seen.clear, 0);
  claim_equal("each as native ESP", seen.esp, shape.encapsulated ? 0 : 2 * kCount);
  claim_equal("each as ESP in UDP", seen.udp_esp, shape.encapsulated ? 2 * kCount : 0);
  for (api::KernelTunnel* end : {ends.client.get(), ends.server.get()}) {
    const auto counters = end->counters();
    claim(counters && counters->packets_in == kCount && counters->packets_out == kCount && counters->bytes_in > 0,
          "the SAs have counted them");
  }
}

void claim_guard_holds(const Shape& shape, Host& client, Host& server, const base::Address& other, Tap& tap) {
  claim_equal("a lost tunnel's datagrams are blocked", talk(shape, client, server, kPort, 2), 0);
  if (shape.family == Family::ipv4) {
    claim_equal("from another source address too", exchange(client, other, server, server.v4, kPort, 2), 0);
    const Inside here(client.space);
    claim(client.kernel->source_address(server.v4) == client.v4, "our address is found in spite of the guard");
  }
  claim_equal("none in the clear", tap.take().clear, 0);
  claim_equal("DNS is exempt", talk(shape, client, server, kDns), kCount);
  claim(tap.take().clear > 0, "the tap sees what is in the clear");
}

void run_shape(const Shape& shape, Host& client, Host& server, const base::Address& other) {
  begin_case(shape.name);
  const KernelState before = client.state(), server_before = server.state();
  Tap tap(client, server);
  Ends ends = connect(shape, client, server);
  claim_carries(shape, client, server, ends, tap);
  claim(client.kernel->refresh(now() + 41s).has_value(), "the expiry is put off");
  ends = connect(shape, client, server);
  claim_carries(shape, client, server, ends, tap);
  ends.client->keep_guard();
  ends = {};
  claim(client.state().sas == before.sas && client.state().policies == before.policies + 5,
        "SAs are gone, policies and guard stay");
  claim_guard_holds(shape, client, server, other, tap);
  client.kernel->release_guard(server.address(shape.family));
  claim(client.state() == before && server.state() == server_before, "nothing is left");
  claim_equal("and the way is free again", talk(shape, client, server), kCount);
}

base::Result<Tunnel> install_with(const Shape& shape, Host& client, const Host& server, base::Spi spi_out) {
  auto spi = set_aside(shape, client, server);
  const api::ChildSa child = child_of(shape, client, server, spi->spi(), spi_out);
  return client.kernel->install(std::move(spi), child);
}

void run_refusals(Host& client, Host& server) {
  begin_case("a refusal");
  const Shape shape = shapes().front();
  const KernelState before = client.state();
  auto reserved = client.kernel->allocate_spi(client.v4, server.v4);
  claim_equal("an SPI that is set aside is an SA of its own", client.state().sas, before.sas + 1);
  reserved->reset();
  claim(client.state() == before, "and goes when it is not used");
  const base::Spi taken{0x12345678};
  auto first = install_with(shape, client, server, taken);
  claim(first.has_value(), "a tunnel is installed");
  const KernelState with_one = client.state();
  const auto second = install_with(shape, client, server, taken);
  claim(!second, "the kernel refuses an SPI that is taken: " + client.kernel->last_error());
  claim(client.state() == with_one, "nothing of the second tunnel is left");
  claim((*first)->counters().has_value(), "the first has its SAs");
  const auto reserved_number = install_with(shape, client, server, base::Spi{255});
  claim(!reserved_number, "a reserved SPI is refused: " + client.kernel->last_error());
  claim(client.state() == with_one, "nothing of that is left");
  first->reset();
  claim(client.state() == before, "nothing is left");
}

/// Another process sets up a tunnel and dies.
void crash(const std::string* names, Host& client, Host& server) {
  const pid_t child = fork();
  if (child != 0) {
    int status = 0;
    claim(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "a process died with its tunnel up");
    return;
  }
  const xfrm::XfrmConfig brief{.policy_expiry = kExpiry};
  Host own(names[0], names[1], names[3], brief), peer(names[4], names[5], names[6], brief);
  claim(own.kernel->startup(now()) && peer.kernel->startup(now()), "the process starts");
  const Ends ends = connect(shapes().at(1), own, peer);
  claim_equal("its tunnel works", talk(shapes().at(1), client, server), kCount);
  raise(SIGKILL);
}

void run_crash(const std::string* names, Host& client, Host& server) {
  begin_case("a crash");
  const KernelState before = client.state();
  client.kernel->shutdown(now());
  server.kernel->shutdown(now());
  const KernelState bare = client.state();
  claim(bare.policies < before.policies, "shutdown takes the exemptions away");
  crash(names, client, server);
  claim(client.state().sas == 2 + bare.sas, "its state is in the kernel");
  Tap tap(client, server);
  const auto found = client.kernel->startup(now());
  claim(found && found->sas == 2 && found->policies == 5, "the next start finds it");
  claim(server.kernel->startup(now()).has_value(), "at the server too");
  claim_equal("the SAs are gone", client.state().sas, bare.sas);
  const Shape shape = shapes().at(1);
  claim_equal("the address is blocked meanwhile", exchange(client, client.v4, server, server.v4, kPort, 2), 0);
  claim_equal("none in the clear", tap.take().clear, 0);
  std::this_thread::sleep_for(kExpiry + 2s);
  claim_equal("and is free after the hard expiry", talk(shape, client, server), kCount);
  claim(client.state() == before, "nothing else is left");
}

int run(const std::string* names) {
  Host client(names[0], names[1], names[3]), server(names[4], names[5], names[6]);
  const base::Address other = base::Address::parse(names[2]).value();
  for (Host* host : {&client, &server}) {
    const Inside here(host->space);
    claim(host->kernel->check().has_value(), "this kernel will do " + host->kernel->last_error());
    claim(host->kernel->startup(now()).has_value(), "startup " + host->kernel->last_error());
    host->open_nat_port();
  }
  for (const Shape& shape : shapes()) run_shape(shape, client, server, other);
  run_refusals(client, server);
  run_replacements(client, server);
  run_expiries(Host(names[0], names[1], names[3], {.sa_lifetime = kBrief}), client, server);
  run_clients(client, server, base::Address::parse(names[7]).value(), base::Address::parse(names[8]).value());
  run_crash(names, client, server);
  client.kernel->shutdown(now());
  server.kernel->shutdown(now());
  return 0;
}

}  // namespace
}  // namespace latchkey::xfrm_lab

int main(int count, char** words) {
  if (count != 10) {
    fmt::print(stderr, "usage: xfrm_lab SPACE V4 V4-OTHER V6 SPACE V4 V6 LEASED4 LEASED4\n");
    return 2;
  }
  const std::vector<std::string> names(words + 1, words + count);
  return latchkey::xfrm_lab::run(names.data());
}
