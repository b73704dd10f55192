#include "host/config_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "host/log.h"

namespace latchkey::host {
namespace {

std::string shown(const YAML::Node& node) {
  if (node.IsNull()) return "nothing";
  if (node.IsSequence()) return "a list";
  if (node.IsMap()) return "a section";
  return escape(node.Scalar());
}

}  // namespace

ValueResult read_number(const YAML::Node& node, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
  const std::string text = node.IsScalar() ? node.Scalar() : std::string();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) {
    out = value;
    return std::nullopt;
  }
  return ValueError{node.Mark(),
                    fmt::format("expected a whole number from {} to {}, found {}", least, most, shown(node))};
}

ValueResult read_word(const YAML::Node& node, std::span<const std::string_view> words, std::size_t& out) {
  for (std::size_t i = 0; i < words.size() && node.IsScalar(); ++i) {
    if (node.Scalar() != words[i]) continue;
    out = i;
    return std::nullopt;
  }
  return ValueError{node.Mark(), fmt::format("expected one of {}, found {}", fmt::join(words, ", "), shown(node))};
}

}  // namespace latchkey::host
