#include <fmt/format.h>

#include "host/config_table.h"

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

std::vector<KeyHelp> config_keys() {
  std::vector<KeyHelp> keys;
  for (const ConfigKey& row : config_table()) keys.push_back({row.name, row.type, row.show(Config{}), row.help});
  return keys;
}

std::string config_help() {
  std::string out = fmt::format(
      "Latchkey reads {}, or the file that LATCHKEY_CONFIG names (YAML).\n"
      "A dotted name is a key in a section: `listen.ike_port` is `listen: {{ike_port: 500}}`.\n",
      kDefaultConfigPath);
  for (const KeyHelp& key : config_keys()) {
    out += fmt::format("\n{}: {}    ({})\n{}", key.key, key.fallback, key.type, wrapped(key.help, 72, 4));
  }
  return out;
}

std::string config_manual() {
  std::string out = fmt::format(
      ".\\\" Printed by `latchkeyctl config manual`; the table is in host/config_table.cc.\n"
      ".Dd November 23, 2026\n.Dt LATCHKEY.YAML 5\n.Os\n.Sh NAME\n.Nm latchkey.yaml\n.Nd configuration of "
      "Latchkey\n"
      ".Sh DESCRIPTION\nLatchkey reads\n.Pa {}\nwhen Unbound loads it and at each reload, or the file that "
      "the environment "
      "variable\n.Ev LATCHKEY_CONFIG\nnames.\nWithout a file everything has its default.\nThe format is "
      "YAML; a dotted name "
      "below is a key in a section.\nAn unknown, repeated or ill-typed key is an error with file, line and "
      "column.\n"
      ".Bl -tag -width Ds\n",
      kDefaultConfigPath);
  for (const KeyHelp& key : config_keys()) {
    out += fmt::format(".It Cm {}\n{}\nValue: {}.\nDefault: {}.\n", key.key, key.help, key.type, key.fallback);
  }
  return out + ".El\n.Sh SEE ALSO\n.Xr latchkeyctl 8 ,\n.Xr unbound.conf 5\n";
}

}  // namespace latchkey::host
