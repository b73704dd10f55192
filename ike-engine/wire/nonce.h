#pragma once
// Nonce payload (RFC 7296 section 3.9).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kMinNonce = 16;
inline constexpr std::size_t kMaxNonce = 256;

struct Nonce {
  base::Bytes value;
};

/// Errors: malformed unless 16 to 256 octets.
base::Result<Nonce> parse_nonce(base::Bytes body);
void write(base::Writer& out, const Nonce& nonce);

}  // namespace latchkey::wire
