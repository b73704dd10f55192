#pragma once
// SK and SKF as the test responder seals and opens them: a second implementation beside session/protect.

#include <optional>
#include <vector>

#include "ike-engine/crypto/encryption.h"
#include "ike-engine/wire/message.h"

namespace latchkey::support {

/// What stood in SK, or in one SKF: total is 0 for SK.
struct Plain {
  wire::Header header;
  base::PayloadType first{};
  std::uint16_t fragment = 0;
  std::uint16_t total = 0;
  base::Buffer content;

  /// Its payloads; empty if they cannot be parsed. Views into `content`.
  std::vector<wire::RawPayload> payloads() const;
};

class Sealing {
 public:
  Sealing() = default;
  /// Throws std::bad_expected_access for a combination that we do not have.
  Sealing(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ, crypto::DirectionKeys out,
          crypto::DirectionKeys in);

  /// The message in one datagram, or, when `fragment_size` is not 0 and too small for it, in several.
  std::vector<base::Buffer> seal(wire::Header header, base::PayloadType first, base::Bytes content,
                                 std::size_t fragment_size = 0);
  /// One SKF, or, with `total` 0, one SK; whatever the numbers are.
  base::Buffer seal_part(wire::Header header, base::PayloadType first, base::Bytes content, std::size_t fragment,
                         std::size_t total);
  /// Nothing if the message has no SK or SKF or its ICV is wrong.
  std::optional<Plain> open(const wire::Message& message) const;

 private:
  std::size_t padding(std::size_t content) const;
  std::size_t size(std::size_t content, std::size_t total) const;

  std::optional<crypto::Encryption> encryption_;
  crypto::DirectionKeys out_, in_;
  std::uint64_t next_iv_ = 0x1000;
};

/// Fragments of one message until all are there.
class FragmentCollector {
 public:
  /// The whole message, once `part` completes it. A part with another message ID or total starts anew.
  std::optional<Plain> add(Plain part);

 private:
  std::vector<std::optional<Plain>> parts_;
  base::MessageId id_;
};

}  // namespace latchkey::support
