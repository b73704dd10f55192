#pragma once
// Traffic Selector payloads TSi and TSr (RFC 7296 section 3.13).

#include <vector>

#include "ike-engine/base/address.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kMaxSelectors = 32;

struct TrafficSelector {
  std::uint8_t protocol = 0;  ///< IP protocol, 0 = any
  std::uint16_t start_port = 0;
  std::uint16_t end_port = 65535;
  base::Address start;  ///< both of one family
  base::Address end;

  /// Everything from and to one host.
  // RFC 7296 section 3.13.1
  //= Systems that are complying with [IPSECARCH] that wish to indicate "ANY" ports MUST set the start port to 0 and the
  //= end port to 65535
  static TrafficSelector host(const base::Address& address) { return {0, 0, 65535, address, address}; }
  friend bool operator==(const TrafficSelector&, const TrafficSelector&) = default;
};

/// The selectors of IPv4 and IPv6 ranges; other types are skipped (their lengths are still checked).
/// Errors: truncated, malformed (count or length that lies, start after end), exhausted.
base::Result<std::vector<TrafficSelector>> parse_ts(base::Bytes body);
void write(base::Writer& out, std::span<const TrafficSelector> selectors);

}  // namespace latchkey::wire
