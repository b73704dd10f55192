#include "ike-engine/wire/message.h"

#include <algorithm>
#include <stdexcept>

namespace latchkey::wire {

using base::Errc;
using base::PayloadType;

namespace {
constexpr std::size_t kGenericHeader = 4;
constexpr std::uint8_t kCritical = 0x80;

bool is_encrypted(PayloadType type) { return type == PayloadType::sk || type == PayloadType::skf; }

// RFC 7296 section 3.2
//= MUST be ignored by the recipient if the recipient understands the payload type code.
bool is_known(PayloadType type) {
  const auto code = static_cast<std::uint8_t>(type);
  return (code >= static_cast<std::uint8_t>(PayloadType::sa) && code <= static_cast<std::uint8_t>(PayloadType::eap)) ||
         type == PayloadType::skf;
}
}  // namespace

const RawPayload* Message::find(PayloadType type) const {
  const auto it = std::ranges::find(payloads, type, &RawPayload::type);
  return it == payloads.end() ? nullptr : &*it;
}

PartialChain read_payloads(PayloadType first, base::Bytes chain) {
  base::Reader r(chain);
  PartialChain read;
  const auto stop = [&read](Errc code, std::string_view text) {
    read.end = base::fail(code, text);
    return std::move(read);
  };
  for (PayloadType type = first; type != PayloadType::none;) {
    if (read.payloads.size() == kMaxPayloads) return stop(Errc::exhausted, "more payloads than we read");
    RawPayload payload;
    payload.type = type;
    payload.next = PayloadType{r.u8()};
    payload.critical = (r.u8() & kCritical) != 0;
    const std::size_t length = r.u16();
    if (!r.ok()) return stop(Errc::truncated, "generic payload header");
    if (length < kGenericHeader) return stop(Errc::malformed, "payload length below its own header");
    payload.body = r.bytes(length - kGenericHeader);
    if (!r.ok()) return stop(Errc::truncated, "payload");
    read.payloads.push_back(payload);
    // An SK payload's next payload is the first one inside it. RFC 7296 section 3.14
    //= The Encrypted payload, if present in a message, MUST be the last payload in the message.
    type = is_encrypted(type) ? PayloadType::none : payload.next;
  }
  if (!r.done()) return stop(Errc::malformed, "octets behind the last payload");
  return read;
}

base::Result<std::vector<RawPayload>> parse_payloads(PayloadType first, base::Bytes chain) {
  PartialChain read = read_payloads(first, chain);
  if (!read.end) return std::unexpected(read.end.error());
  return std::move(read.payloads);
}

base::Result<Message> parse_message(base::Bytes datagram) {
  auto header = parse_header(datagram);
  if (!header) return std::unexpected(header.error());
  auto payloads = parse_payloads(header->next_payload, datagram.subspan(kHeaderSize));
  if (!payloads) return std::unexpected(payloads.error());
  return Message{*header, std::move(*payloads), datagram};
}

PayloadType first_unknown_critical(std::span<const RawPayload> payloads) {
  // RFC 7296 section 2.5
  //= If the critical flag is not set and the payload type is unsupported, that payload MUST be ignored.
  const auto it = std::ranges::find_if(
      payloads, [](const RawPayload& payload) { return payload.critical && !is_known(payload.type); });
  return it == payloads.end() ? PayloadType::none : it->type;
}

std::size_t PayloadChain::begin(PayloadType type) {
  if (any_) {
    out_.patch_u8(last_next_, static_cast<std::uint8_t>(type));
  } else {
    first_ = type;
    any_ = true;
  }
  const std::size_t at = out_.size();
  last_next_ = at;
  out_.u8(static_cast<std::uint8_t>(PayloadType::none));
  // RFC 7296 section 3.2
  //= MUST be set to zero for payload types defined in this document.
  // RFC 7296 section 2.5
  //= Payloads sent in IKE response messages MUST NOT have the critical flag set.
  out_.u8(0);
  out_.u16(0);
  return at;
}

void PayloadChain::end(std::size_t at) {
  const std::size_t length = out_.size() - at;
  if (length > 0xffff) throw std::length_error("a payload of ours is longer than its length field can say");
  out_.patch_u16(at + 2, static_cast<std::uint16_t>(length));
}

base::Buffer write_message(Header header, const PayloadChain& chain) {
  header.next_payload = chain.first();
  header.length = static_cast<std::uint32_t>(kHeaderSize + chain.view().size());
  base::Writer out(header.length);
  write(out, header);
  out.bytes(chain.view());
  return out.take();
}

}  // namespace latchkey::wire
