#include "host/engine_thread.h"
#include "unbound-module/gate.h"

namespace latchkey::unbound {
namespace {

/// One a process. Goes when the process exits, not when Unbound reloads.
struct Production {
  host::Config config;
  host::Log log;
  EngineGate gate;
  std::unique_ptr<host::EngineThread> thread;

  Production(const host::Config& c, host::Log::Sink s)
      : config(c), log(std::move(s), c.log_level), gate(peers_config(c), log) {}
};

/// What the running thread was started with cannot be changed under it.
bool needs_restart(const host::Config& old, const host::Config& now) {
  return old.ike_port != now.ike_port || old.nat_port != now.nat_port || old.ike_proposals != now.ike_proposals ||
         old.esp_proposals != now.esp_proposals || old.replay_window != now.replay_window ||
         old.encapsulation != now.encapsulation || old.limits != now.limits;
}

}  // namespace

std::expected<Gate*, std::string> production_gate(const host::Config& config, host::Log::Sink sink) {
  static std::unique_ptr<Production> production;
  if (production) {
    production->log.set_level(config.log_level);
    production->gate.reconfigure(peers_config(config));
    if (needs_restart(production->config, config)) {
      production->log.warning("reload", {{"reason",
                                          "ports, proposals, limits and encapsulation change only when "
                                          "Unbound is restarted"}});
    }
    return &production->gate;
  }
  auto fresh = std::make_unique<Production>(config, std::move(sink));
  auto thread = host::EngineThread::start(host::engine_settings(config), fresh->log, fresh->gate);
  if (!thread) return std::unexpected(thread.error());
  fresh->thread = std::move(*thread);
  production = std::move(fresh);
  return &production->gate;
}

}  // namespace latchkey::unbound
