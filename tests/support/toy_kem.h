#pragma once
// A key encapsulation for tests: as large as ML-KEM-768, and open to anybody who sees it pass by.

#include "ike-engine/crypto/kem.h"

namespace latchkey::support {

/// IANA keeps key exchange methods from 1024 on for private use.
inline constexpr base::KeMethod kToyMethod{1024};
inline constexpr base::KeMethod kOtherToyMethod{1025};

class ToyKem : public crypto::Kem {
 public:
  /// Sizes in octets, at least 32 each.
  explicit ToyKem(std::size_t public_size = 1184, std::size_t ciphertext_size = 1088)
      : public_size_(public_size), ciphertext_size_(ciphertext_size) {}

  base::Result<KeyPair> generate(const crypto::RandomFill& random) const override;
  base::Result<Encapsulated> encapsulate(base::Bytes public_key, const crypto::RandomFill& random) const override;
  /// A ciphertext that was changed gives another secret, and no error, as with ML-KEM.
  base::Result<base::SecretBytes> decapsulate(const KeyPair& own, base::Bytes ciphertext) const override;

 private:
  std::size_t public_size_;
  std::size_t ciphertext_size_;
};

}  // namespace latchkey::support
