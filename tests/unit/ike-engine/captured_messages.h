#pragma once
// The IKE messages of a capture, as the product's own reader finds them.

#include <vector>

#include "control/inspect/datagrams.h"

namespace latchkey::support {

/// In order, without non-ESP markers. A file that is no capture gives nothing.
inline std::vector<base::Buffer> ike_messages(base::Bytes capture) {
  std::vector<base::Buffer> messages;
  inspect::each_datagram(capture, [&](const inspect::Datagram& datagram) {
    if (const auto message = inspect::ike_message_of(datagram)) messages.push_back(base::to_buffer(*message));
  });
  return messages;
}

}  // namespace latchkey::support
