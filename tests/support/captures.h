#pragma once
// Captures of other implementations: pcap, pcapng and snoop files, down to what UDP carried.

#include <filesystem>
#include <vector>

#include "ike-engine/base/address.h"

namespace latchkey::support {

/// A UDP datagram as somebody captured it.
struct CapturedDatagram {
  base::Endpoint source;
  base::Endpoint destination;
  base::Buffer payload;
};

/// All whole UDP datagrams over IPv4 and IPv6 in a capture, in order; other packets are left out. A file of none of the
/// three formats gives nothing.
std::vector<CapturedDatagram> udp_datagrams(base::Bytes capture);

/// The IKE messages among them: port 500, or port 4500 behind a non-ESP marker, which is taken off.
std::vector<base::Buffer> ike_messages(base::Bytes capture);

}  // namespace latchkey::support
