#pragma once
// What the operator may say, from a YAML file. The table of keys is in config_table.cc; the manual is printed
// from it.

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "host/cidr.h"
#include "host/common_config.h"
#include "host/gateway_entry.h"
#include "host/policy_group.h"

namespace latchkey::host {

/// Bounds of the tables (security rule 9).
struct Limits {
  std::size_t peers = 10000;
  std::size_t half_open = 1000;
  std::size_t waiting = 10000;
  unsigned per_client = 200;  ///< negotiations that may begin at once; all come back within 10 s
  unsigned per_zone = 64;

  friend bool operator==(const Limits&, const Limits&) = default;
};

/// What becomes of a tunnel when the name's key leaves DNS by a secure denial.
enum class KeyRemoved : std::uint8_t {
  keep,  ///< it stays until nothing uses it
  drop,  ///< it ends at once, with its guard
};

/// Every key of latchkey.yaml; what is initialised here are the documented defaults.
struct Config : CommonConfig {
  std::chrono::milliseconds deadline{4000};
  UnsignedPolicy unsigned_policy = UnsignedPolicy::opportunistic;
  std::chrono::milliseconds unsigned_deadline{300};
  std::chrono::seconds failed_first{5};
  std::chrono::seconds failed_max{300};
  Limits limits;
  std::vector<GroupEntry> groups;
  bool observe = false;  ///< nothing is done, only told what would be
  KeyRemoved on_key_removed = KeyRemoved::keep;
  std::vector<GatewayEntry> gateways;
  std::vector<Cidr> allow_private;
  std::vector<Cidr> gateway_for;  ///< clients beside this host whose traffic crosses us (security rule 10)
};

inline constexpr std::string_view kDefaultConfigPath = "/etc/latchkey/latchkey.yaml";

/// Reads a configuration from text. The error is one line for the operator, "NAME:LINE:COLUMN: WHAT", both
/// counted from 1; unknown, repeated and ill-typed keys are errors. Empty text gives the defaults. `name` is
/// only for messages. Files that it names are not read.
std::expected<Config, std::string> parse_config(std::string_view text, std::string_view name);

/// Reads a file of at most 1 MiB, and those that its groups name. The error is as of parse_config, or says why a file
/// cannot be read.
std::expected<Config, std::string> read_config(const std::string& path);

/// The process's configuration: the file that LATCHKEY_CONFIG (if not empty) names, which must exist; otherwise
/// kDefaultConfigPath, or the defaults if that does not exist.
std::expected<Config, std::string> load_config();

/// The rows in the order of the manual.
std::vector<KeyHelp> config_keys();
/// The table for a terminal.
std::string config_help();
/// The page latchkey.yaml(5) in mdoc(7).
std::string config_manual();

}  // namespace latchkey::host
