#pragma once
// `latchkeyctl policy test`: what the configuration says of a name, without doing it.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/config.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"

namespace latchkey::control {

/// What is asked: a name in wire form, those that it is an alias of, and addresses.
struct PolicyQuestion {
  std::vector<base::Buffer> names;
  std::vector<base::Address> addresses;
};

/// Pure. `group` is the group that decides, or null; `by_domain` and `by_network` are what was found; `deadline_ms`;
/// `addresses` says of each to which no IKE is sent why (security rule 4); `outcomes` has a row for each way the lookup
/// of the key may end, with a secure address and with an unsigned one: what the name's questions get.
nlohmann::json explain_policy(const host::Config& config, const PolicyQuestion& question);

/// Several lines of that.
std::string policy_text(const nlohmann::json& explained);

}  // namespace latchkey::control
