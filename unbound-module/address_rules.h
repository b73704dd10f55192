#pragma once
// Security rule 4: to which addresses no IKE is sent because DNS said so.

#include <functional>
#include <span>
#include <string_view>

#include "host/cidr.h"
#include "ike-engine/base/address.h"

namespace latchkey::unbound {

/// Why an address is special, in static words ("loopback", "private", ...); empty if it is an ordinary one. Sources:
/// the IANA IPv4 and IPv6 Special-Purpose Address Registries; multicast; all of 2002::/16; and what is embedded in the
/// well-known NAT64 prefix (RFC 6052).
std::string_view special_purpose(const base::Address& address);

/// Why DNS may not make us speak IKE to `address`, in static words; empty if it may. `allowed` are the operator's
/// networks: they lift the rule, also for an address that is embedded in a NAT64 one.
std::string_view forbidden(const base::Address& address, std::span<const host::Cidr> allowed,
                           const std::function<bool(const base::Address&)>& is_own);

}  // namespace latchkey::unbound
