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

/// Security rule 7.
base::Result<void> check_key(const IpseckeyRecord& record) {
  if (record.algorithm < 2) return fail(Errc::unsupported, "IPSECKEY without a key that IKEv2 can use");
  const auto key = crypto::PublicKey::from_ipseckey(record.algorithm, record.key);
  if (!key) return std::unexpected(key.error());
  return {};
}

}  // namespace

base::Result<api::DnsKey> usable(const IpseckeyRecord& record, const base::Address& address, bool secure) {
  if (!gateway_accepted(record, address, secure)) return fail(Errc::mismatch, "IPSECKEY gateway refused");
  if (const auto key = check_key(record); !key) return std::unexpected(key.error());
  return api::DnsKey{record.algorithm, record.key};
}

IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas) {
  IpseckeySet set;
  for (const base::Bytes rdata : rdatas) {
    const bool too_many = set.records.size() + set.refused >= kMaxRecords;
    auto record = too_many ? fail(Errc::exhausted, "IPSECKEY set is too large") : parse_ipseckey(rdata);
    if (!record) {
      ++set.malformed;
      continue;
    }
    if (!check_key(*record)) {
      ++set.refused;
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
  result.skipped = set.malformed + set.refused;
  for (const IpseckeyRecord& record : set.records) {
    const api::DnsKey key{record.algorithm, record.key};
    const bool known = std::find(result.keys.begin(), result.keys.end(), key) != result.keys.end();
    if (!gateway_accepted(record, address, secure) || (!known && result.keys.size() == kMaxKeys))
      ++result.skipped;
    else if (!known)
      result.keys.push_back(key);
  }
  return result;
}

bool has_usable_key(const IpseckeySet& set, const base::Address& address, bool secure) {
  return std::any_of(set.records.begin(), set.records.end(),
                     [&](const IpseckeyRecord& record) { return gateway_accepted(record, address, secure); });
}

}  // namespace latchkey::unbound
