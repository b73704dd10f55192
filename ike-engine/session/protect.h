#pragma once
// The Encrypted payload, sealed and opened: SK (RFC 7296 section 3.14, RFC 5282) and its fragments SKF (RFC 7383).

#include <vector>

#include "ike-engine/base/secret.h"
#include "ike-engine/crypto/aead.h"
#include "ike-engine/wire/message.h"

namespace latchkey::session {

/// What an SK or SKF payload held. For SK, fragment = total = 0.
struct Opened {
  base::PayloadType first = base::PayloadType::none;  ///< none in every fragment but the first
  std::uint16_t fragment = 0;
  std::uint16_t total = 0;
  base::Buffer content;  ///< the chain of payloads, or this fragment's part of it, without padding
};

/// One IKE SA's ciphers as one of its sides sees them. Move-only, since an IV must never be used twice.
class Protection {
 public:
  /// `key_out` and `key_in` are SK_e of either direction, key and salt; which is which is the caller's role.
  /// Errors: unsupported (no such AEAD), malformed (keys of another size).
  static base::Result<Protection> make(base::EncrId encr, std::uint16_t key_bits, base::SecretBytes key_out,
                                       base::SecretBytes key_in);

  /// The message as one datagram with SK or, where it would be longer than `fragment_size` octets, as several with SKF.
  /// `fragment_size` 0: never in fragments. Errors: exhausted (more than 65535 fragments), internal.
  base::Result<std::vector<base::Buffer>> seal(wire::Header header, const wire::PayloadChain& chain,
                                               std::size_t fragment_size);

  /// Opens the SK or SKF payload that ends `message`. Errors: not_found (it has none), truncated, malformed, bad_icv.
  base::Result<Opened> open(const wire::Message& message) const;

 private:
  Protection(base::EncrId encr, crypto::AeadSizes sizes, base::SecretBytes key_out, base::SecretBytes key_in);
  base::Result<base::Buffer> seal_one(wire::Header header, base::PayloadType first, base::Bytes content,
                                      std::uint16_t fragment, std::uint16_t total);

  base::EncrId encr_;
  crypto::AeadSizes sizes_;
  base::SecretBytes key_out_;
  base::SecretBytes key_in_;
  std::uint64_t next_iv_ = 1;
};

}  // namespace latchkey::session
