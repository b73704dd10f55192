#pragma once
// ESP's transforms as the kernel names them, and the attributes that carry their keys.

#include "ike-engine/api/types.h"
#include "ike-engine/base/result.h"
#include "xfrm/message.h"

namespace latchkey::xfrm {

/// What the kernel is told of a suite. Sizes of keys in octets.
struct Algorithms {
  const char* cipher = nullptr;
  std::size_t cipher_key = 0;       ///< with the salt
  std::uint32_t icv_bits = 0;       ///< of an AEAD, or how much of the MAC is sent
  const char* integrity = nullptr;  ///< nullptr for an AEAD
  std::size_t integrity_key = 0;

  /// One direction's share of KEYMAT.
  std::size_t key() const { return cipher_key + integrity_key; }
};

/// Errors: unsupported.
base::Result<Algorithms> algorithms_of(const api::EspSuite& suite);

/// XFRMA_ALG_AEAD, or XFRMA_ALG_CRYPT and XFRMA_ALG_AUTH_TRUNC. `key` is of the size that `algorithms` says: key, salt,
/// integrity key. Written in place, so that the key has no second copy.
void put_algorithms(Message& message, const Algorithms& algorithms, base::Bytes key);

}  // namespace latchkey::xfrm
