#pragma once
// Domain names in wire form, and what an answer says about them.

#include <string>
#include <vector>

#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"
#include "unbound-module/shim.h"
#include "unbound-module/verdict.h"

namespace latchkey::unbound {

inline constexpr std::uint16_t kTypeA = 1;
inline constexpr std::uint16_t kTypeCname = 5;
inline constexpr std::uint16_t kTypeAaaa = 28;
inline constexpr std::uint16_t kTypeIpseckey = 45;
inline constexpr std::uint16_t kTypeSvcb = 64;
inline constexpr std::uint16_t kTypeHttps = 65;
inline constexpr std::uint16_t kTypeAny = 255;

inline base::Bytes view(const lk_bytes& bytes) { return {bytes.data, bytes.size}; }
inline lk_bytes view(base::Bytes bytes) { return {bytes.data(), bytes.size()}; }

/// Lower case, still in wire form; a key for tables. Label lengths are below 'A', so no label is mistaken for letters.
std::string canonical(base::Bytes name);
/// The same name, whatever its case.
bool same_name(base::Bytes a, base::Bytes b);
/// Text form as ldns escapes it, lower case, without the final dot ("." for the root); "?" for what is no name.
std::string name_text(base::Bytes name);
/// "A", "AAAA", "TYPE65".
std::string type_text(std::uint16_t type);
/// A, AAAA.
inline bool is_address_type(std::uint16_t type) { return type == kTypeA || type == kTypeAaaa; }

/// These, and those whose answers may hold hints or anything.
inline bool carries_addresses(std::uint16_t type) {
  return is_address_type(type) || type == kTypeHttps || type == kTypeSvcb || type == kTypeAny;
}

/// Where the alias links of an answer lead from a name, and the worst that DNSSEC says of them.
struct Chain {
  std::vector<base::Bytes> names;  ///< the one that it begins with, and where each link leads
  Security security = Security::secure;
  base::Bytes end() const { return names.back(); }
};
/// Follows at most as many links as the answer has.
Chain follow_aliases(base::Bytes name, const lk_answer& answer);

/// DNSSEC's word about one RRset: that of the whole, unless the RRset has its own.
Security security_of(const lk_rrset& rrset, const lk_answer& answer);

}  // namespace latchkey::unbound
