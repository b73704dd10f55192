#pragma once
// A message: the header and its chain of payloads (RFC 7296 sections 3.1 and 3.2).

#include <span>
#include <vector>

#include "ike-engine/wire/header.h"

namespace latchkey::wire {

/// More payloads than this in one message are refused (kMaxPayloads + 1 gives Errc::exhausted).
inline constexpr std::size_t kMaxPayloads = 64;

/// A payload as it stands in the chain. `body` is a view without the generic header.
struct RawPayload {
  base::PayloadType type = base::PayloadType::none;
  bool critical = false;
  base::PayloadType next = base::PayloadType::none;  ///< for SK and SKF: the first payload inside
  base::Bytes body;
};

/// A datagram taken apart. Views point into the datagram, which must live as long.
struct Message {
  Header header;
  std::vector<RawPayload> payloads;
  base::Bytes datagram;  ///< the whole, as it came

  /// The first payload of `type`, or nullptr.
  const RawPayload* find(base::PayloadType type) const;
};

/// The chain in `chain`, beginning with type `first`. SK and SKF end a chain (RFC 7296 section 3.14).
/// Unknown payloads are kept, also those with the critical bit: the answer to them depends on the exchange
/// (first_unknown_critical).
/// Errors: truncated, malformed (length below 4; octets left over), exhausted.
base::Result<std::vector<RawPayload>> parse_payloads(base::PayloadType first, base::Bytes chain);

/// The same, as far as it goes: what stands before a mistake, and the mistake.
struct PartialChain {
  std::vector<RawPayload> payloads;
  base::Result<void> end;
};
PartialChain read_payloads(base::PayloadType first, base::Bytes chain);

/// Header and chain of one datagram (without non-ESP marker). Errors as parse_header and parse_payloads.
base::Result<Message> parse_message(base::Bytes datagram);

/// The type of the first payload that is critical and unknown to us, or `none`.
base::PayloadType first_unknown_critical(std::span<const RawPayload> payloads);

/// Builds a chain of payloads. Bodies are written by the payloads' own write() functions:
///   chain.add(PayloadType::notify, [&](Writer& w) { write(w, notify); });
class PayloadChain {
 public:
  template <class Body>
  void add(base::PayloadType type, Body&& body) {
    const std::size_t at = begin(type);
    body(out_);
    end(at);
  }
  base::PayloadType first() const { return first_; }
  base::Bytes view() const { return out_.view(); }
  base::Buffer take() { return out_.take(); }

 private:
  std::size_t begin(base::PayloadType type);
  void end(std::size_t at);

  base::Writer out_;
  base::PayloadType first_ = base::PayloadType::none;
  std::size_t last_next_ = 0;  ///< where the last payload's next-payload octet stands
  bool any_ = false;
};

/// An unprotected message: `header` with next payload and length filled in, then the chain.
base::Buffer write_message(Header header, const PayloadChain& chain);

}  // namespace latchkey::wire
