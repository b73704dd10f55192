#include "unbound-module/ipseckey.h"

#include <algorithm>

#include "ike-engine/crypto/public_key.h"

namespace latchkey::unbound {
namespace {

using base::Errc;
using base::fail;

/// Security rule 1: a forward-DNS key gives its owner no power over somebody else's address.
bool gateway_accepted(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  if (record.gateway_type == GatewayType::none) return true;
  // RFC 4025 section 4.1.2
  //= Thus, any records obtained under unverified conditions (e.g., no DNSSEC or trusted path to source)
  //= that have a non-null gateway field MUST be ignored.
  if (!secure || record.gateway_type == GatewayType::name) return false;
  return base::same(record.gateway, address.bytes());
}

}  // namespace

base::Result<api::DnsKey> usable(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  if (record.algorithm < 2) return fail(Errc::unsupported, "IPSECKEY without a key that IKEv2 can use");
  if (!gateway_accepted(record, address, secure)) return fail(Errc::mismatch, "IPSECKEY gateway refused");
  const auto key = crypto::PublicKey::from_ipseckey(record.algorithm, record.key);
  if (!key) return std::unexpected(key.error());
  return api::DnsKey{record.algorithm, record.key};
}

IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas) {
  IpseckeySet set;
  for (const base::Bytes rdata : rdatas) {
    auto record =
        set.records.size() < kMaxRecords ? parse_ipseckey(rdata) : fail(Errc::exhausted, "IPSECKEY set is too large");
    if (!record) {
      ++set.malformed;
      continue;
    }
    // RFC 4025 section 2.2
    //= Gateways listed in IPSECKEY records with lower precedence are to be attempted first.
    const auto behind = std::upper_bound(set.records.begin(), set.records.end(), record->precedence,
                                         [](auto value, const auto& other) { return value < other.precedence; });
    set.records.insert(behind, std::move(*record));
  }
  return set;
}

UsableKeys usable_keys(const IpseckeySet& set, const base::Address& address, bool secure) {
  UsableKeys result;
  result.skipped = set.malformed;
  for (const IpseckeyRecord& record : set.records) {
    auto key = usable(record, address, secure);
    if (!key)
      ++result.skipped;
    else if (std::find(result.keys.begin(), result.keys.end(), *key) == result.keys.end())
      result.keys.push_back(std::move(*key));
  }
  return result;
}

}  // namespace latchkey::unbound
