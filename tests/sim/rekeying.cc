#include "tests/sim/rekeying.h"
#include "tests/support/names.h"

#include <fmt/format.h>

namespace latchkey::sim {

namespace {

const support::FakeKernel::Installed* newest_live(const support::FakeKernel& kernel) {
  const support::FakeKernel::Installed* newest = nullptr;
  for (const auto& tunnel : kernel.installed()) {
    if (tunnel.live) newest = &tunnel;
  }
  return newest;
}

api::ResponderConfig open_server() {
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = support::fqdn("server.example"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "anonymous"});
  return responder;
}

void bring_up(Pair& pair, const api::ResponderConfig& responder, api::ConnectRequest request) {
  pair.serve(responder);
  request.keys = {dns_key_of(ed25519_key())};
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  ASSERT_EQ(pair.client.count<api::Established>(), 1u);
  ASSERT_EQ(pair.server.count<api::Established>(), 1u);
  const std::string_view difference = pair.config.nat_address.empty() ? "" : "addresses";
  ASSERT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), difference);
}

std::string check_host(const Host& host, std::string_view name, std::size_t sas) {
  if (host.count<api::Down>() != 0) {
    return fmt::format("{} lost the tunnel: {}", name, to_string(host.last<api::Down>()->reason));
  }
  if (host.engine->ike_sas() != sas) return fmt::format("{} has {} IKE SAs", name, host.engine->ike_sas());
  if (host.kernel.reserved() != 0) return fmt::format("{} has SPIs set aside", name);
  const auto* child = newest_live(host.kernel);
  if (child != nullptr && !child->sending) return fmt::format("{} does not send", name);
  return "";
}

}  // namespace

api::EngineConfig patient() {
  api::EngineConfig config;
  config.lifetime = config.ike_lifetime = std::chrono::hours(1000);
  return config;
}

PairConfig patient_pair(std::uint64_t seed) {
  PairConfig config;
  config.seed = seed;
  config.client = config.server = patient();
  return config;
}

void bring_up(Pair& pair, api::Mode mode) {
  api::ResponderConfig responder = open_server();
  responder.mode = mode;
  api::ConnectRequest request = pair.request();
  request.mode = mode;
  bring_up(pair, responder, std::move(request));
}

void bring_up_with_lease(Pair& pair) {
  api::ResponderConfig responder = open_server();
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.9")});
  api::ConnectRequest request = pair.request();
  request.request_address = true;
  bring_up(pair, responder, std::move(request));
}

void wear_out(Pair& pair, Host& host) {
  const auto* tunnel = newest_live(host.kernel);
  ASSERT_NE(tunnel, nullptr);
  host.engine->expired({tunnel->child.local, tunnel->child.spi_in}, pair.now);
  pair.collect(host);
}

std::string check_one_tunnel(const Pair& pair) {
  if (auto wrong = check_host(pair.client, "the client", 1); !wrong.empty()) return wrong;
  if (auto wrong = check_host(pair.server, "the server", 1); !wrong.empty()) return wrong;
  if (pair.client.kernel.live() != 1) return fmt::format("{} children", pair.client.kernel.live());
  return compare_kernels(pair.client.kernel, pair.server.kernel);
}

std::string check_nothing_left(const Pair& pair) {
  for (const Host* host : {&pair.client, &pair.server}) {
    const std::string_view name = host == &pair.client ? "the client" : "the server";
    if (host->count<api::Down>() != 1) return fmt::format("{} said Down {} times", name, host->count<api::Down>());
    if (host->engine->sessions() != 0 || host->engine->ike_sas() != 0) return fmt::format("{} has an IKE SA", name);
    if (host->kernel.live() != 0 || host->kernel.reserved() != 0) return fmt::format("{} has a child", name);
    if (host->engine->next_deadline() != base::kNever) return fmt::format("{} waits for something", name);
  }
  return "";
}

}  // namespace latchkey::sim
