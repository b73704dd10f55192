#include "control/inspect/datagrams.h"

#include "control/inspect/ip_fragments.h"

namespace latchkey::inspect {
namespace {

using base::Bytes;
using base::Reader;

constexpr std::uint8_t kUdp = 17;
constexpr std::uint16_t kIkePort = 500;
constexpr std::uint16_t kNatPort = 4500;

std::optional<Datagram> parse_udp(const IpPacket& packet, std::size_t frame) {
  if (packet.protocol != kUdp) return std::nullopt;
  Reader r(packet.payload);
  Datagram datagram;
  datagram.frame = frame;
  datagram.source = {packet.source, r.u16()};
  datagram.destination = {packet.destination, r.u16()};
  const std::size_t length = r.u16();
  r.skip(2);
  if (!r.ok() || length < 8) return std::nullopt;
  const std::size_t size = length - 8;
  if (size > r.left()) datagram.missing = "the capture holds only a part of it";
  datagram.payload = size > r.left() ? r.rest() : r.bytes(size);
  return datagram;
}

class Datagrams {
 public:
  explicit Datagrams(const SeeDatagram& see) : see_(see) {}

  void frame(const Frame& frame) {
    ++summary.frames;
    if (!is_known(frame.link)) ++summary.unknown_links;
    const auto octets = ip_of(frame);
    if (!octets) return;
    const auto packet = parse_ip(*octets);
    if (!packet) return;
    if (packet->fragment) return fragment(*packet, frame.number);
    if (const auto datagram = parse_udp(*packet, frame.number)) see_(*datagram);
  }

  void end() {
    while (const auto assembly = fragments_.take_unfinished()) give_up(*assembly);
  }

  Summary summary;

 private:
  void fragment(const IpPacket& packet, std::size_t number) {
    if (const auto oldest = fragments_.make_room(packet)) give_up(*oldest);
    const auto whole = fragments_.add(packet, number);
    if (!whole) return;
    IpPacket made = whole->packet();
    if (!skip_extensions(made)) return;
    if (const auto datagram = parse_udp(made, number)) see_(*datagram);
  }

  void give_up(const Assembly& assembly) {
    IpPacket packet = assembly.packet();
    if (!skip_extensions(packet)) return;
    auto datagram = parse_udp(packet, assembly.frame());
    if (!datagram) return;
    datagram->missing = "IP fragments of it are missing";
    see_(*datagram);
  }

  const SeeDatagram& see_;
  IpFragments fragments_;
};

}  // namespace

Summary each_datagram(Bytes file, const SeeDatagram& see) {
  Datagrams datagrams(see);
  const auto read = each_frame(file, [&](const Frame& frame) { datagrams.frame(frame); });
  datagrams.end();
  if (!read) datagrams.summary.broken = read.error();
  return datagrams.summary;
}

std::optional<Bytes> ike_message_of(const Datagram& datagram) {
  const auto between = [&](std::uint16_t port) {
    return datagram.source.port == port || datagram.destination.port == port;
  };
  const Bytes payload = datagram.payload;
  // RFC 3948 section 2.3: a NAT-keepalive is one octet of value 0xff.
  if (payload.size() == 1 && payload.front() == 0xff) return std::nullopt;
  if (between(kNatPort)) {
    const bool marked = payload.size() >= 4 && Reader(payload).u32() == 0;
    return marked ? std::optional(payload.subspan(4)) : std::nullopt;
  }
  return between(kIkePort) ? std::optional(payload) : std::nullopt;
}

}  // namespace latchkey::inspect
