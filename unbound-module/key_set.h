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

/// What a name publishes for an address, whatever its order: the keys that are tried, by which gateway, and `beside`
/// them those of its other gateways.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(const std::vector<api::DnsKey>& keys, const std::optional<base::Address>& gateway = {},
                  const std::vector<api::DnsKey>& beside = {});

  /// Of what is tried, and the gateway; so is equality.
  const KeyDigest& digest() const { return digest_; }
  /// None: the address is spoken with directly.
  const std::optional<base::Address>& gateway() const { return gateway_; }
  /// Of all, without doubles.
  std::size_t size() const { return keys_.size() + beside_.size(); }
  /// Whether the name publishes it.
  bool holds(const KeyDigest& key) const { return tries(key) || is_beside(key); }
  /// Whether every key that `other` tries is published here too.
  bool holds_all(const KeySet& other) const;
  bool tries(const KeyDigest& key) const;

  friend bool operator==(const KeySet& a, const KeySet& b) { return a.digest_ == b.digest_; }

 private:
  bool is_beside(const KeyDigest& key) const;

  std::vector<KeyDigest> keys_, beside_;  // each sorted; none is in both
  std::optional<base::Address> gateway_;
  KeyDigest digest_{};
};

}  // namespace latchkey::unbound
