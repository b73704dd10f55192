#pragma once
// Plain digests: SHA-1 for NAT detection alone (RFC 7296 section 2.23), SHA-2 for signatures and key names.

#include <array>
#include <initializer_list>

#include "ike-engine/base/bytes.h"

namespace latchkey::crypto {

/// SHA-1 of the parts joined: 20 octets. Not for signatures.
std::array<std::uint8_t, 20> sha1(std::initializer_list<base::Bytes> parts);
/// SHA-256 of the parts joined: 32 octets.
std::array<std::uint8_t, 32> sha256(std::initializer_list<base::Bytes> parts);

}  // namespace latchkey::crypto
