#include "tests/sim/siege.h"

#include <algorithm>

namespace latchkey::sim {

namespace {

using base::PayloadType;

constexpr std::uint64_t kHonestSeed = 0x401e57;
// Seven sendings of IKE_SA_INIT and of IKE_AUTH for each of three candidates, and a few farewells.
constexpr std::size_t kMostSent = 40;

bool is_sealed(base::Bytes datagram) {
  const auto message = wire::parse_message(datagram);
  if (!message || message->payloads.empty()) return false;
  const PayloadType last = message->payloads.back().type;
  return last == PayloadType::sk || last == PayloadType::skf;
}

// Who gets something sealed has shown where it is: its keys are made of what we have answered.
bool is_amplified(const Trade& trade) {
  std::size_t answered = 0;
  for (const base::Buffer& answer : trade.answers) answered += is_sealed(answer) ? 0 : answer.size();
  return answered > trade.question.size();
}

bool serves_an_honest_stranger(Server& server) {
  const std::size_t before = server.kernel.live();
  Stranger honest(server, kHonestSeed + server.trades.size());
  honest.path.remote = {*base::Address::parse("192.0.2.200"), 4500};
  return honest.agree() && honest.ask(base::ExchangeType::ike_auth, honest.claim()) &&
         server.kernel.live() == before + 1;
}

void pass_a_minute(Server& server) {
  const base::TimePoint until = server.now + std::chrono::minutes(1);
  while (server.engine.next_deadline() <= until) {
    server.now = std::max(server.now, server.engine.next_deadline());
    server.engine.expire(server.now);
    (void)server.engine.take_output();
  }
  server.now = until;
}

}  // namespace

std::string harm_by_strangers(Server& server) {
  if (std::ranges::any_of(server.trades, is_amplified)) return "an answer longer than its question";
  if (server.engine.sessions() != 0) return "a session";
  if (!server.kernel.untouched()) return "state in the kernel";
  pass_a_minute(server);
  if (server.engine.ike_sas() != 0 || server.engine.half_open_clients() != 0) return "an IKE SA that stays";
  if (server.engine.next_deadline() != base::kNever) return "a timer that stays";
  return serves_an_honest_stranger(server) ? "" : "an honest stranger is not served";
}

std::string harm_by_clients(Server& server, std::size_t children) {
  if (server.kernel.live() > children) return "a child that nobody may have";
  if (server.kernel.reserved() != 0) return "an SPI that stays reserved";
  return serves_an_honest_stranger(server) ? "" : "an honest stranger is not served";
}

std::string harm_by_server(World& world) {
  if (world.count<api::Established>() != 0 || world.kernel.live() != 0) return "a tunnel";
  world.run(std::chrono::minutes(5));
  if (!world.kernel.untouched()) return "state in the kernel";
  if (world.engine.sessions() != 0 || world.engine.ike_sas() != 0) return "an IKE SA that stays";
  if (world.engine.next_deadline() != base::kNever) return "a timer that stays";
  if (world.sent.size() > kMostSent) return "more datagrams than a patient client's";
  world.responder.behaviour() = {};
  world.connect();
  const bool settled = world.run_until_settled();
  return settled && world.last<api::Established>() != nullptr ? "" : "an honest server is not reached";
}

}  // namespace latchkey::sim
