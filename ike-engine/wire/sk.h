#pragma once
// Encrypted payload SK (RFC 7296 section 3.14) and Encrypted Fragment payload SKF (RFC 7383 section 2.5),
// as they stand on the wire for an AEAD: IV, ciphertext with ICV. Sealing and opening is session/protect's.

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

/// Views into an SK or SKF payload's body. For SK, fragment = total = 0.
struct Encrypted {
  std::uint16_t fragment = 0;  ///< 1-based
  std::uint16_t total = 0;
  base::Bytes iv;
  base::Bytes ciphertext;  ///< with its ICV behind it
};

/// Errors: truncated when there is no room for IV and ICV.
base::Result<Encrypted> parse_sk(base::Bytes body, std::size_t iv_size, std::size_t icv_size);
/// Errors: as parse_sk; malformed for fragment 0, total 0, or a fragment beyond the total.
base::Result<Encrypted> parse_skf(base::Bytes body, std::size_t iv_size, std::size_t icv_size);

/// What stands before the IV, as it would if the message had neither been fragmented nor encrypted: of `head`, the
/// octets from the first of the IKE header to the last of the generic header of SK or of the first SKF, the type of the
/// Encrypted payload and both lengths are adjusted to `inner` octets of payloads inside it (RFC 9242 section 3.3.2).
/// `head` is of a message that was parsed or written.
base::Buffer plain_head(base::Bytes head, std::size_t inner);

/// What was decrypted, without the padding and its length octet at the end. Errors: malformed.
base::Result<base::Buffer> without_padding(base::Buffer plaintext);

}  // namespace latchkey::wire
