#pragma once
// Key Exchange payload (RFC 7296 section 3.4).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

struct Ke {
  base::KeMethod method{};
  base::Bytes value;  ///< the public value; its size is checked where the method is known
};

/// Errors: truncated (shorter than 4 octets).
base::Result<Ke> parse_ke(base::Bytes body);
void write(base::Writer& out, const Ke& ke);

}  // namespace latchkey::wire
