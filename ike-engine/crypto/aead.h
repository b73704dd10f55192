#pragma once
// AEAD for IKE's own messages (RFC 5282, RFC 7634): AES-GCM with 16 octets of ICV, ChaCha20-Poly1305.

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

/// What SK_e holds and what SK carries for a cipher, in octets.
struct AeadSizes {
  std::size_t key = 0;   ///< without salt
  std::size_t salt = 0;  ///< 4
  std::size_t iv = 8;    ///< explicit, on the wire
  std::size_t icv = 16;
};

/// Errors: unsupported (not an AEAD we have, or a key length it does not come with).
base::Result<AeadSizes> aead_sizes(base::EncrId id, std::uint16_t key_bits);

/// Ciphertext with its ICV behind it. `key` is SK_e: key and salt. Errors: unsupported, internal.
base::Result<base::Buffer> aead_seal(base::EncrId id, base::Bytes key, base::Bytes iv, base::Bytes associated,
                                     base::Bytes plaintext);
/// The plaintext. Errors: bad_icv, truncated, unsupported, internal.
base::Result<base::Buffer> aead_open(base::EncrId id, base::Bytes key, base::Bytes iv, base::Bytes associated,
                                     base::Bytes ciphertext);

}  // namespace latchkey::crypto
