#pragma once
// RSASSA-PSS as both sides of a signature set it up.

#include <openssl/rsa.h>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

/// PSS with MGF1 over the signature's hash and a salt of exactly its size; false if OpenSSL refuses.
bool choose_pss(EVP_PKEY_CTX* options);

}  // namespace latchkey::crypto
