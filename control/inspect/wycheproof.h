#pragma once
// The verb `wycheproof`: Project Wycheproof's test vectors, judged by the engine's own cryptography.

#include <string>
#include <string_view>
#include <vector>

#include "control/inspect/answer.h"

namespace latchkey::inspect {

/// A test, what we say of it and what the file says.
struct Judged {
  std::uint64_t tc_id = 0;
  bool valid = false;
  std::string expected;   ///< "valid", "invalid" or "acceptable"
  bool by_engine = true;  ///< false: sizes that IKE never uses, judged by crypto/legacy_aead.h
};

/// All tests of a file of signatures (ECDSA, EdDSA, RSA), key exchanges (ECDH, XDH), AEADs (AES-GCM, AES-CCM,
/// ChaCha20-Poly1305) or MACs (HMAC). Which kind they are is what each group's "type" says. The error names the group:
/// an algorithm that IKE does not have, or a file of another shape.
std::expected<std::vector<Judged>, std::string> judge_wycheproof(std::string_view file);

/// {"tcId": "valid" | "invalid"}.
Outcome wycheproof(std::string_view file);

}  // namespace latchkey::inspect
