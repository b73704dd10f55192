#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "host/config_page.h"
#include "host/config_table.h"

namespace latchkey::host {

std::vector<KeyHelp> config_keys() {
  std::vector<KeyHelp> keys;
  for (KeyHelp& key : help_of(config_table())) {
    const std::string name = key.key;
    keys.push_back(std::move(key));
    if (name == "groups") std::ranges::move(help_of(group_entry_table(), "groups[]."), std::back_inserter(keys));
    if (name == "gateways") std::ranges::move(help_of(gateway_entry_table(), "gateways[]."), std::back_inserter(keys));
  }
  return keys;
}

std::string config_help() {
  return fmt::format(
             "Latchkey reads {}, or the file that LATCHKEY_CONFIG names (YAML).\n"
             "A dotted name is a key in a section: `listen.ike_port` is `listen: {{ike_port: 500}}`,\n"
             "and `groups[].name` one of each entry of a list: `groups: [{{name: private, domains: "
             "[example.org]}}]`.\n",
             kDefaultConfigPath) +
         terminal_list(config_keys());
}

std::string config_manual() {
  const Manual manual{
      .printed_by = "latchkeyctl config manual",
      .table = "host/config_table.cc",
      .title = "LATCHKEY.YAML 5",
      .name = "latchkey.yaml",
      .purpose = "configuration of Latchkey",
      .description = fmt::format(
          "Latchkey reads\n.Pa {}\nwhen Unbound loads it and at each reload, or the file that the environment "
          "variable\n.Ev LATCHKEY_CONFIG\nnames.\nWithout a file everything has its default.\nThe format is YAML; a "
          "dotted name below is a key in a section, and\n.Ql []\nstands behind the name of a list whose entries are "
          "sections.\nAn unknown, repeated or ill-typed key is an error with file, line and column.\n",
          kDefaultConfigPath),
      .end =
          ".Sh EXAMPLES\nEverything below example.org, and this network, by tunnels only; and one name that cannot:\n"
          ".Bd -literal -offset indent\nallow_private: [10.7.0.0/16]\n"
          "groups:\n  - {name: private, domains: [example.org], cidrs: [10.7.0.0/16]}\n"
          "  - {name: clear, domains: [printer.example.org], override: yes}\n.Ed\n"
          ".Sh SEE ALSO\n.Xr latchkeyctl 8 ,\n.Xr unbound.conf 5\n",
  };
  return manual_page(manual, config_keys());
}

}  // namespace latchkey::host
