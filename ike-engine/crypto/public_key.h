#pragma once
// A public key, as an IPSECKEY record (RFC 4025 section 2.6, RFC 3110, RFC 6605, RFC 9373), a certificate or a file
// gives it.

#include <memory>
#include <string_view>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::crypto {

enum class KeyType { rsa, ecdsa_p256, ecdsa_p384, ecdsa_p521, ed25519 };
/// "RSA", "ECDSA P-256", ...
std::string_view to_string(KeyType type);

/// A public key that security rule 7 lets through. Cheap to copy (shared, immutable).
class PublicKey {
 public:
  /// IPSECKEY algorithm 2 (RSA, RFC 3110 form), 3 (ECDSA by length: 64 = P-256, 96 = P-384), 4 (EdDSA: 32 = Ed25519).
  /// Errors: unsupported (algorithm 0, 1, unknown; a key length that names no curve), malformed, weak (RSA outside
  /// 2048-8192 bits, exponent even or not in 3..2^32; a point that is not on the curve or of small order).
  static base::Result<PublicKey> from_ipseckey(std::uint8_t algorithm, base::Bytes key);
  /// From a SubjectPublicKeyInfo in DER, alone (RFC 5280 section 4.1.2.7): the same keys, and ECDSA on P-521. Curves go
  /// by name. Errors as above.
  static base::Result<PublicKey> from_spki(base::Bytes der);
  /// From the first "PUBLIC KEY" of a PEM text. Errors: as above; not_found.
  static base::Result<PublicKey> from_pem(std::string_view pem);

  KeyType type() const { return type_; }
  unsigned bits() const { return bits_; }
  /// "RSA-3072", "ECDSA P-256", "Ed25519".
  std::string_view name() const;

  /// The key as an IPSECKEY record's algorithm and key field. Errors: unsupported for P-521, to which RFC 6605 gives no
  /// form; internal.
  std::uint8_t ipseckey_algorithm() const;
  base::Result<base::Buffer> ipseckey_key() const;
  /// The key as a SubjectPublicKeyInfo in DER. Errors: internal.
  base::Result<base::Buffer> spki() const;

  /// Whether both are the same key.
  friend bool operator==(const PublicKey& a, const PublicKey& b);

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  PublicKey(KeyType type, unsigned bits, std::shared_ptr<const Impl> impl);
  KeyType type_;
  unsigned bits_;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace latchkey::crypto
