#pragma once
// What the programs say on standard error.

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace latchkey::control {

/// One line. What it names comes from anywhere (a file's name, a word of the command line), so no terminal must obey
/// it: octets outside printable ASCII are \xNN.
inline std::string complaint(std::string_view program, std::string_view what) {
  std::string line = fmt::format("{}: ", program);
  for (const char c : what) {
    if (c >= ' ' && c <= '~') {
      line += c;
    } else {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return line + '\n';
}

}  // namespace latchkey::control
