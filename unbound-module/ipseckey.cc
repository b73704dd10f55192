#include "unbound-module/ipseckey.h"

#include <algorithm>

#include "ike-engine/crypto/public_key.h"

namespace latchkey::unbound {
namespace {

using base::Errc;
using base::fail;

/// The record's gateway as an address, if it is one of `address`'s family and another host: the two ends of a child are
/// of one family.
std::optional<base::Address> foreign_gateway(const IpseckeyRecord& record, const base::Address& address) {
  if (record.gateway_type != GatewayType::ipv4 && record.gateway_type != GatewayType::ipv6) return std::nullopt;
  const auto gateway = base::Address::from_bytes(record.gateway);
  if (!gateway || gateway->family() != address.family() || *gateway == address) return std::nullopt;
  return gateway;
}

/// The reverse zone has to name the gateway with this very key: then that key stands in both sets.
bool names(const IpseckeySet& reverse, const IpseckeyRecord& record) {
  return std::ranges::any_of(reverse.records, [&](const IpseckeyRecord& other) {
    return other.gateway_type == record.gateway_type && other.gateway == record.gateway &&
           other.algorithm == record.algorithm && other.key == record.key;
  });
}

/// Security rule 1: a forward-DNS key gives its owner no power over somebody else's address.
bool gateway_accepted(const IpseckeyRecord& record, const base::Address& address, bool secure,
                      const GatewayWord& word) {
  if (record.gateway_type == GatewayType::none) return true;
  // RFC 4025 section 4.1.2
  //= Thus, any records obtained under unverified conditions (e.g., no DNSSEC or trusted path to source)
  //= that have a non-null gateway field MUST be ignored.
  if (!secure || record.gateway_type == GatewayType::name) return false;
  if (base::same(record.gateway, address.bytes())) return true;
  const auto gateway = foreign_gateway(record, address);
  if (!gateway) return false;
  return host::may_stand_before(word.configured, *gateway, address) || (word.reverse && names(*word.reverse, record));
}

/// Security rule 7. Algorithms 0 (no key) and 1 (DSA) are none that IKEv2 can use.
bool key_accepted(const IpseckeyRecord& record) {
  return record.algorithm >= 2 && crypto::PublicKey::from_ipseckey(record.algorithm, record.key).has_value();
}

}  // namespace

IpseckeySet parse_set(const std::vector<base::Bytes>& rdatas) {
  IpseckeySet set;
  for (const base::Bytes rdata : rdatas) {
    const bool too_many = set.records.size() + set.refused >= kMaxRecords;
    auto record = too_many ? fail(Errc::exhausted, "IPSECKEY set is too large") : parse_ipseckey(rdata);
    if (!record) {
      ++set.malformed;
      continue;
    }
    if (!key_accepted(*record)) {
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

Routes routes_to(const base::Address& address, const IpseckeySet& set, bool secure, const GatewayWord& word) {
  Routes result;
  result.skipped = set.malformed + set.refused;
  std::size_t taken = 0;
  for (const IpseckeyRecord& record : set.records) {
    if (!gateway_accepted(record, address, secure, word)) {
      ++result.skipped;
      continue;
    }
    const auto gateway = foreign_gateway(record, address);
    const api::DnsKey key{record.algorithm, record.key};
    auto way = std::ranges::find(result.ways, gateway, &Route::gateway);
    if (way != result.ways.end() && std::ranges::count(way->keys, key) > 0) continue;
    if (taken == kMaxKeys) {
      ++result.skipped;
      continue;
    }
    if (way == result.ways.end()) way = result.ways.insert(way, Route{gateway, {}});
    way->keys.push_back(key);
    ++taken;
  }
  return result;
}

bool has_route(const base::Address& address, const IpseckeySet& set, bool secure, const GatewayWord& word) {
  return std::ranges::any_of(
      set.records, [&](const IpseckeyRecord& record) { return gateway_accepted(record, address, secure, word); });
}

bool has_foreign_gateway(const base::Address& address, const IpseckeySet& set) {
  return std::ranges::any_of(
      set.records, [&](const IpseckeyRecord& record) { return foreign_gateway(record, address).has_value(); });
}

}  // namespace latchkey::unbound
