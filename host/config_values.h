#pragma once
// Readers of single YAML values: each sets its target or says what was expected. Used by
// config_table.cc.

#include <yaml-cpp/yaml.h>

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::host {

/// What is wrong with a value, and where: the mark of the innermost node that is wrong.
struct ValueError {
  YAML::Mark mark;
  std::string what;
};
using ValueResult = std::optional<ValueError>;

/// A decimal whole number from `least` to `most`, without sign or blanks.
ValueResult read_number(const YAML::Node& node, std::uint64_t least, std::uint64_t most, std::uint64_t& out);

/// One word of `words`; `out` is its index.
ValueResult read_word(const YAML::Node& node, std::span<const std::string_view> words, std::size_t& out);

/// A list (or a single value in its place) of at most `most` entries; each text goes to `entry`, which
/// returns what it expected if the text is wrong.
template <class Entry>
ValueResult read_list(const YAML::Node& node, std::size_t most, Entry entry) {
  if (node.IsNull()) return std::nullopt;
  if (!node.IsSequence()) return ValueError{node.Mark(), "expected a list, such as [a, b]"};
  if (node.size() > most) return ValueError{node.Mark(), "expected at most " + std::to_string(most) + " entries"};
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return ValueError{item.Mark(), "expected a plain value"};
    if (auto expected = entry(item.Scalar())) return ValueError{item.Mark(), *expected};
  }
  return std::nullopt;
}

}  // namespace latchkey::host
