#pragma once
// Key encapsulation: what a key exchange is that has no common form for both sides' values, as ML-KEM. The initiator
// makes a public key, the responder a secret and its ciphertext, and the initiator opens that.
//
// OpenSSL 3.0 has none, so the engine has no object of this kind of its own; whoever has one hands it in
// (EngineConfig::additional_exchanges).

#include "ike-engine/crypto/key_exchange.h"

namespace latchkey::crypto {

/// A key encapsulation mechanism. Has no state: all that belongs to one exchange is a value. It has to stand against
/// chosen ciphertexts: replies to IKE_SA_INIT may be forged, and one private key opens what each of their senders
/// sends.
class Kem {
 public:
  struct KeyPair {
    base::SecretBytes private_key;
    base::Buffer public_key;
  };
  struct Encapsulated {
    base::Buffer ciphertext;
    base::SecretBytes shared_secret;
  };

  virtual ~Kem() = default;
  /// A fresh key. Errors: internal.
  virtual base::Result<KeyPair> generate(const RandomFill& random) const = 0;
  /// A fresh secret for whoever has the private key. Errors: malformed (wrong size), weak, internal.
  virtual base::Result<Encapsulated> encapsulate(base::Bytes public_key, const RandomFill& random) const = 0;
  /// The secret in `ciphertext`. Of one that was not made for this key it may be any octets: AUTH tells.
  /// Errors: malformed (wrong size), internal.
  virtual base::Result<base::SecretBytes> decapsulate(const KeyPair& own, base::Bytes ciphertext) const = 0;
};

}  // namespace latchkey::crypto
