#pragma once
// A table of configuration keys: name, setter, default, help. One row a key; everything else is derived.

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/cidr.h"
#include "host/common_config.h"
#include "host/config_reader.h"

namespace latchkey::host {

/// A key of the configuration (or of a section of it) `C`.
template <class C>
struct ConfigKey {
  std::string_view name;  ///< dotted: section and key
  std::string_view type;  ///< what may stand there, for people
  ValueResult (*set)(const YAML::Node& node, C& config);
  std::string (*show)(const C& config);  ///< the value as one would write it; of a fresh C: the default
  std::string_view help;
};

template <class C>
using ConfigTable = std::span<const ConfigKey<C>>;

/// Makes `reader` read the table's keys into `config`, which outlives it.
template <class C>
void add_keys(KeyReader& reader, ConfigTable<C> table, C& config) {
  for (const ConfigKey<C>& row : table) {
    reader.add(row.name, [&config, set = row.set](const YAML::Node& node) { return set(node, config); });
  }
}

/// The rows for a manual page; `prefix` stands in front of each name.
template <class C>
std::vector<KeyHelp> help_of(ConfigTable<C> table, std::string_view prefix = {}) {
  std::vector<KeyHelp> keys;
  const C fresh{};
  for (const ConfigKey<C>& row : table) {
    keys.push_back({std::string(prefix) + std::string(row.name), row.type, row.show(fresh), row.help});
  }
  return keys;
}

// Setters, and what shows the value again. `Member` is a pointer to what is set.

/// A number; a duration of that many of its units, too.
template <auto Member, std::uint64_t Least, std::uint64_t Most, class C>
ValueResult set_number(const YAML::Node& node, C& config) {
  std::uint64_t value = 0;
  auto error = read_number(node, Least, Most, value);
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  if (!error) config.*Member = static_cast<Type>(value);
  return error;
}

template <auto Member, class C>
std::string show_number(const C& config) {
  if constexpr (requires { (config.*Member).count(); }) {
    return std::to_string((config.*Member).count());
  } else {
    return std::to_string(config.*Member);
  }
}

/// The same for what is in `config.limits`.
template <auto Member, std::uint64_t Least, std::uint64_t Most, class C>
ValueResult set_limit(const YAML::Node& node, C& config) {
  return set_number<Member, Least, Most>(node, config.limits);
}

template <auto Member, class C>
std::string show_limit(const C& config) {
  return show_number<Member>(config.limits);
}

/// One of `Words`; its index is the value.
template <auto Member, const auto& Words, class C>
ValueResult set_word(const YAML::Node& node, C& config) {
  std::size_t index = 0;
  auto error = read_word(node, Words, index);
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  if (!error) config.*Member = static_cast<Type>(index);
  return error;
}

template <auto Member, const auto& Words, class C>
std::string show_word(const C& config) {
  return std::string(Words[static_cast<std::size_t>(config.*Member)]);
}

inline constexpr std::size_t kMostSuites = 16;

/// A list of suites, each read by `Parse`; `Form` says what it takes.
template <auto Member, auto Parse, auto Form, class C>
ValueResult set_suites(const YAML::Node& node, C& config) {
  (config.*Member).clear();
  return read_list(node, kMostSuites, [&](const std::string& text) -> std::optional<std::string> {
    const auto suite = Parse(text);
    if (!suite) return fmt::format("expected {}, found {}", Form(), escape(text));
    (config.*Member).push_back(*suite);
    return std::nullopt;
  });
}

inline constexpr std::size_t kMostNetworks = 1024;

/// A list of networks.
template <auto Member, class C>
ValueResult set_networks(const YAML::Node& node, C& config) {
  (config.*Member).clear();
  return read_list(node, kMostNetworks, [&](const std::string& text) -> std::optional<std::string> {
    const auto cidr = Cidr::parse(text);
    if (!cidr) return fmt::format("expected a network such as 10.0.0.0/8 or fd00::/8, found {}", escape(text));
    (config.*Member).push_back(*cidr);
    return std::nullopt;
  });
}

template <auto Member, class C>
std::string show_networks(const C& config) {
  std::string out;
  for (const Cidr& cidr : config.*Member) out += (out.empty() ? "" : ", ") + cidr.to_string();
  return "[" + out + "]";
}

template <class C>
std::string show_empty_list(const C&) {
  return "[]";
}

}  // namespace latchkey::host
