#include <fmt/format.h>

#include "host/config_page.h"
#include "host/daemon_config_table.h"

namespace latchkey::host {
namespace {

void append(std::vector<KeyHelp>& keys, std::vector<KeyHelp> more) {
  keys.insert(keys.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The keys of the entries of the list `name`.
std::vector<KeyHelp> entry_keys(std::string_view name) {
  if (name == "identities") return help_of(own_entry_table(), "identities[].");
  if (name == "peers") return help_of(peer_entry_table(), "peers[].");
  if (name == "connections") return help_of(connection_entry_table(), "connections[].");
  return {};
}

}  // namespace

std::vector<KeyHelp> daemon_config_keys() {
  std::vector<KeyHelp> keys;
  for (KeyHelp& key : help_of(daemon_config_table())) {
    const std::string name = key.key;
    keys.push_back(std::move(key));
    append(keys, entry_keys(name));
  }
  return keys;
}

std::string daemon_config_help() {
  return fmt::format(
             "latchkeyd reads {}, or the file that --config names (YAML).\n"
             "A dotted name is a key in a section: `listen.ike_port` is `listen: {{ike_port: 500}}`.\n"
             "`peers[].auth` is a key of each entry of a list: `peers: [{{auth: key}}, {{auth: psk}}]`.\n",
             kDefaultDaemonConfigPath) +
         terminal_list(daemon_config_keys());
}

std::string daemon_config_manual() {
  const Manual manual{
      .printed_by = "latchkeyd --config-manual",
      .table = "host/daemon_config_table.cc",
      .title = "LATCHKEYD.YAML 5",
      .name = "latchkeyd.yaml",
      .purpose = "configuration of latchkeyd",
      .description = fmt::format(
          ".Xr latchkeyd 8\nreads\n.Pa {}\nor the file that\n.Fl -config\nnames, when it starts and at SIGHUP.\nThe "
          "format is YAML; a dotted name below is a key in a section, and\n.Ql []\nstands behind the name of a list "
          "whose entries are sections.\nAn unknown, repeated or ill-typed key is an error with file, line and "
          "column.\nNames of files count from the configuration's folder.\n",
          kDefaultDaemonConfigPath),
      .end =
          ".Sh EXAMPLES\nA server for anybody, whose key is in DNS:\n.Bd -literal -offset indent\n"
          "identities:\n  - {id: server.example, key: server.pem}\n.Ed\n"
          ".Pp\nA tunnel to one host, by raw keys:\n.Bd -literal -offset indent\n"
          "connections:\n  - name: backup\n    remote: 192.0.2.7\n    own: {id: a.example, key: a.pem}\n"
          "    peer: {auth: key, id: b.example, key_files: [b.pub]}\n.Ed\n"
          ".Sh SEE ALSO\n.Xr latchkeyctl 8 ,\n.Xr latchkeyd 8\n",
  };
  return manual_page(manual, daemon_config_keys());
}

}  // namespace latchkey::host
