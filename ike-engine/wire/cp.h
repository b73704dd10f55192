#pragma once
// Configuration payload (RFC 7296 section 3.15): what a client asks for and what it is given.

#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kMaxAttributes = 32;

struct CpAttribute {
  std::uint16_t type = 0;
  base::Bytes value;
};

struct Cp {
  std::uint8_t type = 0;  ///< 1 request, 2 reply, 3 set, 4 ack
  std::vector<CpAttribute> attributes;
};

/// Errors: truncated, exhausted.
base::Result<Cp> parse_cp(base::Bytes body);
void write(base::Writer& out, const Cp& cp);

}  // namespace latchkey::wire
