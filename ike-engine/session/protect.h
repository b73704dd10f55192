#pragma once
// The Encrypted payload, sealed and opened: SK (RFC 7296 section 3.14, RFC 5282) and its fragments SKF
// (RFC 7383).

#include <vector>

#include "ike-engine/crypto/encryption.h"
#include "ike-engine/wire/message.h"

namespace latchkey::session {

/// What an SK or SKF payload held. For SK, fragment = total = 0.
struct Opened {
  base::PayloadType first = base::PayloadType::none;  ///< none in every fragment but the first
  std::uint16_t fragment = 0;
  std::uint16_t total = 0;
  base::Buffer content;    ///< the chain of payloads, or this fragment's part of it, without padding
  base::Buffer head = {};  ///< the octets up to SK's or the first SKF's generic header, that included
};

/// The octets up to SK's or SKF's generic header, that included, of a datagram that Protection::seal has made.
base::Bytes sealed_head(base::Bytes datagram);

using crypto::DirectionKeys;

/// One IKE SA's ciphers as one of its sides sees them. Move-only, since an IV must never be used twice.
class Protection {
 public:
  /// `out` and `in` are SK_e and SK_a of either direction; which is which is the caller's role. Errors: unsupported (no
  /// such combination), malformed (keys of another size).
  static base::Result<Protection> make(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ,
                                       DirectionKeys out, DirectionKeys in);
  /// The same with transforms that were found before. Errors: malformed.
  static base::Result<Protection> make(const crypto::Encryption& encryption, DirectionKeys out, DirectionKeys in);

  /// Seals from now on with IVs of the `lane`-th 2^56 of them, from the first on: for one of several that have the same
  /// keys. Before anything is sealed; `lane` < 256.
  void take_lane(std::size_t lane) { next_iv_ = (std::uint64_t{lane} << 56) + 1; }
  /// Goes on with the IVs of `other`, whose place this one takes: in its lane, and with none that it has used.
  void continue_from(const Protection& other) { next_iv_ = other.next_iv_; }

  /// Whether whoever opens what `other` seals opens what this seals.
  bool has_keys_of(const Protection& other) const;

  /// The message as one datagram with SK or, where it would be longer than `fragment_size` octets, as several with SKF.
  /// `fragment_size` 0: never in fragments. Errors: exhausted (more than 65535 fragments), internal.
  base::Result<std::vector<base::Buffer>> seal(wire::Header header, const wire::PayloadChain& chain,
                                               std::size_t fragment_size);

  /// Opens the SK or SKF payload that ends `message`. Errors: not_found (it has none), truncated, malformed, bad_icv.
  base::Result<Opened> open(const wire::Message& message) const;

 private:
  /// Which part of a message a datagram carries: all of it in SK, or fragment `number` of `total` in SKF.
  struct Part {
    std::uint16_t number = 0;
    std::uint16_t total = 0;
  };

  Protection(const crypto::Encryption& encryption, DirectionKeys out, DirectionKeys in);
  std::size_t datagram_size(std::size_t content, bool fragment) const;
  std::size_t room_for_content(std::size_t fragment_size) const;
  base::Result<base::Buffer> seal_part(wire::Header header, base::PayloadType first, base::Bytes content, Part part);

  crypto::Encryption encryption_;
  DirectionKeys out_;
  DirectionKeys in_;
  std::uint64_t next_iv_ = 1;
};

}  // namespace latchkey::session
