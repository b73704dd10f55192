#pragma once
// What the configurations of the module and of the daemon have in common. The keys are in common_keys.h.

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/log.h"
#include "ike-engine/api/types.h"

namespace latchkey::host {

/// How ESP travels.
enum class Encapsulation : std::uint8_t { udp, native };

/// What is initialised here are the documented defaults.
struct CommonConfig {
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
  std::vector<api::IkeSuite> ike_proposals;  ///< empty: the engine's defaults
  std::vector<api::EspSuite> esp_proposals;
  std::uint32_t replay_window = 128;  ///< packets, a multiple of 32
  Encapsulation encapsulation = Encapsulation::udp;
  Level log_level = Level::info;
};

/// One row of a table of keys, for a manual page and for a terminal.
struct KeyHelp {
  std::string key;        ///< "listen.ike_port"
  std::string_view type;  ///< "1-65535", "udp|native"
  std::string fallback;   ///< the default as one would write it
  std::string_view help;
};

}  // namespace latchkey::host
