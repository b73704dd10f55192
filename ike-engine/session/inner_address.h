#pragma once
// The configuration payload as far as we use it: one inner address of one family (RFC 7296 sections 2.19 and 3.15).

#include <optional>

#include "ike-engine/base/address.h"
#include "ike-engine/wire/cp.h"

namespace latchkey::session {

/// The body of a CFG_REQUEST for an address of `family`.
base::Buffer address_request(base::Family family);
/// The body of a CFG_REPLY that leases `address`.
base::Buffer address_reply(const base::Address& address);

/// Whether a CFG_REQUEST asks for an address of `family`.
bool asks_for_address(const wire::Cp& request, base::Family family);
/// The address of `family` that a payload names: the one that a request would like, or that a reply leases.
std::optional<base::Address> address_in(const wire::Cp& cp, base::Family family);

}  // namespace latchkey::session
