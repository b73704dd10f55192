#pragma once
// Diffie-Hellman in its forms: X25519 and X448 (RFC 8031), P-256, P-384 and P-521 (RFC 5903), MODP-2048, MODP-3072 and
// MODP-4096 (RFC 3526).

#include <functional>
#include <memory>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

/// Fills octets with randomness; injected so that a simulation can be repeated.
using RandomFill = std::function<void(base::MutableBytes)>;

/// Size of a public value on the wire in octets; 0 for a method that we do not have.
std::size_t ke_public_size(base::KeMethod method);

/// One side's ephemeral key.
class KeyExchange {
 public:
  /// A fresh key. Errors: unsupported, internal.
  static base::Result<KeyExchange> generate(base::KeMethod method, const RandomFill& random);
  /// A key from its private value in the RFC's octet order (vectors). Errors: unsupported, malformed.
  static base::Result<KeyExchange> from_private(base::KeMethod method, base::Bytes private_value);

  /// A key that was put away: its private and its public value, which are not looked at. Errors: unsupported.
  static base::Result<KeyExchange> resume(base::KeMethod method, base::SecretBytes private_value,
                                          base::Bytes public_value);

  base::KeMethod method() const { return method_; }
  base::Bytes public_value() const { return public_; }
  /// To be put away; nothing else can be done with this object then.
  base::SecretBytes take_private() { return std::move(private_); }
  /// g^ir as RFC 7296 section 2.14 wants it (MODP: padded to the modulus; ECP: the x coordinate).
  /// Errors: malformed (wrong size), weak (degenerate value, point off the curve, all-zero result).
  base::Result<base::SecretBytes> shared_secret(base::Bytes peer_public) const;

 private:
  KeyExchange(base::KeMethod method, base::SecretBytes secret, base::Buffer public_value);

  // Raw octets, not an OpenSSL object: 64 octets instead of 0.5 kB while a negotiation hangs.
  base::KeMethod method_;
  base::SecretBytes private_;
  base::Buffer public_;
};

}  // namespace latchkey::crypto
