#pragma once
// What of a name's IPSECKEY records may be used.

#include <optional>
#include <span>
#include <vector>

#include "host/gateway_entry.h"
#include "ike-engine/api/types.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"
#include "unbound-module/ipseckey_record.h"

namespace latchkey::unbound {

/// A whole set's records whose keys are acceptable, and how many of the others there were.
struct IpseckeySet {
  std::vector<IpseckeyRecord> records;  ///< by precedence; equal ones in the order given
  std::size_t malformed = 0;            ///< could not even be parsed
  std::size_t refused = 0;              ///< unknown algorithm or bad key (security rule 7)
};

/// At most kMaxRecords are looked at; what is beyond them counts as malformed. Never fails. Each key is checked here,
/// once, since a name may have thousands of addresses.
IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas);
inline constexpr std::size_t kMaxRecords = 32;

/// Who may say that an address has a gateway (security rule 1), beside the address itself.
struct GatewayWord {
  std::span<const host::GatewayEntry> configured = {};
  const IpseckeySet* reverse = nullptr;  ///< of the address's name in the reverse zone, DNSSEC-secure
};

/// A way to an address, and what is to be proven on it.
struct Route {
  std::optional<base::Address> gateway;  ///< none: directly
  std::vector<api::DnsKey> keys;         ///< in order of precedence, without doubles; at least one
};

/// All ways that a set gives, in the order of the first record of each. A record gives one if it names no gateway; or,
/// if it is DNSSEC-secure, a gateway that is the address itself, or one of the address's family that is configured or
/// stands with the same key in the reverse zone (security rule 1). A gateway's name is refused.
struct Routes {
  std::vector<Route> ways;
  std::size_t skipped = 0;  ///< records that are there but refused, or beyond kMaxKeys
};
inline constexpr std::size_t kMaxKeys = 16;  ///< over all ways
Routes routes_to(const base::Address& address, const IpseckeySet& set, bool secure, const GatewayWord& word = {});
/// Whether there is any.
bool has_route(const base::Address& address, const IpseckeySet& set, bool secure, const GatewayWord& word = {});
/// Whether a record names another host of the address's family, so that somebody may be asked about it.
bool has_foreign_gateway(const base::Address& address, const IpseckeySet& set);

}  // namespace latchkey::unbound
