#pragma once
// What stands behind PublicKey and PrivateKey. Only for this folder (and for tests that sign what nobody should).

#include <string>

#include "ike-engine/crypto/openssl.h"
#include "ike-engine/crypto/public_key.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::crypto {

struct PublicKey::Impl {
  Pkey pkey;
  std::string name;

  /// A key from its parts, after the checks of security rule 7. Errors: weak, internal.
  static base::Result<PublicKey> of_rsa(base::Bytes exponent, base::Bytes modulus);
  static base::Result<PublicKey> of_ecdsa(KeyType curve, base::Bytes x_y);
  static base::Result<PublicKey> of_ed25519(base::Bytes point);
  /// The public half of a key that OpenSSL has parsed, taken apart and put through the same checks. Errors:
  /// unsupported, weak, malformed, internal.
  static base::Result<PublicKey> of(const EVP_PKEY* parsed);

 private:
  static base::Result<PublicKey> wrap(KeyType type, std::size_t bits, Pkey pkey);
};

struct PrivateKey::Impl {
  Pkey pkey;
  PublicKey public_key;

  /// Errors: as PublicKey::Impl::of.
  static base::Result<PrivateKey> wrap(Pkey pkey);
};

/// Octets of one coordinate of a curve's points: 32, 48, 66; 0 for keys of another kind.
std::size_t coordinate_size(KeyType type);

/// Whether 32 octets are the canonical encoding (RFC 8032 section 5.1.3) of a point of edwards25519 that is not of
/// small order. OpenSSL's import accepts any octets.
bool is_strong_ed25519_point(base::Bytes encoded);

}  // namespace latchkey::crypto
