#pragma once
// Shared secrets as people write them: preshared keys (RFC 7296 section 2.15) and PPKs (RFC 8784).

#include <string_view>

#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

/// Octets of a preshared key, at least: who sees one handshake can try secrets at home (RFC 7296 section 2.15).
inline constexpr std::size_t kMinSharedSecret = 16;
/// Octets of a PPK, at least: 256 bits, so that 128 are left against a quantum computer (RFC 8784 section 6).
inline constexpr std::size_t kMinPpk = 32;
inline constexpr std::size_t kMaxSharedSecret = 1024;

/// A secret from text: "0x" and hex digits, "0s" and base64 (strongSwan and Libreswan write both), or else its
/// characters as they stand. A line's end behind it is left out. Nothing of it stays behind in freed memory; the text
/// is the caller's. Errors: malformed (digits, padding, control characters), weak (fewer octets than `least`),
/// exhausted.
base::Result<base::SecretBytes> shared_secret_from_text(std::string_view text, std::size_t least = kMinSharedSecret);

}  // namespace latchkey::crypto
