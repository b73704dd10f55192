#pragma once
// The verb `auth-verify`: whether an AUTH payload's data is a signature by a key.

#include <string>
#include <string_view>

#include "control/inspect/answer.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::inspect {

/// A key as the user gives it; or the reason why it may not be used (security rule 7), which is an answer and no
/// mistake.
struct GivenKey {
  base::Result<crypto::PublicKey> key;
};

/// From the first public key or certificate of a PEM text. The error says that there is none.
std::expected<GivenKey, std::string> key_of_pem(std::string_view text);
/// From an IPSECKEY record in presentation form. The error says what is wrong with the record.
std::expected<GivenKey, std::string> key_of_ipseckey(std::string_view text);

/// {"ok"} with "scheme" or "reason". `data` is the AUTH payload's authentication data: for method 14 with the
/// AlgorithmIdentifier in front (RFC 7427 section 3), for 9, 10 and 11 r and s (RFC 4754), for 1 a PKCS #1 v1.5
/// signature with SHA-1. The error says that no public key verifies the method, or that `data` is of another shape.
Outcome auth_verify(const GivenKey& given, unsigned method, base::Bytes octets, base::Bytes data);

}  // namespace latchkey::inspect
