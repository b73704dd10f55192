#include "tests/sim/world.h"

namespace latchkey::sim {

namespace {

api::Path mirrored(const api::Path& path) { return {path.remote, path.local, path.nat_port}; }

}  // namespace

World::World(crypto::PrivateKey key, support::Behaviour behaviour, WorldConfig world_config)
    : config(std::move(world_config)),
      random(config.seed),
      dice(config.seed ^ 0x5eed),
      engine(config.engine, random, kernel),
      responder(std::move(key), std::move(behaviour), [this](base::MutableBytes out) { random.fill(out); }) {}

api::SessionId World::connect(base::Duration deadline, std::vector<api::DnsKey> keys) {
  api::ConnectRequest request;
  request.local = {*base::Address::parse(config.local), 500};
  request.remote = *base::Address::parse(config.remote);
  request.keys = keys.empty() ? std::vector{responder.dns_key()} : std::move(keys);
  request.deadline = now + deadline;
  const auto session = engine.connect(request, now);
  collect();
  return session.value_or(api::SessionId{});
}

void World::close(api::SessionId session) {
  engine.close(session, now);
  collect();
}

void World::collect() {
  api::Output output = engine.take_output();
  for (auto& event : output.events) events.push_back({now, std::move(event)});
  for (auto& datagram : output.datagrams) {
    launch(false, datagram);
    sent.push_back(std::move(datagram));
  }
}

void World::inject(const std::vector<api::Datagram>& from_responder) {
  for (const auto& datagram : from_responder) launch(true, datagram);
}

void World::launch(bool to_engine, const api::Datagram& datagram) {
  const Weather& weather = config.weather;
  const unsigned copies = dice.chance(weather.duplication) ? 2 : 1;
  for (unsigned copy = 0; copy < copies; ++copy) {
    if (dice.chance(weather.loss)) continue;
    Flight flight{to_engine, {mirrored(datagram.path), datagram.bytes}};
    if (dice.chance(weather.corruption) && !flight.datagram.bytes.empty()) {
      auto& octet = flight.datagram.bytes[dice.below(flight.datagram.bytes.size())];
      octet = static_cast<std::uint8_t>(octet ^ (1u << dice.below(8)));
    }
    const auto extra = static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(weather.jitter.count()) + 1));
    flying_.emplace(now + weather.latency + base::Duration(extra), std::move(flight));
  }
}

void World::arrive(const Flight& flight) {
  if (flight.to_engine) {
    engine.receive(flight.datagram.bytes, flight.datagram.path, now);
    collect();
  } else {
    inject(responder.receive(flight.datagram.bytes, flight.datagram.path));
  }
}

bool World::step(base::TimePoint until) {
  const base::TimePoint arrival = flying_.empty() ? base::kNever : flying_.begin()->first;
  const base::TimePoint next = std::min(arrival, engine.next_deadline());
  if (next > until) return false;
  now = std::max(now, next);
  if (arrival <= next) {
    const Flight flight = std::move(flying_.begin()->second);
    flying_.erase(flying_.begin());
    arrive(flight);
  } else {
    engine.expire(now);
    collect();
  }
  return true;
}

void World::run(base::Duration duration) {
  const base::TimePoint until = now + duration;
  while (step(until)) {
  }
  now = until;
}

bool World::run_until_settled(base::Duration limit) {
  const base::TimePoint until = now + limit;
  const auto settled = [&] { return count<api::Established>() + count<api::Failed>(); };
  const std::size_t before = settled();
  while (settled() == before) {
    if (!step(until)) return false;
  }
  return true;
}

std::size_t World::steps(std::string_view step) const {
  std::size_t n = 0;
  for (const auto& timed : events) {
    const auto* progress = std::get_if<api::Progress>(&timed.event);
    if (progress != nullptr && progress->step == step) ++n;
  }
  return n;
}

crypto::PrivateKey ed25519_key(int test) {
  static constexpr std::string_view kSeeds[] = {
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
  };
  return crypto::PrivateKey::from_ed25519_seed(*base::from_hex(kSeeds[test - 1])).value();
}

std::string compare_children(const api::ChildSa& client, const api::ChildSa& server) {
  if (client.spi_in != server.spi_out || client.spi_out != server.spi_in) return "SPIs";
  if (!base::same_secret(client.key_in.view(), server.key_out.view())) return "key towards the client";
  if (!base::same_secret(client.key_out.view(), server.key_in.view())) return "key towards the server";
  if (base::same_secret(client.key_in.view(), client.key_out.view())) return "one key for both directions";
  if (client.suite != server.suite) return "suite";
  if (client.mode != server.mode) return "mode";
  if (client.encapsulated != server.encapsulated) return "encapsulation";
  if (client.local != server.remote || client.remote != server.local) return "addresses";
  return "";
}

}  // namespace latchkey::sim
