#include "unbound-module/open_gate.h"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>

#include "host/config.h"
#include "latchkey-config.h"
#include "unbound-module/gate.h"

namespace latchkey::unbound {
namespace {

std::uint64_t microseconds(std::chrono::milliseconds time) { return static_cast<std::uint64_t>(time.count()) * 1000; }

/// Whether Unbound's log may be used, and the lock under which it is.
struct Ear {
  std::mutex mutex;
  bool open = false;
};

Ear& ear() {
  static Ear* const the_ear = new Ear;  // never destroyed: the engine's thread may outlive main()
  return *the_ear;
}

/// Into Unbound's log, wherever its configuration sends that.
void log_to_unbound(host::Level level, std::string_view line) {
  const std::string text(line);
  const std::lock_guard lock(ear().mutex);
  if (!ear().open) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  switch (level) {
    case host::Level::error: return lk_log(LK_ERROR, text.c_str());
    case host::Level::warning: return lk_log(LK_WARNING, text.c_str());
    case host::Level::info:
    case host::Level::debug: return lk_log(LK_INFO, text.c_str());
  }
}

}  // namespace

std::expected<OpenGate, std::string> open_gate() {
  {
    const std::lock_guard lock(ear().mutex);
    ear().open = true;
  }
  const auto config = host::load_config();
  if (!config) return std::unexpected(config.error());
  const auto gate = production_gate(*config, &log_to_unbound);
  if (!gate) return std::unexpected(gate.error());
  OpenGate open;
  open.gate = *gate;
  open.settings.unsigned_keys = config->unsigned_policy;
  open.settings.deadline_us = microseconds(config->deadline);
  open.settings.unsigned_deadline_us = microseconds(config->unsigned_deadline);
  auto policy = std::make_shared<Policy>(config->groups);
  if (policy->bound_deadlines(open.settings.deadline_us) > 0) {
    log_to_unbound(host::Level::warning,
                   "latchkey: a group's deadline_ms is longer than deadline_ms, which is the longest that may be");
  }
  open.settings.policy = std::move(policy);
  open.settings.drop_on_key_removed = config->on_key_removed == host::KeyRemoved::drop;
  open.settings.observe = config->observe;
  open.settings.gateways = std::make_shared<std::vector<host::GatewayEntry>>(config->gateways);
  open.gateway_for = config->gateway_for;
  return open;
}

void unbound_ends() {
  const std::lock_guard lock(ear().mutex);
  ear().open = false;
}

std::string_view expected_build_id() { return LATCHKEY_UNBOUND_BUILD_ID; }

}  // namespace latchkey::unbound
