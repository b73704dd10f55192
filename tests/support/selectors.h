#pragma once
// Traffic selectors from text.

#include <string_view>
#include <vector>

#include "ike-engine/wire/ts.h"

namespace latchkey::support {

/// From one address to another, of any protocol and port, or of these alone.
inline wire::TrafficSelector selector(std::string_view first, std::string_view last, std::uint8_t protocol = 0,
                                      std::uint16_t port = 0) {
  const std::uint16_t end = port == 0 ? std::uint16_t{65535} : port;
  return {protocol, port, end, *base::Address::parse(first), *base::Address::parse(last)};
}

/// What a TS payload holds: one selector, of any protocol and port.
inline std::vector<wire::TrafficSelector> range(std::string_view first, std::string_view last) {
  return {selector(first, last)};
}
inline std::vector<wire::TrafficSelector> host(std::string_view address) { return range(address, address); }
inline std::vector<wire::TrafficSelector> all_ipv4() { return range("0.0.0.0", "255.255.255.255"); }

}  // namespace latchkey::support
