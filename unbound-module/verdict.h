#pragma once
// What the lookups' statuses mean for one name: the table, without time, network or memory.

#include <cstdint>
#include <string_view>

#include "host/policy_group.h"

namespace latchkey::unbound {

/// DNSSEC's word about an answer, as the validator gave it. Indeterminate counts as insecure.
enum class Security : std::uint8_t { insecure, secure, bogus };

/// How the IPSECKEY lookup of the name ended.
enum class KeyStatus : std::uint8_t {
  secure,    ///< at least one usable record, DNSSEC-secure
  insecure,  ///< at least one usable record, from an unsigned zone
  bogus,
  absent_secure,    ///< proven by a secure NSEC or NSEC3
  absent_insecure,  ///< not there, unproven: unsigned zone, or an opt-out span
  failed,           ///< no answer, SERVFAIL, a loop, out of memory
  unusable,         ///< records, but none that may be used
};

/// The configuration's word `unsigned`: what a key from an unsigned zone is good for.
using Unsigned = host::UnsignedPolicy;

struct Statuses {
  Security address = Security::insecure;  ///< of the address records
  Security alias = Security::secure;      ///< the worst of the alias links; secure if there is none
  KeyStatus key = KeyStatus::failed;
  Unsigned unsigned_keys = Unsigned::opportunistic;
  bool seen_private = false;  ///< the name had a secure key within the memory's time
};

enum class Action : std::uint8_t {
  release,          ///< give the answer out; no IKE
  negotiate,        ///< give out addresses whose tunnel is up, otherwise SERVFAIL
  attempt,          ///< try with the short deadline, then give everything out
  refuse_bogus,     ///< SERVFAIL, EDE 6, also under CD
  refuse_lookup,    ///< SERVFAIL, EDE 22: the key's lookup failed, which must not downgrade the name
  refuse_unusable,  ///< SERVFAIL, EDE 0: keys that are there but may not be used
  refuse_group,     ///< REFUSED, EDE 15: the operator's group `block`
  refuse_no_key,    ///< SERVFAIL, EDE 0: the operator's group `private`, and there is no key
  refuse_memory,    ///< SERVFAIL, EDE 22: the name was seen private and nothing secure says that this has ended
};
/// "release", "negotiate", ...
std::string_view to_string(Action action);
std::string_view to_string(KeyStatus status);
/// "secure", "insecure", "bogus".
std::string_view to_string(Security security);

/// Every combination has an answer. Source: the design's table "Deciding about one name".
Action decide(const Statuses& statuses);

/// The same for a name in one of the operator's groups, which overrides the table but for what is bogus. There
/// `opportunistic` is as good as `require`: it is the group that says what happens without a tunnel.
Action decide_in_group(host::GroupKind group, const Statuses& statuses);
/// Whether decide_in_group() looks at the key at all.
inline bool asks_for_key(host::GroupKind group) {
  return group == host::GroupKind::private_or_clear || group == host::GroupKind::private_only;
}

/// Whether DNSSEC vouches for the addresses and for every alias on the way to them.
bool answer_secure(const Statuses& statuses);
/// For a name that is negotiated for: whether its address, its alias links and its key are all secure. If not, it is
/// reported as an "unverified name".
bool verified(const Statuses& statuses);

}  // namespace latchkey::unbound
