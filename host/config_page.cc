#include "host/config_page.h"

#include <fmt/format.h>

namespace latchkey::host {
namespace {

/// `text` in lines of at most `width` characters, each with `indent` blanks in front.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out, line;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      out += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return out + std::string(indent, ' ') + line + '\n';
}

}  // namespace

std::string terminal_list(const std::vector<KeyHelp>& keys) {
  std::string out;
  for (const KeyHelp& key : keys) {
    out += fmt::format("\n{}: {}    ({})\n{}", key.key, key.fallback, key.type, wrapped(key.help, 72, 4));
  }
  return out;
}

std::string manual_page(const Manual& manual, const std::vector<KeyHelp>& keys) {
  std::string out = fmt::format(
      ".\\\" Printed by `{}`; the table is in {}.\n.Dd November 23, 2026\n.Dt {}\n.Os\n.Sh NAME\n.Nm {}\n.Nd {}\n"
      ".Sh DESCRIPTION\n{}.Bl -tag -width Ds\n",
      manual.printed_by, manual.table, manual.title, manual.name, manual.purpose, manual.description);
  for (const KeyHelp& key : keys) {
    out += fmt::format(".It Cm {}\n{}\nValue: {}.\nDefault: {}.\n", key.key, key.help, key.type, key.fallback);
  }
  return out + ".El\n" + manual.end;
}

}  // namespace latchkey::host
