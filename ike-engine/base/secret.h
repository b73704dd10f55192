#pragma once
// Keys and shared secrets: wiped when they go, compared in constant time, never printed.

#include <cstddef>
#include <utility>

#include "ike-engine/base/bytes.h"

namespace latchkey::base {

/// Overwrites `data` with zeros in a way that the compiler keeps.
void wipe(MutableBytes data);

/// Whether two secrets agree, in time that depends on their lengths alone.
[[nodiscard]] bool same_secret(Bytes a, Bytes b);

/// Octets that are wiped when they are destroyed, moved from or replaced. Never grows after it was made, so
/// that no old copy stays behind in freed memory. Move-only: a copy has to be asked for by clone().
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : data_(size) {}
  explicit SecretBytes(Bytes source) : data_(source.begin(), source.end()) {}
  SecretBytes(SecretBytes&& other) noexcept : data_(std::exchange(other.data_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(data_); }

  SecretBytes clone() const { return SecretBytes(view()); }
  Bytes view() const { return data_; }
  MutableBytes mutable_view() { return data_; }
  std::size_t size() const { return data_.size(); }
  bool empty() const { return data_.empty(); }

 private:
  Buffer data_;
};

}  // namespace latchkey::base
