#include "host/entry_keys.h"

namespace latchkey::host {

ValueResult read_text(const YAML::Node& node, std::string& out) {
  if (!node.IsScalar() || node.Scalar().empty()) return ValueError{node.Mark(), "expected a text"};
  out = node.Scalar();
  return std::nullopt;
}

ValueResult read_name(const YAML::Node& node, std::string& out) {
  constexpr std::size_t kLongest = 64;
  if (auto error = read_text(node, out)) return error;
  const bool fits = std::ranges::all_of(out, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
  if (fits && out.size() <= kLongest) return std::nullopt;
  return ValueError{node.Mark(), "expected letters, digits, '.', '-' and '_' only, at most 64"};
}

ValueResult add_text(const YAML::Node& node, std::vector<PlacedText>& out) {
  return read_text(node, out.emplace_back(PlacedText{{}, place_of(node.Mark())}).text);
}

}  // namespace latchkey::host
