#include "ike-engine/wire/ts.h"

namespace latchkey::wire {

using base::Errc;
using base::TsType;

namespace {
constexpr std::size_t kSelectorHeader = 8;  // type, protocol, length, two ports

// Start 65535 with end 0 is "OPAQUE", every other range goes upwards. RFC 7296 section 3.13.1
//= Systems working with [IPSECARCH] that wish to indicate "OPAQUE" ports, but not "ANY" ports, MUST set the start port
//= to 65535 and the end port to 0.
bool is_port_range(const TrafficSelector& ts) {
  return ts.start_port <= ts.end_port || (ts.start_port == 65535 && ts.end_port == 0);
}

// What stands behind the type and the protocol: `body` begins with the ports.
base::Result<TrafficSelector> parse_range(std::uint8_t protocol, base::Bytes body, std::size_t address_size) {
  base::Reader r(body);
  TrafficSelector ts;
  ts.protocol = protocol;
  ts.start_port = r.u16();
  ts.end_port = r.u16();
  const auto start = base::Address::from_bytes(r.bytes(address_size));
  const auto end = base::Address::from_bytes(r.bytes(address_size));
  if (!r.done() || !start || !end) return base::fail(Errc::malformed, "ts: length is not the type's");
  ts.start = *start;
  ts.end = *end;
  if (ts.start > ts.end || !is_port_range(ts)) return base::fail(Errc::malformed, "ts: start after end");
  return ts;
}

void write_selector(base::Writer& out, const TrafficSelector& ts) {
  const base::Bytes start = ts.start.bytes();
  out.u8(static_cast<std::uint8_t>(ts.start.is_v4() ? TsType::ipv4_addr_range : TsType::ipv6_addr_range));
  out.u8(ts.protocol);
  out.u16(static_cast<std::uint16_t>(kSelectorHeader + 2 * start.size()));
  out.u16(ts.start_port);
  out.u16(ts.end_port);
  out.bytes(start);
  out.bytes(ts.end.bytes());
}
}  // namespace

base::Result<std::vector<TrafficSelector>> parse_ts(base::Bytes body) {
  base::Reader r(body);
  const std::size_t count = r.u8();
  // RFC 7296 section 3.13
  //= This field MUST be sent as zero and MUST be ignored on receipt.
  r.skip(3);
  if (!r.ok()) return base::fail(Errc::truncated, "ts");
  if (count == 0) return base::fail(Errc::malformed, "ts: no selector");
  if (count > kMaxSelectors) return base::fail(Errc::exhausted, "ts: more selectors than we read");
  std::vector<TrafficSelector> selectors;
  for (std::size_t i = 0; i < count; ++i) {
    const TsType type{r.u8()};
    const std::uint8_t protocol = r.u8();
    const std::size_t length = r.u16();
    // A length below what was just read overruns any reader, and so is refused.
    const base::Bytes rest = r.bytes(length < 4 ? SIZE_MAX : length - 4);
    if (!r.ok()) return base::fail(Errc::truncated, "ts: selector");
    if (type != TsType::ipv4_addr_range && type != TsType::ipv6_addr_range) continue;
    auto selector = parse_range(protocol, rest, type == TsType::ipv4_addr_range ? 4 : 16);
    if (!selector) return std::unexpected(selector.error());
    selectors.push_back(*selector);
  }
  if (!r.done()) return base::fail(Errc::malformed, "ts: more selectors than announced");
  return selectors;
}

void write(base::Writer& out, std::span<const TrafficSelector> selectors) {
  out.u8(static_cast<std::uint8_t>(selectors.size()));
  out.bytes(std::array<std::uint8_t, 3>{});
  for (const TrafficSelector& selector : selectors) write_selector(out, selector);
}

}  // namespace latchkey::wire
