#include "ike-engine/wire/delete.h"

namespace latchkey::wire {

using base::Errc;
using base::ProtocolId;

namespace {
// RFC 7296 section 3.11, "SPI Size".
//= It MUST be zero for IKE (SPI is in message header) or four for AH and ESP.
bool is_size_of(ProtocolId protocol, std::size_t spi_size) {
  if (protocol == ProtocolId::ike) return spi_size == 0;
  return (protocol == ProtocolId::ah || protocol == ProtocolId::esp) && spi_size == 4;
}
}  // namespace

base::Result<Delete> parse_delete(base::Bytes body) {
  base::Reader r(body);
  Delete del;
  del.protocol = ProtocolId{r.u8()};
  const std::size_t spi_size = r.u8();
  const std::size_t count = r.u16();
  if (!r.ok()) return base::fail(Errc::truncated, "delete");
  if (!is_size_of(del.protocol, spi_size)) return base::fail(Errc::malformed, "delete: SPI size is not the protocol's");
  if (spi_size == 0 && count != 0) return base::fail(Errc::malformed, "delete: SPIs of an IKE SA");
  if (r.left() != count * spi_size) return base::fail(Errc::malformed, "delete: count and length disagree");
  for (std::size_t i = 0; i < count; ++i) del.spis.push_back(base::Spi{r.u32()});
  return del;
}

void write(base::Writer& out, const Delete& del) {
  out.u8(static_cast<std::uint8_t>(del.protocol));
  out.u8(del.protocol == ProtocolId::ike ? 0 : 4);
  out.u16(static_cast<std::uint16_t>(del.spis.size()));
  for (const base::Spi spi : del.spis) out.u32(spi.value);
}

}  // namespace latchkey::wire
