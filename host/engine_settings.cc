#include "host/engine_settings.h"

#include <algorithm>

namespace latchkey::host {
namespace {

constexpr std::chrono::seconds kLeastGrace{60};

EngineSettings common_settings(const CommonConfig& config) {
  EngineSettings out;
  out.engine.ike = config.ike_proposals;
  out.engine.esp = config.esp_proposals;
  out.engine.encapsulate = config.encapsulation == Encapsulation::udp;
  out.engine.ike_port = config.ike_port;
  out.engine.nat_port = config.nat_port;
  out.kernel.replay_window = static_cast<std::uint16_t>(config.replay_window);
  return out;
}

}  // namespace

EngineSettings engine_settings(const Config& config) {
  EngineSettings out = common_settings(config);
  out.engine.max_half_open = config.limits.half_open;
  out.engine.max_sessions = config.limits.peers + config.limits.half_open;
  out.kernel.max_addresses = config.limits.peers;
  out.kernel.max_tunnels = 2 * out.engine.max_sessions;
  out.kernel.max_reserved = config.limits.half_open;
  return out;
}

EngineSettings engine_settings(const DaemonConfig& config) {
  EngineSettings out = common_settings(config);
  out.engine.max_sessions = config.limits.sessions;
  out.engine.max_half_open = config.limits.half_open;
  out.engine.lifetime = config.child_lifetime;
  out.engine.ike_lifetime = config.ike_lifetime;
  out.engine.child_limits = {config.child_bytes, config.child_packets};
  out.engine.liveness = config.liveness;
  out.engine.keepalive = config.keepalive;
  out.engine.idle = config.idle;
  out.engine.pfs = config.pfs;
  out.engine.lease_networks.clear();
  for (const Cidr& cidr : config.lease_networks) out.engine.lease_networks.push_back({cidr.network, cidr.prefix});
  out.kernel.max_addresses = config.limits.sessions;
  out.kernel.max_tunnels = 2 * out.engine.max_sessions;
  out.kernel.max_reserved = config.limits.half_open;
  // Later than the engine's own end of a child, which changes its keys before: only a dead process gets there.
  out.kernel.sa_lifetime = config.child_lifetime + std::max(kLeastGrace, config.child_lifetime / 6);
  return out;
}

}  // namespace latchkey::host
