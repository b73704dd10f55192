#include "ike-engine/wire/header.h"

namespace latchkey::wire {

using base::Errc;

namespace {
// RFC 7296 section 3.1, "Flags": X X R V I X X X from the highest bit.
constexpr std::uint8_t kResponse = 0x20;
constexpr std::uint8_t kHigherVersion = 0x10;
constexpr std::uint8_t kInitiator = 0x08;

std::uint8_t flags(const Header& header) {
  return static_cast<std::uint8_t>((header.response ? kResponse : 0) | (header.higher_version ? kHigherVersion : 0) |
                                   (header.initiator ? kInitiator : 0));
}
}  // namespace

std::string_view to_string(base::ExchangeType type) {
  switch (type) {
    case base::ExchangeType::ike_sa_init: return "IKE_SA_INIT";
    case base::ExchangeType::ike_auth: return "IKE_AUTH";
    case base::ExchangeType::create_child_sa: return "CREATE_CHILD_SA";
    case base::ExchangeType::informational: return "INFORMATIONAL";
    case base::ExchangeType::ike_intermediate: return "IKE_INTERMEDIATE";
  }
  return "?";
}

base::Result<Header> read_header(base::Bytes datagram) {
  base::Reader r(datagram);
  Header header;
  header.spi_i.value = r.u64();
  header.spi_r.value = r.u64();
  header.next_payload = base::PayloadType{r.u8()};
  header.version = r.u8();
  header.exchange = base::ExchangeType{r.u8()};
  // RFC 7296 section 3.1
  //= 'X' bits MUST be cleared when sending and MUST be ignored on receipt.
  const std::uint8_t bits = r.u8();
  header.response = (bits & kResponse) != 0;
  header.higher_version = (bits & kHigherVersion) != 0;
  header.initiator = (bits & kInitiator) != 0;
  header.message_id.value = r.u32();
  header.length = r.u32();
  if (!r.ok()) return base::fail(Errc::truncated, "header");
  return header;
}

base::Result<Header> parse_header(base::Bytes datagram) {
  const auto header = read_header(datagram);
  if (!header) return header;
  // RFC 7296 section 3.1
  //= They MUST ignore the minor version number of received messages.
  if (header->version >> 4 != 2) return base::fail(Errc::unsupported, "header: major version is not 2");
  if (header->length != datagram.size()) return base::fail(Errc::malformed, "header: length is not the datagram's");
  return header;
}

void write(base::Writer& out, const Header& header) {
  out.u64(header.spi_i.value);
  out.u64(header.spi_r.value);
  out.u8(static_cast<std::uint8_t>(header.next_payload));
  out.u8(header.version);
  out.u8(static_cast<std::uint8_t>(header.exchange));
  out.u8(flags(header));
  out.u32(header.message_id.value);
  out.u32(header.length);
}

}  // namespace latchkey::wire
