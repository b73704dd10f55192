#pragma once
// Delete payload (RFC 7296 section 3.11).

#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/ids.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

struct Delete {
  // RFC 7296 section 3.11
  //= Mixing of protocol identifiers MUST NOT be performed in the Delete payload.
  base::ProtocolId protocol{};
  std::vector<base::Spi> spis;  ///< empty for an IKE SA
};

/// Errors: truncated; malformed when the SPI size is not 0 for IKE or 4 for ESP and AH, or when the number of
/// SPIs disagrees with the payload's length.
base::Result<Delete> parse_delete(base::Bytes body);
void write(base::Writer& out, const Delete& del);

}  // namespace latchkey::wire
