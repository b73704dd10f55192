#pragma once
// Signature schemes and the AlgorithmIdentifiers that name them in AUTH (RFC 7427 appendix A, RFC 8420).

#include <string_view>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::crypto {

enum class Padding { none, pkcs1, pss };
enum class SchemeFamily { rsa, ecdsa, ed25519 };

struct Scheme {
  SchemeFamily family;
  Padding padding;
  base::HashAlgorithm hash;
  std::string_view name;  ///< "RSA-PSS-SHA256"
};

/// The scheme that these octets name. Errors: weak (SHA-1), unsupported.
base::Result<Scheme> scheme_of(base::Bytes algorithm_identifier);
/// The AlgorithmIdentifier that we send for a scheme (DER); empty for one that we do not have.
base::Buffer algorithm_identifier(SchemeFamily family, Padding padding, base::HashAlgorithm hash);

/// An authentication method that is a curve and a hash at once (RFC 4754 section 3).
struct EcdsaMethod {
  base::AuthMethod method;
  KeyType curve;
  Scheme scheme;
};
/// Nullptr for other methods and other keys.
const EcdsaMethod* ecdsa_method(base::AuthMethod method);
const EcdsaMethod* ecdsa_method_of(KeyType type);

/// The family that a key signs with.
SchemeFamily family_of(KeyType type);

}  // namespace latchkey::crypto
