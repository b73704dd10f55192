#pragma once
// The tables of latchkeyd.yaml's keys: of the file and of the entries of its lists.

#include "host/config_keys.h"
#include "host/daemon_config.h"

namespace latchkey::host {

ConfigTable<DaemonConfig> daemon_config_table();
ConfigTable<OwnEntry> own_entry_table();
ConfigTable<PeerEntry> peer_entry_table();
ConfigTable<PpkEntry> ppk_entry_table();
ConfigTable<ConnectionEntry> connection_entry_table();

/// "anonymous", "key", "psk", "certificate": as `auth` has them.
std::string_view auth_word(api::ProofKind kind);

}  // namespace latchkey::host
