#include "ike-engine/wire/cp.h"

namespace latchkey::wire {

using base::Errc;

base::Result<Cp> parse_cp(base::Bytes body) {
  base::Reader r(body);
  Cp cp;
  cp.type = r.u8();
  // RFC 7296 section 3.15
  //= MUST be sent as zero; MUST be ignored on receipt.
  r.skip(3);
  while (r.ok() && r.left() > 0) {
    if (cp.attributes.size() == kMaxAttributes) return base::fail(Errc::exhausted, "cp: more attributes than we read");
    CpAttribute attribute;
    // RFC 7296 section 3.15.1
    //= Reserved (1 bit) - This bit MUST be set to zero and MUST be ignored on receipt.
    attribute.type = r.u16() & 0x7fff;
    const std::size_t size = r.u16();
    attribute.value = r.bytes(size);
    cp.attributes.push_back(attribute);
  }
  if (!r.done()) return base::fail(Errc::truncated, "cp");
  return cp;
}

void write(base::Writer& out, const Cp& cp) {
  out.u8(cp.type);
  out.bytes(std::array<std::uint8_t, 3>{});
  for (const CpAttribute& attribute : cp.attributes) {
    out.u16(attribute.type & 0x7fff);
    out.u16(static_cast<std::uint16_t>(attribute.value.size()));
    out.bytes(attribute.value);
  }
}

}  // namespace latchkey::wire
