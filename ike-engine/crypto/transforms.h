#pragma once
// Encryption and integrity transforms as rows: what they take of keys and wire, and OpenSSL's context for each. Only
// for this folder.

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

enum class CipherMode : std::uint8_t { aead, ccm, cbc, ctr };

/// An encryption transform with one key size. Sizes in octets.
struct EncrRow {
  base::EncrId id;
  std::uint16_t key_bits;
  CipherMode mode;
  std::size_t salt;  ///< behind the key in SK_e and KEYMAT
  std::size_t iv;    ///< on the wire
  std::size_t icv;   ///< of an AEAD; 0: it needs an integrity transform beside it
  std::size_t block;
  EVP_CIPHER_CTX* (*context)();  ///< this thread's, without padding; nullptr if OpenSSL does not have the cipher
};

/// An integrity transform: HMAC cut short. Sizes in octets.
struct IntegRow {
  base::IntegId id;
  std::size_t digest;  ///< of the digest, and so of the key (RFC 4868 section 2.1.1)
  std::size_t icv;
  EVP_MAC_CTX* (*context)();
};

/// A pseudo-random function: HMAC whole. Sizes in octets.
struct PrfRow {
  base::PrfId id;
  std::size_t size;  ///< of its output and of the key that it likes best
  EVP_MAC_CTX* (*context)();
};

/// The row of a transform that we have; nullptr for any other.
const EncrRow* encr_row(base::EncrId id, std::uint16_t key_bits);
const IntegRow* integ_row(base::IntegId id);
const PrfRow* prf_row(base::PrfId id);

/// A context with its cipher and without a key, so that a change of the key is all that a use costs.
CipherContext cipher_context(const char* name, CipherMode mode);

/// This thread's context for a cipher. `Name` is a constant array of characters.
template <const auto& Name, CipherMode Mode>
EVP_CIPHER_CTX* context_of() {
  thread_local const CipherContext context = cipher_context(Name, Mode);
  return context.get();
}

}  // namespace latchkey::crypto
