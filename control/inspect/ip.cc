#include "control/inspect/ip.h"

#include <algorithm>

namespace latchkey::inspect {
namespace {

using base::Bytes;
using base::Reader;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;

bool is_vlan(std::uint16_t type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }

/// What stands behind an EtherType and the VLAN tags that it may announce.
std::optional<Bytes> behind_ether_type(std::uint16_t type, Reader& r) {
  while (r.ok() && is_vlan(type)) {
    r.skip(2);
    type = r.u16();
  }
  const Bytes rest = r.rest();
  return type == kIpv4 || type == kIpv6 ? std::optional(rest) : std::nullopt;
}

std::optional<Bytes> behind_ethernet(Reader& r) {
  r.skip(12);
  const std::uint16_t type = r.u16();
  return behind_ether_type(type, r);
}

std::optional<Bytes> behind_linux_cooked(Reader& r) {
  r.skip(14);
  const std::uint16_t type = r.u16();
  return behind_ether_type(type, r);
}

std::optional<Bytes> behind_linux_cooked_v2(Reader& r) {
  const std::uint16_t type = r.u16();
  r.skip(18);
  return behind_ether_type(type, r);
}

// The address family in front is in the order of some machine; the packet says better what it is.
std::optional<Bytes> behind_loopback(Reader& r) {
  r.skip(4);
  return r.rest();
}

std::optional<IpPacket> parse_ipv4(Bytes octets) {
  Reader r(octets);
  IpPacket packet;
  const std::size_t header = (r.u8() & 15U) * 4U;
  r.skip(1);
  const std::size_t stated = r.u16();
  const std::uint32_t id = r.u16();
  const std::uint16_t fragment = r.u16();
  r.skip(1);
  packet.protocol = r.u8();
  r.skip(2);
  const Bytes source = r.bytes(4);
  const Bytes destination = r.bytes(4);
  if (!r.ok() || header < 20 || header > octets.size()) return std::nullopt;
  // A length of 0 is what a card that cuts packets by itself leaves there.
  const std::size_t total = stated == 0 ? octets.size() : stated;
  if (total < header) return std::nullopt;
  packet.source = *base::Address::from_bytes(source);
  packet.destination = *base::Address::from_bytes(destination);
  packet.cut = total > octets.size();
  packet.payload = octets.first(std::min(total, octets.size())).subspan(header);
  // RFC 791 section 3.1: reserved, don't fragment, more fragments, then the offset in units of 8 octets.
  if ((fragment & 0x3fff) != 0) {
    packet.fragment = IpFragment{id, (fragment & 0x1fffU) * 8U, (fragment & 0x2000) != 0};
  }
  return packet;
}

std::optional<IpPacket> parse_ipv6(Bytes octets) {
  Reader r(octets);
  IpPacket packet;
  r.skip(4);
  const std::size_t stated = r.u16();
  packet.protocol = r.u8();
  r.skip(1);
  const Bytes source = r.bytes(16);
  const Bytes destination = r.bytes(16);
  if (!r.ok()) return std::nullopt;
  packet.source = *base::Address::from_bytes(source);
  packet.destination = *base::Address::from_bytes(destination);
  packet.cut = stated > r.left();
  packet.payload = stated == 0 ? r.rest() : r.bytes(std::min(stated, r.left()));
  return skip_extensions(packet) ? std::optional(packet) : std::nullopt;
}

/// Length of an extension header in octets from its length octet; 0 for a protocol that is none.
std::size_t extension_size(std::uint8_t protocol, std::uint8_t length) {
  switch (protocol) {
    case 0:    // hop-by-hop options, RFC 8200 section 4.3
    case 43:   // routing
    case 60:   // destination options
    case 135:  // mobility
    case 139:  // HIP
    case 140:  // shim6
      return (length + 1U) * 8U;
    case 51: return (length + 2U) * 4U;  // AH, RFC 4302 section 2.2
    default: return 0;
  }
}

constexpr std::uint8_t kFragmentHeader = 44;

// RFC 8200 section 4.5.
bool read_fragment_header(IpPacket& packet) {
  Reader r(packet.payload);
  packet.protocol = r.u8();
  r.skip(1);
  const std::uint16_t place = r.u16();
  const std::uint32_t id = r.u32();
  packet.payload = r.rest();
  // An "atomic" fragment is whole (RFC 6946).
  if ((place & 0xfff9) != 0) packet.fragment = IpFragment{id, place & 0xfff8U, (place & 1) != 0};
  return r.ok();
}

}  // namespace

bool is_known(Link link) {
  switch (link) {
    case Link::null:
    case Link::ethernet:
    case Link::raw_bsd:
    case Link::raw_openbsd:
    case Link::raw:
    case Link::loop:
    case Link::linux_cooked:
    case Link::ipv4:
    case Link::ipv6:
    case Link::linux_cooked_v2: return true;
    case Link::unknown: break;
  }
  return false;
}

std::optional<Bytes> ip_of(const Frame& frame) {
  if (!is_known(frame.link)) return std::nullopt;
  Reader r(frame.octets);
  switch (frame.link) {
    case Link::ethernet: return behind_ethernet(r);
    case Link::linux_cooked: return behind_linux_cooked(r);
    case Link::linux_cooked_v2: return behind_linux_cooked_v2(r);
    case Link::null:
    case Link::loop: return behind_loopback(r);
    default: return frame.octets;
  }
}

bool skip_extensions(IpPacket& packet) {
  while (!packet.fragment) {
    if (packet.protocol == kFragmentHeader) {
      if (!read_fragment_header(packet)) return false;
      continue;
    }
    Reader r(packet.payload);
    const std::uint8_t next = r.u8();
    const std::size_t size = extension_size(packet.protocol, r.u8());
    if (size == 0) return true;
    if (size > packet.payload.size()) return false;
    packet.protocol = next;
    packet.payload = packet.payload.subspan(size);
  }
  return true;
}

std::optional<IpPacket> parse_ip(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  switch (packet.front() >> 4) {
    case 4: return parse_ipv4(packet);
    case 6: return parse_ipv6(packet);
    default: return std::nullopt;
  }
}

}  // namespace latchkey::inspect
