#include "ike-engine/wire/id.h"

namespace latchkey::wire {

using base::Errc;
using base::IdType;

namespace {
bool is_size_of(IdType type, std::size_t size) {
  switch (type) {
    case IdType::ipv4_addr: return size == 4;
    case IdType::ipv6_addr: return size == 16;
    // RFC 7619 section 2.2
    //= The Identification Data field of the ID payload for this ID Type MUST be empty.
    case IdType::null: return size == 0;
    default: return true;
  }
}
}  // namespace

base::Result<Id> parse_id(base::Bytes body) {
  base::Reader r(body);
  Id id;
  id.type = IdType{r.u8()};
  // RFC 7296 section 3.5
  //= MUST be sent as zero; MUST be ignored on receipt.
  r.skip(3);
  id.data = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "id");
  if (id.data.size() > kMaxIdData) return base::fail(Errc::exhausted, "id");
  if (!is_size_of(id.type, id.data.size())) return base::fail(Errc::malformed, "id: size is not the type's");
  return id;
}

void write(base::Writer& out, const Id& id) {
  out.u8(static_cast<std::uint8_t>(id.type));
  out.bytes(std::array<std::uint8_t, 3>{});
  out.bytes(id.data);
}

}  // namespace latchkey::wire
