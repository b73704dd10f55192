#include "tests/sim/cast.h"

#include "tests/sim/addresses.h"
#include "tests/sim/credentials.h"
#include "tests/sim/invariants.h"

namespace latchkey::sim {

namespace {

using api::ProofKind;

// The server has a name for each kind of proof.
std::string_view server_name(ProofKind kind) {
  switch (kind) {
    case ProofKind::shared_secret: return "secret.example";
    case ProofKind::certificate: return "certified.example";
    default: return "server.example";
  }
}

api::AddressPool leases(Net net, const Plot& plot) {
  return {address_in(net, plot.ipv6, 2), address_in(net, plot.ipv6, 1 + plot.pool)};
}

api::ResponderConfig responder(const Plot& plot, Side side) {
  api::ResponderConfig responder;
  for (const ProofKind kind : {ProofKind::raw_key, ProofKind::shared_secret, ProofKind::certificate}) {
    responder.identities.push_back(own_proof(side, kind, server_name(kind)));
  }
  responder.max_half_open = plot.max_half_open;
  responder.cookies_from = plot.cookies_from;
  responder.max_half_open_per_address = plot.max_half_open_per_address;
  responder.max_sessions_per_address = plot.max_sessions_per_address;
  responder.mode = plot.mode;
  return responder;
}

void change(api::ResponderConfig& config, const Plot& plot, Reading reading) {
  switch (reading) {
    case Reading::as_ever: return;
    case Reading::other_pool:
      for (api::AddressPool& pool : config.pools) pool = leases(Net::other_leases, plot);
      return;
    case Reading::no_secrets:
      std::erase_if(config.peers, [](const auto& peer) { return peer.kind == ProofKind::shared_secret; });
      return;
    case Reading::no_room:
      config.max_half_open = 1;
      config.cookies_from = 0;
      return;
    case Reading::other_mode:
      config.mode = plot.mode == api::Mode::tunnel ? api::Mode::transport : api::Mode::tunnel;
      return;
  }
}

}  // namespace

api::ResponderConfig server_of(const Plot& plot, Reading reading) {
  api::ResponderConfig config = responder(plot, Side::server);
  for (std::size_t client = 1; client <= plot.clients.size(); ++client) {
    const ProofKind kind = plot.clients[client - 1].proof;
    if (kind != ProofKind::anonymous) config.peers.push_back(demanded_proof(Side::client, kind, name_of(client)));
  }
  config.peers.push_back({.name = "all"});
  if (plot.ppk) config.ppks.push_back(ppk_of(Side::server, false));
  config.ppk_required = plot.ppk_required;
  if (plot.pool > 0) config.pools.push_back(leases(Net::leases, plot));
  change(config, plot, reading);
  return config;
}

api::ResponderConfig false_server_of(const Plot& plot) {
  api::ResponderConfig config = responder(plot, Side::impostor);
  // It lets everybody in who can't tell the difference.
  config.peers.push_back({.name = "all"});
  api::PeerProof anybody = demanded_proof(Side::client, ProofKind::raw_key, "");
  anybody.id.reset();
  config.peers.push_back(std::move(anybody));
  return config;
}

api::ConnectRequest request_of(const Plot& plot, std::size_t client, const base::Address& local,
                               base::TimePoint deadline) {
  const Role& role = plot.clients[client - 1];
  api::ConnectRequest request;
  request.local = {local, 500};
  request.remote = address_in(Net::server, plot.ipv6, 7);
  request.deadline = deadline;
  request.request_address = role.lease;
  request.mode = role.mode;
  if (role.ppk != PpkOwned::none) {
    request.ppk = ppk_of(role.ppk == PpkOwned::shared ? Side::server : Side::client, role.ppk_required);
  }
  request.own = own_proof(role.impostor ? Side::impostor : Side::client, role.proof, name_of(client));
  if (role.proof == ProofKind::anonymous || role.proof == ProofKind::raw_key) {
    request.keys = {server_key()};
    return request;
  }
  const std::string_view server = server_name(role.proof);
  request.peers.push_back(demanded_proof(Side::server, role.proof, server));
  request.ask_for = fqdn(server);
  return request;
}

}  // namespace latchkey::sim
