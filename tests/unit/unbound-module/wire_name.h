#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace latchkey::unbound {

/// A name in wire form, of plain labels: "www.example".
inline std::string wire_name(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto label = text.substr(0, text.find('.'));
    out.push_back(static_cast<char>(label.size()));
    out += label;
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  }
  return out + '\0';
}

}  // namespace latchkey::unbound
