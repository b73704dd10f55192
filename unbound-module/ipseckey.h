#pragma once
// What of a name's IPSECKEY records may be used.

#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"
#include "unbound-module/ipseckey_record.h"

namespace latchkey::unbound {

/// Whether the record may authenticate `address` (security rules 1 and 7): no gateway, or, if the record is
/// DNSSEC-secure, a gateway that is the address itself; a known algorithm; an acceptable key.
/// Errors: unsupported (algorithm), mismatch (gateway), weak or malformed (key).
base::Result<api::DnsKey> usable(const IpseckeyRecord& record, const base::Address& address, bool secure);

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

/// The keys of a set that may authenticate `address`, in order of precedence, without doubles.
struct UsableKeys {
  std::vector<api::DnsKey> keys;
  std::size_t skipped = 0;  ///< records that are there but refused, or beyond kMaxKeys
};
inline constexpr std::size_t kMaxKeys = 16;
UsableKeys usable_keys(const IpseckeySet& set, const base::Address& address, bool secure);
/// Whether there is any.
bool has_usable_key(const IpseckeySet& set, const base::Address& address, bool secure);

}  // namespace latchkey::unbound
