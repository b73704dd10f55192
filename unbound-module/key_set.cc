#include "unbound-module/key_set.h"

#include <algorithm>
#include <iterator>

#include "ike-engine/base/bytes.h"
#include "ike-engine/crypto/digest.h"

namespace latchkey::unbound {

KeyDigest digest_of(const api::DnsKey& key) {
  const std::array<std::uint8_t, 1> algorithm{key.algorithm};
  return crypto::sha256({algorithm, key.key});
}

namespace {

std::vector<KeyDigest> sorted_digests(const std::vector<api::DnsKey>& keys) {
  std::vector<KeyDigest> digests;
  std::ranges::transform(keys, std::back_inserter(digests), digest_of);
  std::ranges::sort(digests);
  const auto doubles = std::ranges::unique(digests);
  digests.erase(doubles.begin(), doubles.end());
  return digests;
}

}  // namespace

KeySet::KeySet(const std::vector<api::DnsKey>& keys, const std::optional<base::Address>& gateway,
               const std::vector<api::DnsKey>& beside)
    : keys_(sorted_digests(keys)), gateway_(gateway) {
  std::ranges::set_difference(sorted_digests(beside), keys_, std::back_inserter(beside_));
  base::Writer all;
  for (const KeyDigest& key : keys_) all.bytes(key);
  if (gateway) all.bytes(gateway->bytes());
  digest_ = crypto::sha256({all.view()});
}

bool KeySet::tries(const KeyDigest& key) const { return std::ranges::binary_search(keys_, key); }

bool KeySet::is_beside(const KeyDigest& key) const { return std::ranges::binary_search(beside_, key); }

bool KeySet::holds_all(const KeySet& other) const {
  return std::ranges::all_of(other.keys_, [this](const KeyDigest& key) { return holds(key); });
}

}  // namespace latchkey::unbound
