#pragma once
// Where everybody lives in a story, in either family.

#include "ike-engine/base/address.h"

namespace latchkey::sim {

enum class Net : std::uint8_t {
  server,
  clients,     ///< without a NAT
  behind_nat,  ///< what a NAT hides
  nats,        ///< what it shows
  strangers,
  leases,        ///< what the server leases
  other_leases,  ///< and after it has been configured anew
};

/// The `n`-th address of the net: from 1 on, and again from 1 after 250.
base::Address address_in(Net net, bool ipv6, std::uint64_t n);

}  // namespace latchkey::sim
