#include "tests/unit/xfrm/lab_cases.h"

namespace latchkey::xfrm_lab {
namespace {

constexpr std::uint16_t kOtherNatPort = 4501;

/// A client behind an address that it shares: its port there, and the address that the server has leased to it.
struct Client {
  std::uint16_t port = 4500;
  base::Address leased;
};

/// Both ends of a child of a responder's.
Ends connect(const Shape& shape, const Host& client, const Host& server, const Client& which) {
  auto client_spi = set_aside(shape, client, server), server_spi = set_aside(shape, server, client);
  api::ChildSa here = child_of(shape, client, server, client_spi->spi(), server_spi->spi());
  here.inner_local = which.leased;
  here.local_port = which.port;
  api::ChildSa there = child_of(shape, server, client, server_spi->spi(), client_spi->spi());
  there.inner_remote = which.leased;
  there.remote_port = which.port;
  there.guard = false;
  if (which.leased.family() != shape.family)
    here.inner_remote = there.inner_local = server.address(which.leased.family());
  Ends out;
  out.client = install(client, std::move(client_spi), here);
  out.server = install(server, std::move(server_spi), there);
  return out;
}

int talk(const Host& client, const Client& which, const Host& server) {
  return exchange(client, which.leased, server, server.v4, kPort, kCount);
}

void claim_carried(const Ends& ends, std::uint64_t packets) {
  const auto counters = ends.server->counters();
  claim(counters && counters->packets_in == packets && counters->packets_out == packets, "each by its own SAs");
}

void run_behind_one_address(const Host& client, const Host& server, const Client& one, const Client& other) {
  const KernelState bare = server.state();
  Tap tap(client, server);
  Ends first = connect({}, client, server, one), second = connect({}, client, server, other);
  claim_equal("each client has three policies at the server, and no guard", server.state().policies, bare.policies + 6);
  claim_equal("the first client is answered", talk(client, one, server), kCount);
  claim_carried(first, kCount);
  claim_carried(second, 0);
  claim_equal("the second client is answered", talk(client, other, server), kCount);
  claim_carried(first, kCount);
  claim_carried(second, kCount);
  claim_equal("none in the clear", tap.take().clear, 0);
  second.server->keep_guard();
  second.server.reset();
  claim_equal("of a client that is lost nothing is left at the server", server.state().policies, bare.policies + 3);
  claim_equal("the other goes on", talk(client, one, server), kCount);
  first.server.reset();
  claim(server.state() == bare, "nothing is left at the server");
}

/// IPv4 inside IPv6.
void run_other_family(const Host& client, const Host& server, const Client& which) {
  for (const bool encapsulated : {true, false}) {
    const Shape shape{"", base::Family::ipv6, api::Mode::tunnel, encapsulated};
    Tap tap(client, server);
    const Ends ends = connect(shape, client, server, which);
    claim_equal("IPv4 goes through IPv6", talk(client, which, server), kCount);
    claim_equal("none in the clear", tap.take().clear, 0);
  }
}

}  // namespace

void run_clients(const Host& client, const Host& server, const base::Address& leased,
                 const base::Address& also_leased) {
  begin_case("clients");
  const KernelState before = client.state(), server_before = server.state();
  const Fd other_port = client.open_nat_port(base::Family::ipv4, kOtherNatPort);
  run_behind_one_address(client, server, {4500, leased}, {kOtherNatPort, also_leased});
  run_other_family(client, server, {4500, leased});
  claim(client.state() == before && server.state() == server_before, "nothing is left");
}

}  // namespace latchkey::xfrm_lab
