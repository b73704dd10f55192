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

/// The family that a key signs with.
SchemeFamily family_of(KeyType type);

}  // namespace latchkey::crypto
