#pragma once
// AUTH method 1, RSA with SHA-1, to look at what old peers sent. Security rule 7 keeps it out of the engine: linked to
// iketool and tests alone (tests/structure_test).

#include <string_view>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::crypto::legacy {

/// Verifies an RSASSA-PKCS1-v1_5 signature with SHA-1 (RFC 7296 section 3.8). Returns "RSA-PKCS1-SHA1". Errors:
/// mismatch (not an RSA key), bad_signature, internal.
base::Result<std::string_view> verify_rsa_sha1(const PublicKey& key, base::Bytes signature, base::Bytes octets);

}  // namespace latchkey::crypto::legacy
