#include "unbound-module/ipseckey_record.h"

namespace latchkey::unbound {
namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kMaxName = 255;  // RFC 1035 section 2.3.4
constexpr std::uint8_t kMaxLabel = 63;

/// An uncompressed name in wire form, its final zero octet included. The root is refused: it is no gateway.
base::Result<base::Buffer> read_name(base::Reader& in) {
  base::Writer name;
  for (;;) {
    const std::uint8_t length = in.u8();
    if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway name");
    // RFC 4025 section 2.5
    //= Compression MUST NOT be used.
    if (length > kMaxLabel) return fail(Errc::malformed, "IPSECKEY gateway name is compressed");
    name.u8(length);
    if (length == 0) break;
    name.bytes(in.bytes(length));
    if (name.size() >= kMaxName) return fail(Errc::malformed, "IPSECKEY gateway name is too long");
  }
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway name");
  if (name.size() == 1) return fail(Errc::malformed, "IPSECKEY gateway name is the root");
  return name.take();
}

base::Result<base::Buffer> read_gateway(GatewayType type, base::Reader& in) {
  switch (type) {
    case GatewayType::none: return base::Buffer{};
    case GatewayType::ipv4: return base::to_buffer(in.bytes(4));
    case GatewayType::ipv6: return base::to_buffer(in.bytes(16));
    case GatewayType::name: return read_name(in);
  }
  return fail(Errc::unsupported, "IPSECKEY gateway type");
}

}  // namespace

base::Result<IpseckeyRecord> parse_ipseckey(base::Bytes rdata) {
  base::Reader in(rdata);
  IpseckeyRecord record;
  record.precedence = in.u8();
  record.gateway_type = static_cast<GatewayType>(in.u8());
  record.algorithm = in.u8();
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY");
  auto gateway = read_gateway(record.gateway_type, in);
  if (!gateway) return std::unexpected(gateway.error());
  if (!in.ok()) return fail(Errc::truncated, "IPSECKEY gateway");
  record.gateway = std::move(*gateway);
  record.key = base::to_buffer(in.rest());
  return record;
}

base::Buffer to_wire(const IpseckeyRecord& record) {
  base::Writer out(3 + record.gateway.size() + record.key.size());
  out.u8(record.precedence);
  out.u8(static_cast<std::uint8_t>(record.gateway_type));
  out.u8(record.algorithm);
  out.bytes(record.gateway);
  out.bytes(record.key);
  return out.take();
}

}  // namespace latchkey::unbound
