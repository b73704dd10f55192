#include "host/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>

#include "host/config_table.h"

namespace latchkey::host {
namespace {

constexpr std::size_t kLargestFile = 1U << 20;

const ConfigKey* find_key(std::string_view name) {
  const auto row = std::ranges::find(config_table(), name, &ConfigKey::name);
  return row == config_table().end() ? nullptr : &*row;
}

bool is_section(std::string_view name) {
  const std::string prefix = std::string(name) + ".";
  return std::ranges::any_of(config_table(), [&](const ConfigKey& row) { return row.name.starts_with(prefix); });
}

ValueResult walk(const YAML::Node& section, const std::string& prefix, Config& config);

ValueResult unknown_key(const YAML::Node& key, const std::string& name) {
  if (name == "groups") return ValueError{key.Mark(), "groups: policy groups are not supported by this version"};
  return ValueError{key.Mark(), fmt::format("{}: no such key (`latchkeyctl config help` lists all)", escape(name))};
}

ValueResult set_key(const YAML::Node& key, const YAML::Node& value, const std::string& name, Config& config) {
  ValueResult error;
  if (const ConfigKey* row = find_key(name)) {
    error = row->set(value, config);
    if (error) error->what = fmt::format("{}: {}", name, error->what);
  } else if (is_section(name)) {
    error = walk(value, name + ".", config);
  } else {
    error = unknown_key(key, name);
  }
  // An empty value has no place of its own in the text.
  if (error && value.IsNull()) error->mark = key.Mark();
  return error;
}

ValueResult walk(const YAML::Node& section, const std::string& prefix, Config& config) {
  if (section.IsNull()) return std::nullopt;
  if (!section.IsMap()) {
    const std::string where = prefix.empty() ? "the file" : prefix.substr(0, prefix.size() - 1);
    return ValueError{section.Mark(), fmt::format("{}: expected lines of the form `key: value`", where)};
  }
  std::set<std::string> seen;  // yaml-cpp keeps a key that is written twice
  for (const auto& entry : section) {
    const YAML::Node &key = entry.first, &value = entry.second;
    if (!key.IsScalar()) return ValueError{key.Mark(), "expected a plain word as key"};
    const std::string name = prefix + key.Scalar();
    if (!seen.insert(name).second) return ValueError{key.Mark(), fmt::format("{}: is set twice", escape(name))};
    if (auto error = set_key(key, value, name, config)) return error;
  }
  return std::nullopt;
}

std::string located(std::string_view file, const YAML::Mark& mark, std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, mark.line + 1, mark.column + 1, what);  // yaml-cpp counts from 0
}

/// Where `key` of `section` stands, or the section if only its other keys do.
YAML::Mark mark_of(const YAML::Node& file, const char* section, const char* key) {
  const YAML::Node in = file[section];
  if (const YAML::Node value = in[key]) return value.Mark();
  return in.Mark();
}

/// Values that are good by themselves but not together; the defaults are, so the file sets at least one of the two.
ValueResult contradiction(const YAML::Node& file, const Config& config) {
  if (config.failed_max < config.failed_first) {
    return ValueError{mark_of(file, "failed_peer", "max_s"), "failed_peer.max_s: is less than failed_peer.first_s"};
  }
  if (config.ike_port == config.nat_port) {
    return ValueError{mark_of(file, "listen", "nat_port"), "listen.nat_port: must differ from listen.ike_port"};
  }
  return std::nullopt;
}

}  // namespace

std::expected<Config, std::string> parse_config(std::string_view text, std::string_view name) {
  Config config;
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      return std::unexpected(located(name, documents[1].Mark(), "expected one document, found a second `---`"));
    }
    if (documents.empty()) return config;
    auto error = walk(documents.front(), "", config);
    if (!error) error = contradiction(documents.front(), config);
    if (error) return std::unexpected(located(name, error->mark, error->what));
  } catch (const YAML::Exception& error) {
    return std::unexpected(located(name, error.mark, "is not YAML: " + error.msg));
  }
  return config;
}

std::expected<Config, std::string> read_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    return std::unexpected(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) return std::unexpected(fmt::format("{}: is larger than 1 MiB", path));
  return parse_config(text, path);
}

std::expected<Config, std::string> load_config() {
  if (const char* path = std::getenv("LATCHKEY_CONFIG"); path && *path) return read_config(path);
  const std::string path(kDefaultConfigPath);
  if (!std::ifstream(path).is_open() && errno == ENOENT) return Config{};
  return read_config(path);
}

}  // namespace latchkey::host
