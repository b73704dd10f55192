#pragma once
// The operator's word about gateways: which host may stand before which networks (security rule 1).

#include <optional>
#include <span>
#include <vector>

#include "host/cidr.h"
#include "host/placed.h"

namespace latchkey::host {

/// An entry of `gateways`.
struct GatewayEntry {
  Place place;
  std::optional<base::Address> address;  ///< the gateway's
  std::vector<Cidr> networks;            ///< of whose addresses it may be the gateway; of its own family
};

inline constexpr std::size_t kMostGateways = 64;

/// Whether `gateway` may stand before `address`.
bool may_stand_before(std::span<const GatewayEntry> gateways, const base::Address& gateway,
                      const base::Address& address);

}  // namespace latchkey::host
