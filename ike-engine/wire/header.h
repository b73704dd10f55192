#pragma once
// The IKE header (RFC 7296 section 3.1).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/ids.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kHeaderSize = 28;

struct Header {
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  base::PayloadType next_payload = base::PayloadType::none;
  // RFC 7296 section 3.1
  //= Implementations based on this version of IKE MUST set the major version to 2.
  std::uint8_t version = 0x20;  ///< major version in the high four bits
  base::ExchangeType exchange{};
  bool response = false;  ///< the R bit
  // RFC 7296 section 3.1
  //= Implementations of IKEv2 MUST clear this bit when sending and MUST ignore it in incoming messages.
  bool higher_version = false;  ///< the V bit
  bool initiator = false;       ///< the I bit: sent by the IKE SA's original initiator
  base::MessageId message_id;
  std::uint32_t length = 0;  ///< of the whole message, this header included, in octets

  friend bool operator==(const Header&, const Header&) = default;
};

/// The name in IANA's registry; "?" for one that this engine does not have.
std::string_view to_string(base::ExchangeType type);

/// The first 28 octets as they stand, of any version and with any length field. Errors: truncated.
base::Result<Header> read_header(base::Bytes datagram);
/// The header at the front of `datagram`. Errors: truncated; malformed if the length field disagrees with the
/// datagram's size; unsupported for a major version other than 2.
base::Result<Header> parse_header(base::Bytes datagram);
/// Appends the 28 octets; reserved bits are zero.
void write(base::Writer& out, const Header& header);

}  // namespace latchkey::wire
