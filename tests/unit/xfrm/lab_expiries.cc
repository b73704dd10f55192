#include <poll.h>

#include <algorithm>

#include "tests/unit/xfrm/lab_cases.h"

namespace latchkey::xfrm_lab {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFew = 3;

/// What the kernel has said by then, or until `enough` has been said.
std::vector<api::Expired> events(const Host& host, std::size_t enough, std::chrono::milliseconds patience) {
  std::vector<api::Expired> out;
  const auto until = now() + patience;
  while (out.size() < enough && now() < until) {
    pollfd one{host.kernel->events_fd(), POLLIN, 0};
    poll(&one, 1, 100);
    const auto more = host.kernel->take_events();
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

bool has(const std::vector<api::Expired>& events, const api::Expired& event) {
  return std::ranges::find(events, event) != events.end();
}

void run_soft(const Host& client, const Host& server) {
  const Shape shape{"a soft limit"};
  auto spi = set_aside(shape, client, server), server_spi = set_aside(shape, server, client);
  const base::Spi in = spi->spi(), out = server_spi->spi();
  api::ChildSa child = child_of(shape, client, server, in, out);
  child.soft.packets = kFew;
  const Tunnel here = install(client, std::move(spi), child);
  const Tunnel there = install(server, std::move(server_spi), child_of(shape, server, client, out, in));
  exchange(client, client.v4, server, server.v4, kPort, kFew - 1);
  claim(events(client, 1, 200ms).empty(), "the kernel is silent as long as it is not reached");
  claim_equal("what comes after it is answered too", exchange(client, client.v4, server, server.v4, kPort, kCount),
              kCount);
  const auto said = events(client, 2, 5s);
  claim_equal("it says so once for each SA", said.size(), 2);
  claim(has(said, {client.v4, in, false}) && has(said, {server.v4, out, false}), "which are the right ones");
  claim(events(client, 1, 200ms).empty() && events(server, 1, 100ms).empty(), "and says no more");
}

/// The client's host has a second kernel port here, whose SAs live briefly.
void run_hard(const Host& brief, const Host& client, const Host& server) {
  const Shape shape{"a hard limit"};
  const std::size_t sas = client.state().sas;
  const Ends ends = connect(shape, brief, server);
  const auto said = events(brief, 2, kBrief + 7s);
  claim_equal("the kernel says when SAs are gone", said.size(), 2);
  claim(std::ranges::all_of(said, &api::Expired::hard), "that they are, and do not only have to be replaced");
  claim_equal("and takes them away", client.state().sas, sas);
  claim(events(client, 1, 100ms).empty(), "nobody else hears of it");
}

}  // namespace

void run_expiries(const Host& brief, const Host& client, const Host& server) {
  begin_case("an expiry");
  const KernelState before = client.state(), server_before = server.state();
  run_soft(client, server);
  run_hard(brief, client, server);
  claim(client.state() == before && server.state() == server_before, "nothing is left");
}

}  // namespace latchkey::xfrm_lab
