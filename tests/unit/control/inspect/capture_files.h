#pragma once
// Captures built by hand: frames, and the three formats around them.

#include <string_view>
#include <vector>

#include "control/inspect/frames.h"
#include "ike-engine/base/address.h"

namespace latchkey::inspect {

using base::Buffer;
using base::Bytes;

/// Numbers in one byte order.
class OrderedWriter {
 public:
  explicit OrderedWriter(bool little) : little_(little) {}
  void u16(std::uint16_t value) { out_.u16(little_ ? __builtin_bswap16(value) : value); }
  void u32(std::uint32_t value) { out_.u32(little_ ? __builtin_bswap32(value) : value); }
  void bytes(Bytes octets) { out_.bytes(octets); }
  void pad_to_4() {
    while (out_.size() % 4 != 0) out_.u8(0);
  }
  Buffer take() { return out_.take(); }

 private:
  base::Writer out_;
  bool little_;
};

inline std::uint32_t size_of(Bytes octets) { return static_cast<std::uint32_t>(octets.size()); }

/// A classic pcap file; `magic` in the file's own order (0xa1b2c3d4, or 0xa1b23c4d for nanoseconds).
inline Buffer pcap(Link link, const std::vector<Buffer>& frames, bool little = true, std::uint32_t magic = 0xa1b2c3d4) {
  OrderedWriter out(little);
  out.u32(magic);
  out.u16(2);
  out.u16(4);
  for (const std::uint32_t field : {0U, 0U, 65535U, static_cast<std::uint32_t>(link)}) out.u32(field);
  for (const Buffer& frame : frames) {
    for (const std::uint32_t field : {1U, 2U, size_of(frame), size_of(frame)}) out.u32(field);
    out.bytes(frame);
  }
  return out.take();
}

/// One block of a pcapng file.
inline Buffer block(bool little, std::uint32_t type, Bytes body) {
  OrderedWriter out(little);
  const std::uint32_t length = (size_of(body) + 3) / 4 * 4 + 12;
  out.u32(type);
  out.u32(length);
  out.bytes(body);
  out.pad_to_4();
  out.u32(length);
  return out.take();
}

inline Buffer section_block(bool little) {
  OrderedWriter body(little);
  body.u32(0x1a2b3c4d);
  body.u16(1);
  body.u16(0);
  body.u32(0xffffffff);
  body.u32(0xffffffff);
  return block(little, 0x0a0d0d0a, body.take());
}

inline Buffer interface_block(bool little, Link link, std::uint32_t snapshot = 0) {
  OrderedWriter body(little);
  body.u16(static_cast<std::uint16_t>(link));
  body.u16(0);
  body.u32(snapshot);
  return block(little, 1, body.take());
}

inline Buffer enhanced_block(bool little, std::uint32_t interface, Bytes frame) {
  OrderedWriter body(little);
  for (const std::uint32_t field : {interface, 1U, 2U, size_of(frame), size_of(frame)}) body.u32(field);
  body.bytes(frame);
  return block(little, 6, body.take());
}

inline Buffer simple_block(bool little, Bytes frame, std::uint32_t length) {
  OrderedWriter body(little);
  body.u32(length);
  body.bytes(frame);
  return block(little, 3, body.take());
}

inline Buffer obsolete_block(bool little, std::uint16_t interface, Bytes frame) {
  OrderedWriter body(little);
  body.u16(interface);
  body.u16(0);
  for (const std::uint32_t field : {1U, 2U, size_of(frame), size_of(frame)}) body.u32(field);
  body.bytes(frame);
  return block(little, 2, body.take());
}

/// RFC 1761, with `padding` octets behind each frame.
inline Buffer snoop(std::uint32_t datalink, const std::vector<Buffer>& frames, std::uint32_t padding = 0) {
  OrderedWriter out(false);
  out.bytes(base::as_bytes({"snoop\0\0\0", 8}));
  out.u32(2);
  out.u32(datalink);
  for (const Buffer& frame : frames) {
    for (const std::uint32_t field : {size_of(frame), size_of(frame), 24 + size_of(frame) + padding, 0U, 1U, 2U}) {
      out.u32(field);
    }
    out.bytes(frame);
    out.bytes(Buffer(padding));
  }
  return out.take();
}

inline Buffer udp(std::uint16_t source, std::uint16_t destination, Bytes payload) {
  base::Writer out;
  out.u16(source);
  out.u16(destination);
  out.u16(static_cast<std::uint16_t>(payload.size() + 8));
  out.u16(0);
  out.bytes(payload);
  return out.take();
}

/// IPv4 from 192.0.2.1 to 192.0.2.2; `place` is the field of flags and fragment offset.
inline Buffer ipv4(Bytes payload, std::uint16_t place = 0, std::uint16_t id = 7, std::uint8_t protocol = 17) {
  base::Writer out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(20 + payload.size()));
  out.u16(id);
  out.u16(place);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.u32(0xc0000201);
  out.u32(0xc0000202);
  out.bytes(payload);
  return out.take();
}

/// IPv6 from 2001:db8::1 to 2001:db8::2; `next` is what `payload` begins with.
inline Buffer ipv6(Bytes payload, std::uint8_t next = 17) {
  base::Writer out;
  out.u32(0x60000000);
  out.u16(static_cast<std::uint16_t>(payload.size()));
  out.u8(next);
  out.u8(64);
  for (const char* address : {"2001:db8::1", "2001:db8::2"}) out.bytes(base::Address::parse(address)->bytes());
  out.bytes(payload);
  return out.take();
}

}  // namespace latchkey::inspect
