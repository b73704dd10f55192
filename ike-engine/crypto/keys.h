#pragma once
// What stands behind PublicKey and PrivateKey. Only for this folder.

#include <string>

#include "ike-engine/crypto/openssl.h"
#include "ike-engine/crypto/public_key.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::crypto {

struct PublicKey::Impl {
  Pkey pkey;
  std::string name;
};

struct PrivateKey::Impl {
  Pkey pkey;
};

/// Whether 32 octets are the canonical encoding (RFC 8032 section 5.1.3) of a point of edwards25519 that is not of
/// small order. OpenSSL's import accepts any octets.
bool is_strong_ed25519_point(base::Bytes encoded);

}  // namespace latchkey::crypto
