#pragma once
// The keys that a name publishes, as far as they have to be told apart.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "ike-engine/api/types.h"

namespace latchkey::unbound {

/// SHA-256: what is remembered of keys costs the same, whatever size their owner gives them.
using KeyDigest = std::array<std::uint8_t, 32>;
KeyDigest digest_of(const api::DnsKey& key);

/// What a name publishes for an address, whatever its order, and by which gateway.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(const std::vector<api::DnsKey>& keys, const std::optional<base::Address>& gateway = {});

  /// Of the whole set and the gateway.
  const KeyDigest& digest() const { return digest_; }
  /// None: the address is spoken with directly.
  const std::optional<base::Address>& gateway() const { return gateway_; }
  /// Without doubles.
  std::size_t size() const { return keys_.size(); }
  bool holds(const KeyDigest& key) const;
  /// Whether every key of `other` is here too.
  bool holds_all(const KeySet& other) const;

  friend bool operator==(const KeySet& a, const KeySet& b) { return a.digest_ == b.digest_; }

 private:
  std::vector<KeyDigest> keys_;  // sorted
  std::optional<base::Address> gateway_;
  KeyDigest digest_{};
};

}  // namespace latchkey::unbound
