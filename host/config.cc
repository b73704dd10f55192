#include "host/config.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/common_keys.h"
#include "host/config_table.h"
#include "host/entry_keys.h"
#include "host/text_file.h"

namespace latchkey::host {
namespace {

ValueResult incomplete(const GatewayEntry& gateway) {
  const auto wrong = [&](std::string_view what) {
    return ValueError{mark_of(gateway.place), "gateways: " + std::string(what)};
  };
  if (!gateway.address) return wrong("address is missing");
  if (gateway.networks.empty()) return wrong("networks are missing");
  for (const Cidr& cidr : gateway.networks) {
    if (cidr.network.family() != gateway.address->family()) {
      return wrong(cidr.to_string() + " is of another family than the gateway");
    }
  }
  return std::nullopt;
}

/// Values that are good by themselves but not together; the defaults are, so the file sets at least one of the two.
ValueResult contradiction(const YAML::Node& file, const Config& config) {
  if (config.failed_max < config.failed_first) {
    return ValueError{mark_of(file, "failed_peer", "max_s"), "failed_peer.max_s: is less than failed_peer.first_s"};
  }
  std::size_t lines = 0;
  for (const GroupEntry& group : config.groups) {
    if (!group.kind) return ValueError{mark_of(group.place), "groups: name is missing"};
    lines += group.domains.size() + group.cidrs.size();
    if (lines > kMostGroupLines) return ValueError{mark_of(group.place), "groups: " + too_many_group_lines()};
  }
  for (const GatewayEntry& gateway : config.gateways) {
    if (auto error = incomplete(gateway)) return error;
  }
  return same_ports(file, config);
}

}  // namespace

std::expected<Config, std::string> parse_config(std::string_view text, std::string_view name) {
  Config config;
  KeyReader reader("the file", " (`latchkeyctl config help` lists all)");
  add_keys(reader, config_table(), config);
  const auto check = [&](const YAML::Node& file) { return contradiction(file, config); };
  if (auto read = read_yaml(text, name, reader, check); !read) return std::unexpected(read.error());
  return config;
}

std::expected<Config, std::string> read_config(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  auto config = parse_config(*text, path);
  if (!config) return config;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (auto read = read_group_files(config->groups, folder); !read) return std::unexpected(read.error());
  return config;
}

std::expected<Config, std::string> load_config() {
  if (const char* path = std::getenv("LATCHKEY_CONFIG"); path && *path) return read_config(path);
  const std::string path(kDefaultConfigPath);
  if (!std::ifstream(path).is_open() && errno == ENOENT) return Config{};
  return read_config(path);
}

}  // namespace latchkey::host
