#include "host/engine_settings.h"

namespace latchkey::host {
namespace {

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
  out.kernel.max_reserved = config.limits.half_open;
  return out;
}

}  // namespace latchkey::host
