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

KeySet::KeySet(const std::vector<api::DnsKey>& keys, const std::optional<base::Address>& gateway) : gateway_(gateway) {
  std::ranges::transform(keys, std::back_inserter(keys_), digest_of);
  std::ranges::sort(keys_);
  const auto doubles = std::ranges::unique(keys_);
  keys_.erase(doubles.begin(), doubles.end());
  base::Writer all;
  for (const KeyDigest& key : keys_) all.bytes(key);
  if (gateway) all.bytes(gateway->bytes());
  digest_ = crypto::sha256({all.view()});
}

bool KeySet::holds(const KeyDigest& key) const { return std::ranges::binary_search(keys_, key); }

bool KeySet::holds_all(const KeySet& other) const { return std::ranges::includes(keys_, other.keys_); }

}  // namespace latchkey::unbound
