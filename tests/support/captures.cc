#include "tests/support/captures.h"

#include <optional>

namespace latchkey::support {

using base::Buffer;
using base::Bytes;
using base::Reader;

namespace {
constexpr std::uint32_t kPcapLittle = 0xd4c3b2a1;  // as read in network order
constexpr std::uint32_t kPcapBig = 0xa1b2c3d4;
constexpr std::uint32_t kPcapNg = 0x0a0d0d0a;
constexpr std::uint64_t kSnoop = 0x736e6f6f70000000;  // "snoop" and three zeros
constexpr std::uint8_t kUdp = 17;

enum class Link : std::uint32_t { null = 0, ethernet = 1, raw = 101, linux_cooked = 113 };

struct Frame {
  Link link;
  Bytes octets;
};

std::uint32_t swap(std::uint32_t value) { return __builtin_bswap32(value); }
std::uint32_t number(Reader& r, bool little) {
  const std::uint32_t value = r.u32();
  return little ? swap(value) : value;
}

std::vector<Frame> pcap_frames(Bytes file) {
  Reader r(file);
  const bool little = r.u32() == kPcapLittle;
  r.skip(16);
  const Link link{number(r, little)};
  std::vector<Frame> frames;
  while (r.left() > 0) {
    r.skip(8);
    const std::uint32_t captured = number(r, little);
    r.skip(4);
    const Bytes octets = r.bytes(captured);
    if (!r.ok()) break;
    frames.push_back({link, octets});
  }
  return frames;
}

// Section header, interface descriptions and enhanced packets of a little-endian file; one interface.
std::vector<Frame> pcapng_frames(Bytes file) {
  std::vector<Frame> frames;
  Link link = Link::ethernet;
  for (Reader r(file); r.left() >= 12;) {
    const std::uint32_t type = swap(r.u32());
    const std::uint32_t length = swap(r.u32());
    Reader block(r.bytes(length - 12));
    r.skip(4);
    if (!r.ok()) break;
    if (type == 1) link = Link{swap(block.u32()) & 0xffff};
    if (type != 6) continue;
    block.skip(12);
    const std::uint32_t captured = swap(block.u32());
    block.skip(4);
    frames.push_back({link, block.bytes(captured)});
  }
  return frames;
}

// RFC 1761.
std::vector<Frame> snoop_frames(Bytes file) {
  Reader r(file);
  r.skip(16);
  std::vector<Frame> frames;
  while (r.left() > 0) {
    r.skip(4);
    const std::uint32_t captured = r.u32();
    const std::uint32_t record = r.u32();
    r.skip(12);
    const Bytes rest = r.bytes(record - 24);
    if (!r.ok() || captured > rest.size()) break;
    frames.push_back({Link::ethernet, rest.first(captured)});
  }
  return frames;
}

std::vector<Frame> frames_of(Bytes file) {
  const std::uint32_t magic = Reader(file).u32();
  if (magic == kPcapLittle || magic == kPcapBig) return pcap_frames(file);
  if (magic == kPcapNg) return pcapng_frames(file);
  if (Reader(file).u64() == kSnoop) return snoop_frames(file);
  return {};
}

Bytes without_link_header(const Frame& frame) {
  Reader r(frame.octets);
  switch (frame.link) {
    case Link::null: r.skip(4); break;
    case Link::ethernet: r.skip(14); break;
    case Link::linux_cooked: r.skip(16); break;
    case Link::raw: break;
  }
  return r.rest();
}

struct IpPacket {
  base::Address source, destination;
  std::uint8_t protocol = 0;
  Bytes payload;
};

std::optional<IpPacket> parse_ip(Bytes octets) {
  if (octets.empty()) return std::nullopt;
  IpPacket packet;
  Reader r(octets);
  std::size_t address_size = 4;
  std::size_t payload_size = 0;
  if (octets[0] >> 4 == 4) {
    const std::size_t header = (r.u8() & 15U) * 4U;
    r.skip(1);
    payload_size = r.u16() - header;
    r.skip(2);
    if ((r.u16() & 0x3fff) != 0) return std::nullopt;  // a fragment
    r.skip(1);
    packet.protocol = r.u8();
    r.skip(2);
  } else {
    r.skip(4);
    payload_size = r.u16();
    packet.protocol = r.u8();
    r.skip(1);
    address_size = 16;
  }
  const auto source = base::Address::from_bytes(r.bytes(address_size));
  const auto destination = base::Address::from_bytes(r.bytes(address_size));
  packet.payload = r.bytes(payload_size);
  if (!r.ok()) return std::nullopt;
  packet.source = *source;
  packet.destination = *destination;
  return packet;
}

std::optional<CapturedDatagram> parse_udp(const IpPacket& packet) {
  if (packet.protocol != kUdp) return std::nullopt;
  Reader r(packet.payload);
  CapturedDatagram datagram;
  datagram.source = {packet.source, r.u16()};
  datagram.destination = {packet.destination, r.u16()};
  const std::size_t length = r.u16();
  r.skip(2);
  datagram.payload = base::to_buffer(r.bytes(length < 8 ? SIZE_MAX : length - 8));
  return r.ok() ? std::optional(datagram) : std::nullopt;
}
}  // namespace

std::vector<CapturedDatagram> udp_datagrams(Bytes capture) {
  std::vector<CapturedDatagram> datagrams;
  for (const Frame& frame : frames_of(capture)) {
    const auto packet = parse_ip(without_link_header(frame));
    if (!packet) continue;
    if (auto datagram = parse_udp(*packet)) datagrams.push_back(std::move(*datagram));
  }
  return datagrams;
}

std::vector<Buffer> ike_messages(Bytes capture) {
  std::vector<Buffer> messages;
  for (const CapturedDatagram& datagram : udp_datagrams(capture)) {
    const Bytes payload = datagram.payload;
    if (datagram.source.port == 500 || datagram.destination.port == 500) {
      messages.push_back(datagram.payload);
    } else if ((datagram.source.port == 4500 || datagram.destination.port == 4500) && payload.size() > 4 &&
               Reader(payload).u32() == 0) {
      messages.push_back(base::to_buffer(payload.subspan(4)));
    }
  }
  return messages;
}

}  // namespace latchkey::support
