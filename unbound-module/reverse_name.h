#pragma once
// The name under which the zone of an address speaks of it.

#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"

namespace latchkey::unbound {

/// "9.113.0.203.in-addr.arpa" (RFC 1035 section 3.5) or "1.0. ... .2.ip6.arpa" (RFC 3596 section 2.5), in wire form.
base::Buffer reverse_name(const base::Address& address);

}  // namespace latchkey::unbound
