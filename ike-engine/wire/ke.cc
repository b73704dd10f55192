#include "ike-engine/wire/ke.h"

namespace latchkey::wire {

base::Result<Ke> parse_ke(base::Bytes body) {
  base::Reader r(body);
  Ke ke;
  ke.method = base::KeMethod{r.u16()};
  r.skip(2);
  ke.value = r.rest();
  if (!r.done()) return base::fail(base::Errc::truncated, "ke");
  return ke;
}

void write(base::Writer& out, const Ke& ke) {
  out.u16(static_cast<std::uint16_t>(ke.method));
  out.u16(0);
  out.bytes(ke.value);
}

}  // namespace latchkey::wire
