#include "host/gateway_entry.h"

#include <algorithm>

namespace latchkey::host {

bool may_stand_before(std::span<const GatewayEntry> gateways, const base::Address& gateway,
                      const base::Address& address) {
  return std::ranges::any_of(gateways, [&](const GatewayEntry& entry) {
    return entry.address == gateway && any_contains(entry.networks, address);
  });
}

}  // namespace latchkey::host
