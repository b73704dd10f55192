#include "ike-engine/wire/nonce.h"

namespace latchkey::wire {

base::Result<Nonce> parse_nonce(base::Bytes body) {
  // RFC 7296 section 3.9
  //= The size of the Nonce Data MUST be between 16 and 256 octets, inclusive.
  if (body.size() < kMinNonce || body.size() > kMaxNonce) return base::fail(base::Errc::malformed, "nonce: size");
  return Nonce{body};
}

void write(base::Writer& out, const Nonce& nonce) { out.bytes(nonce.value); }

}  // namespace latchkey::wire
