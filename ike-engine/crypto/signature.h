#pragma once
// AUTH by digital signature (RFC 7427, RFC 8420; RFC 4754 for methods 9, 10 and 11).

#include <memory>
#include <span>
#include <string_view>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::crypto {

/// Verifies an AUTH payload of method 14: `algorithm_identifier` (DER) must name, octet for octet, a scheme that fits
/// the key's type: RSASSA-PSS (SHA-256/384/512, MGF1 with the same hash, salt = hash size), RSA PKCS#1 v1.5 with
/// SHA-256/384/512, ECDSA with SHA-256/384/512 (DER signature), Ed25519 (Identity hash).
/// Returns the scheme's name ("RSA-PSS-SHA256"). Errors: weak (SHA-1), unsupported, mismatch (key of another type),
/// bad_signature, malformed.
base::Result<std::string_view> verify_digital_signature(const PublicKey& key, base::Bytes algorithm_identifier,
                                                        base::Bytes signature, base::Bytes octets);

/// Verifies methods 9, 10 and 11 (RFC 4754: r and s side by side). Errors as above.
base::Result<std::string_view> verify_ecdsa_auth(const PublicKey& key, base::AuthMethod method, base::Bytes signature,
                                                 base::Bytes octets);

/// What goes into an AUTH payload.
struct AuthValue {
  base::AuthMethod method;
  base::Buffer data;
};

/// A private key. Cheap to copy (shared, immutable).
class PrivateKey {
 public:
  /// The first private key of an unencrypted PEM text: Ed25519, ECDSA on P-256, P-384 or P-521, RSA of 2048 to 4096
  /// bits. The texts of its errors are for whoever wrote the file. Errors: malformed, not_found (no key there),
  /// unsupported (encrypted, another type, too long), weak (security rule 7), mismatch (its halves are not of one key).
  static base::Result<PrivateKey> from_pem(std::string_view pem);
  /// Errors: weak or unsupported (RSA outside 2048 to 4096 bits), internal.
  static base::Result<PrivateKey> generate(KeyType type, unsigned rsa_bits = 3072);
  /// From RFC 8032's 32 octets.
  static base::Result<PrivateKey> from_ed25519_seed(base::Bytes seed);

  KeyType type() const;
  const PublicKey& public_key() const;
  /// PKCS#8 as unencrypted PEM. Errors: internal.
  base::Result<base::SecretBytes> to_pem() const;
  /// The public half as an IPSECKEY record's algorithm and key field. Errors: as PublicKey's.
  std::uint8_t ipseckey_algorithm() const;
  base::Result<base::Buffer> ipseckey_key() const;
  /// AUTH data of method 14: length octet, AlgorithmIdentifier, signature; the scheme is the strongest that `hashes`
  /// (the peer's SIGNATURE_HASH_ALGORITHMS) allows; RSA signs PSS unless `pkcs1`. Errors: mismatch (no common hash),
  /// internal.
  base::Result<base::Buffer> sign_auth(std::span<const base::HashAlgorithm> hashes, base::Bytes octets,
                                       bool pkcs1 = false) const;
  /// AUTH for a peer that sent no SIGNATURE_HASH_ALGORITHMS: method 9, 10 or 11 by the curve (RFC 4754). Errors:
  /// mismatch for RSA (its method 1 is SHA-1, which security rule 7 forbids) and Ed25519 (it has no method); internal.
  base::Result<AuthValue> sign_ecdsa_auth(base::Bytes octets) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit PrivateKey(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace latchkey::crypto
