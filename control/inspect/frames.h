#pragma once
// Captured frames: classic pcap (both byte orders, microseconds and nanoseconds), pcapng, and snoop (RFC 1761).

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "ike-engine/base/bytes.h"

namespace latchkey::inspect {

/// What stands in front of the IP header, by its LINKTYPE number. Other numbers are legal and unknown to us.
enum class Link : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw_openbsd = 14,
  raw = 101,
  loop = 108,
  linux_cooked = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_cooked_v2 = 276,
  unknown = 0xffff,
};

struct Frame {
  std::size_t number = 0;  ///< 1-based over the whole file, as other programs count
  Link link = Link::unknown;
  base::Bytes octets;  ///< what was captured of it, which may be less than the frame
};

using SeeFrame = std::function<void(const Frame&)>;

/// Calls `see` for each frame of a capture, in order. The error is a sentence that says at which octet the file stops
/// being a capture; the frames before it have been seen. Allocates nothing that grows with the frames.
std::expected<void, std::string> each_frame(base::Bytes file, const SeeFrame& see);

}  // namespace latchkey::inspect
