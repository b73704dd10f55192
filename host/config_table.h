#pragma once
// The table of configuration keys: name, setter, default, help. One row a key; everything else is derived.

#include <span>
#include <string>
#include <string_view>

#include "host/config.h"
#include "host/config_values.h"

namespace latchkey::host {

struct ConfigKey {
  std::string_view name;  ///< dotted: section and key
  std::string_view type;  ///< what may stand there, for people
  ValueResult (*set)(const YAML::Node& node, Config& config);
  std::string (*show)(const Config& config);  ///< the value as one would write it; of a fresh Config: the default
  std::string_view help;
};

std::span<const ConfigKey> config_table();

}  // namespace latchkey::host
