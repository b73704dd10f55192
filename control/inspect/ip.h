#pragma once
// From a frame to what IP carries: link headers, IPv4 and IPv6 with its extension headers.

#include <optional>

#include "control/inspect/frames.h"
#include "ike-engine/base/address.h"

namespace latchkey::inspect {

/// The IP packet in a frame, padding of the link included: behind Ethernet with any number of VLAN tags, BSD loopback,
/// Linux cooked (1 and 2), or nothing. Nothing for another link (see is_known()) or another protocol.
std::optional<base::Bytes> ip_of(const Frame& frame);
bool is_known(Link link);

/// Where a fragment of an IP packet belongs.
struct IpFragment {
  std::uint32_t id = 0;
  std::size_t offset = 0;  ///< of its first octet, a multiple of 8
  bool more = false;
};

struct IpPacket {
  base::Address source;
  base::Address destination;
  std::uint8_t protocol = 0;  ///< of the payload: extension headers before it have been passed over
  base::Bytes payload;
  bool cut = false;  ///< less of it was captured than its header says
  std::optional<IpFragment> fragment;
};

/// Nothing for what is no IP packet, or not even its headers were captured.
std::optional<IpPacket> parse_ip(base::Bytes packet);

/// Passes over the IPv6 extension headers that `packet` begins with; a fragment header ends that and is noted. False if
/// they are cut off.
bool skip_extensions(IpPacket& packet);

}  // namespace latchkey::inspect
