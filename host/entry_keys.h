#pragma once
// Setters for what stands in the lists of latchkeyd.yaml: entries with keys of their own, identities, names, files.

#include <algorithm>
#include <array>

#include "host/address_pool.h"
#include "host/config_keys.h"
#include "host/identity_text.h"
#include "host/placed.h"

namespace latchkey::host {

inline Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }
inline YAML::Mark mark_of(const Place& place) {
  YAML::Mark mark;
  mark.line = place.line - 1;
  mark.column = place.column - 1;
  return mark;
}

/// A value that is one plain text and not empty.
ValueResult read_text(const YAML::Node& node, std::string& out);
/// The same, of letters, digits, '.', '-' and '_' only, at most 64.
ValueResult read_name(const YAML::Node& node, std::string& out);

/// The same, behind those that are in `out`.
ValueResult add_text(const YAML::Node& node, std::vector<PlacedText>& out);

template <class E>
ValueResult read_entry(const YAML::Node& node, ConfigTable<E> table, E& out) {
  KeyReader reader("an entry");
  add_keys(reader, table, out);
  out.place = place_of(node.Mark());
  return reader.read(node);
}

/// One section with the keys of `Table()`.
template <auto Member, auto Table, class C>
ValueResult set_entry(const YAML::Node& node, C& config) {
  config.*Member = {};
  return read_entry(node, Table(), config.*Member);
}

/// A list of them.
template <auto Member, auto Table, std::size_t Most, class C>
ValueResult set_entries(const YAML::Node& node, C& config) {
  auto& entries = config.*Member;
  entries.clear();
  if (node.IsNull()) return std::nullopt;
  if (!node.IsSequence()) return ValueError{node.Mark(), "expected a list, whose entries begin with `-`"};
  if (node.size() > Most) return ValueError{node.Mark(), fmt::format("expected at most {} entries", Most)};
  for (const YAML::Node& item : node) {
    if (auto error = read_entry(item, Table(), entries.emplace_back())) return error;
  }
  return std::nullopt;
}

template <auto Member, class C>
ValueResult set_text(const YAML::Node& node, C& config) {
  PlacedText& out = config.*Member;
  out.place = place_of(node.Mark());
  return read_text(node, out.text);
}

template <auto Member, class C>
ValueResult set_texts(const YAML::Node& node, C& config) {
  std::vector<PlacedText>& out = config.*Member;
  out.clear();
  if (node.IsScalar()) return add_text(node, out);
  constexpr std::size_t kMost = 64;
  if (!node.IsSequence() || node.size() > kMost) {
    return ValueError{node.Mark(), fmt::format("expected a list of at most {} entries", kMost)};
  }
  for (const YAML::Node& item : node) {
    if (auto error = add_text(item, out)) return error;
  }
  return std::nullopt;
}

template <auto Member, class C>
ValueResult set_name(const YAML::Node& node, C& config) {
  return read_name(node, config.*Member);
}

template <auto Member, class C>
ValueResult set_identity(const YAML::Node& node, C& config) {
  std::string text;
  if (auto error = read_text(node, text)) return error;
  auto identity = parse_identity(text);
  if (!identity) return ValueError{node.Mark(), identity.error()};
  config.*Member = std::move(*identity);
  return std::nullopt;
}

template <auto Member, class C>
ValueResult set_address(const YAML::Node& node, C& config) {
  const auto address = base::Address::parse(node.IsScalar() ? node.Scalar() : "");
  if (!address) return ValueError{node.Mark(), "expected an IP address"};
  config.*Member = *address;
  return std::nullopt;
}

inline constexpr std::array<std::string_view, 2> kFlagWords{"no", "yes"};

template <auto Member, class C>
ValueResult set_flag(const YAML::Node& node, C& config) {
  return set_word<Member, kFlagWords>(node, config);
}

template <auto Member, class C>
std::string show_flag(const C& config) {
  return show_word<Member, kFlagWords>(config);
}

/// Of what is not there unless it is written.
template <class C>
std::string show_nothing(const C&) {
  return "none";
}

}  // namespace latchkey::host
