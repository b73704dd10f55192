#include "tests/sim/pair.h"

#include <algorithm>

#include "tests/sim/world.h"
#include "tests/support/names.h"

namespace latchkey::sim {

Host::Host(std::uint64_t seed, api::EngineConfig engine_config, std::string_view text)
    : address(*base::Address::parse(text)), random(seed), config(std::move(engine_config)) {
  engine.emplace(config, random, kernel);
}

std::size_t Host::steps(std::string_view step) const {
  return static_cast<std::size_t>(std::ranges::count_if(events, [&](const Timed& timed) {
    const auto* progress = std::get_if<api::Progress>(&timed.event);
    return progress != nullptr && progress->step == step;
  }));
}

Pair::Pair(PairConfig pair_config)
    : config(std::move(pair_config)),
      client(config.seed, config.client, config.client_address),
      server(config.seed ^ 0xa11ce, config.server, config.server_address),
      dice_(config.seed ^ 0x5eed) {}

void Pair::serve(const crypto::PrivateKey& key, std::vector<api::PeerProof> peers) {
  api::ResponderConfig responder;
  const auto pem = key.to_pem();
  responder.identities.push_back({.kind = api::ProofKind::raw_key,
                                  .id = support::fqdn("server.example"),
                                  .private_key = base::SecretBytes(pem->view())});
  responder.peers = std::move(peers);
  responder.peers.push_back({.name = "anonymous", .kind = api::ProofKind::anonymous});
  serve(responder);
}

void Pair::serve(const api::ResponderConfig& responder) { (void)server.engine->serve(responder).value(); }

api::ConnectRequest Pair::request(base::Duration deadline) const {
  api::ConnectRequest request;
  request.local = {client.address, 500};
  request.remote = server.address;
  request.deadline = now + deadline;
  return request;
}

api::SessionId Pair::connect(std::vector<api::DnsKey> keys, base::Duration deadline) {
  api::ConnectRequest wanted = request(deadline);
  wanted.keys = std::move(keys);
  return connect(std::move(wanted));
}

api::SessionId Pair::connect(api::ConnectRequest wanted) {
  const auto session = client.engine->connect(wanted, now);
  collect(client);
  return session.value_or(api::SessionId{});
}

void Pair::collect(Host& host) {
  if (!host.engine) return;
  api::Output output = host.engine->take_output();
  for (auto& event : output.events) host.events.push_back({now, std::move(event)});
  for (auto& datagram : output.datagrams) {
    if (datagram.keepalive) {
      host.keepalives.push_back({now, std::move(datagram)});
      continue;
    }
    if (!filter || filter(host, datagram)) launch(host, datagram);
    host.sent.push_back(std::move(datagram));
  }
}

// How the receiver sees the path: mirrored, and with the NAT's address in the client's place.
api::Path Pair::arriving(const Host& to, const api::Path& sent) const {
  api::Path path{sent.remote, sent.local, sent.nat_port};
  if (config.nat_address.empty()) return path;
  if (&to == &server) {
    path.remote = {*base::Address::parse(config.nat_address),
                   static_cast<std::uint16_t>(config.nat_port + (sent.nat_port ? 1 : 0))};
  } else {
    path.local = {client.address, static_cast<std::uint16_t>(sent.nat_port ? 4500 : 500)};
  }
  return path;
}

void Pair::inject(Host& to, const api::Datagram& datagram) {
  flying_.emplace(now + config.weather.latency, Flight{&to, datagram});
}

void Pair::launch(Host& from, const api::Datagram& datagram) {
  Host& to = &from == &client ? server : client;
  const Weather& weather = config.weather;
  const unsigned copies = dice_.chance(weather.duplication) ? 2 : 1;
  for (unsigned copy = 0; copy < copies; ++copy) {
    if (dice_.chance(weather.loss)) continue;
    Flight flight{&to, {arriving(to, datagram.path), datagram.bytes}};
    if (dice_.chance(weather.corruption) && !flight.datagram.bytes.empty()) {
      auto& octet = flight.datagram.bytes[dice_.below(flight.datagram.bytes.size())];
      octet = static_cast<std::uint8_t>(octet ^ (1u << dice_.below(8)));
    }
    const auto extra = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(weather.jitter.count()) + 1));
    flying_.emplace(now + weather.latency + base::Duration(extra), std::move(flight));
  }
}

base::TimePoint Pair::next_deadline() const {
  base::TimePoint next = base::kNever;
  for (const Host* host : {&client, &server}) {
    if (host->engine) next = std::min(next, host->engine->next_deadline());
  }
  return next;
}

bool Pair::step(base::TimePoint until) {
  const base::TimePoint arrival = flying_.empty() ? base::kNever : flying_.begin()->first;
  const base::TimePoint next = std::min(arrival, next_deadline());
  if (next > until || next == base::kNever) return false;
  now = std::max(now, next);
  if (arrival <= next) {
    const Flight flight = std::move(flying_.begin()->second);
    flying_.erase(flying_.begin());
    if (!flight.to->engine) return true;
    flight.to->engine->receive(flight.datagram.bytes, flight.datagram.path, now);
    collect(*flight.to);
    return true;
  }
  for (Host* host : {&client, &server}) {
    if (!host->engine || host->engine->next_deadline() > now) continue;
    host->engine->expire(now);
    collect(*host);
  }
  return true;
}

void Pair::run(base::Duration duration) {
  const base::TimePoint until = now + duration;
  while (step(until)) {
  }
  now = until;
}

bool Pair::settle(base::Duration limit) {
  const base::TimePoint until = now + limit;
  const auto settled = [&] { return client.count<api::Established>() + client.count<api::Failed>(); };
  const std::size_t before = settled();
  while (settled() == before) {
    if (!step(until)) return false;
  }
  return true;
}

std::string compare_kernels(const support::FakeKernel& client, const support::FakeKernel& server) {
  if (client.live() != server.live()) return "number of live children";
  for (const auto& ours : client.installed()) {
    if (!ours.live) continue;
    const auto theirs = std::ranges::find_if(server.installed(), [&](const auto& tunnel) {
      return tunnel.live && tunnel.child.spi_in == ours.child.spi_out;
    });
    if (theirs == server.installed().end()) return "a child that only the client has";
    if (auto difference = compare_children(ours.child, theirs->child); !difference.empty()) return difference;
  }
  return "";
}

}  // namespace latchkey::sim
