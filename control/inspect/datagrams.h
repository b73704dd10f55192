#pragma once
// The UDP datagrams of a capture, and the IKE messages among them.

#include <optional>
#include <string>
#include <string_view>

#include "control/inspect/frames.h"
#include "ike-engine/base/address.h"

namespace latchkey::inspect {

struct Datagram {
  std::size_t frame = 0;  ///< of a fragmented one: the frame that made it whole
  base::Endpoint source;
  base::Endpoint destination;
  base::Bytes payload;
  std::string_view missing;  ///< why `payload` is not all of it; empty if it is
};
using SeeDatagram = std::function<void(const Datagram&)>;

struct Summary {
  std::size_t frames = 0;
  std::size_t unknown_links = 0;      ///< frames of a link that we do not know
  std::optional<std::string> broken;  ///< where and why the file stopped being a capture
};

/// Calls `see` for each UDP datagram over IPv4 or IPv6 in a capture. Fragmented packets are put together; those that
/// never became whole come when their place is needed or at the end. Other packets are passed over.
Summary each_datagram(base::Bytes file, const SeeDatagram& see);

/// The IKE message that a datagram is: on port 500, or on port 4500 behind a non-ESP marker (RFC 3948 section 2.2),
/// which is taken off. Nothing for ESP, NAT-keepalives and other ports.
std::optional<base::Bytes> ike_message_of(const Datagram& datagram);

}  // namespace latchkey::inspect
