#pragma once
// Pools of inner addresses as an operator writes them.

#include <expected>
#include <string>
#include <string_view>

#include "ike-engine/api/types.h"

namespace latchkey::host {

/// "100.64.0.2-100.64.255.254", or a network: "100.64.0.0/16" is its addresses without the first and, for IPv4, the
/// last, which some systems keep for themselves (networks of two addresses and single addresses are taken whole). The
/// error says what was expected.
std::expected<api::AddressPool, std::string> parse_pool(std::string_view text);

}  // namespace latchkey::host
