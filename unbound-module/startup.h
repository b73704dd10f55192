#pragma once
// What is checked before the module starts to work: the host program, its configuration, who may ask.

#include <expected>
#include <set>
#include <string>
#include <vector>

#include "host/cidr.h"
#include "unbound-module/host.h"
#include "unbound-module/shim.h"

namespace latchkey::unbound {

/// The ELF build-id of the running program in hex; empty if it has none.
std::string program_build_id();

/// What the operator's choices come to.
struct Startup {
  Settings settings;
  std::vector<std::string> warnings;  ///< one line each
};

/// Who may ask: the host's own addresses, and prefixes of clients whose traffic crosses this host.
struct Clients {
  std::set<base::Address> own;
  std::vector<host::Cidr> gateway_for;
};

/// Fits the configured settings to what Unbound's configuration allows. The error is one line that says what to change.
/// Security rule 10: every network that `access-control` allows is this host or one of `clients.gateway_for`.
std::expected<Startup, std::string> check_startup(const lk_facts& facts, const Settings& wanted,
                                                  const Clients& clients);

}  // namespace latchkey::unbound
