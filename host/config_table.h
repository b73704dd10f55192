#pragma once
// The table of latchkey.yaml's keys.

#include "host/config.h"
#include "host/config_keys.h"

namespace latchkey::host {

ConfigTable<Config> config_table();
/// Of an entry of `groups`.
ConfigTable<GroupEntry> group_entry_table();
/// Of an entry of `gateways`.
ConfigTable<GatewayEntry> gateway_entry_table();

}  // namespace latchkey::host
