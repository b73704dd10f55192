#include "tests/sim/cast.h"

#include "tests/sim/invariants.h"
#include "tests/sim/pair.h"
#include "tests/sim/world.h"

namespace latchkey::sim {

namespace {

constexpr std::string_view kSecret = "open sesame";
constexpr std::string_view kWrongSecret = "open barley";
constexpr int kServerKey = 1, kClientKey = 2, kWrongKey = 3;  // ed25519_key()

api::Identity fqdn(std::string_view name) { return {base::IdType::fqdn, base::to_buffer(base::as_bytes(name))}; }

base::SecretBytes secret(std::string_view text) { return base::SecretBytes(base::as_bytes(text)); }

api::OwnProof by_secret(std::string_view name, std::string_view text) {
  return {.kind = api::ProofKind::shared_secret, .id = fqdn(name), .shared_secret = secret(text)};
}

api::OwnProof by_key(std::string_view name, int key) {
  return {.kind = api::ProofKind::raw_key, .id = fqdn(name), .private_key = *ed25519_key(key).to_pem()};
}

api::PeerProof proves_secret(std::string_view name) {
  return {.name = "secret", .kind = api::ProofKind::shared_secret, .id = fqdn(name), .shared_secret = secret(kSecret)};
}

api::ResponderConfig responder(const Plot& plot, int key, std::string_view text) {
  api::ResponderConfig responder;
  responder.identities.push_back(by_key("server.example", key));
  responder.identities.push_back(by_secret("secret.example", text));
  responder.max_half_open = plot.max_half_open;
  responder.cookies_from = plot.cookies_from;
  responder.max_half_open_per_address = plot.max_half_open_per_address;
  return responder;
}

}  // namespace

api::ResponderConfig server_of(const Plot& plot) {
  api::ResponderConfig config = responder(plot, kServerKey, kSecret);
  for (std::size_t client = 1; client <= plot.clients.size(); ++client) {
    const std::string name = name_of(client);
    const Role& role = plot.clients[client - 1];
    if (role.proof == api::ProofKind::shared_secret) config.peers.push_back(proves_secret(name));
    if (role.proof != api::ProofKind::raw_key) continue;
    config.peers.push_back({.name = "key",
                            .kind = api::ProofKind::raw_key,
                            .id = fqdn(name),
                            .keys = {dns_key_of(ed25519_key(kClientKey))}});
  }
  config.peers.push_back({.name = "all"});
  if (!plot.pool) return config;
  // Several for each: whoever negotiates anew gets another one before the first is free, and acts that come fast one
  // after the other give a client more than one session.
  base::Buffer last{100, 64, 0, static_cast<std::uint8_t>(1 + 6 * plot.clients.size())};
  config.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::from_bytes(last)});
  return config;
}

api::ResponderConfig false_server_of(const Plot& plot) {
  api::ResponderConfig config = responder(plot, kWrongKey, kWrongSecret);
  // It lets everybody in who can't tell the difference.
  config.peers.push_back({.name = "all"});
  config.peers.push_back(
      {.name = "key", .kind = api::ProofKind::raw_key, .keys = {dns_key_of(ed25519_key(kClientKey))}});
  return config;
}

api::ConnectRequest request_of(const Plot& plot, std::size_t client, const base::Address& local,
                               base::TimePoint deadline) {
  const Role& role = plot.clients[client - 1];
  api::ConnectRequest request;
  request.local = {local, 500};
  request.remote = *base::Address::parse(kServerAddress);
  request.deadline = deadline;
  request.request_address = role.lease;
  const std::string name = name_of(client);
  if (role.proof == api::ProofKind::shared_secret) {
    request.own = by_secret(name, role.impostor ? kWrongSecret : kSecret);
    request.peers.push_back(proves_secret("secret.example"));
    request.ask_for = fqdn("secret.example");
    return request;
  }
  request.keys = {dns_key_of(ed25519_key(kServerKey))};
  if (role.proof == api::ProofKind::raw_key) request.own = by_key(name, role.impostor ? kWrongKey : kClientKey);
  return request;
}

}  // namespace latchkey::sim
