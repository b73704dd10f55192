#pragma once
// Identification payloads IDi and IDr (RFC 7296 section 3.5, RFC 7619 section 3).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

struct Id {
  base::IdType type{};
  base::Bytes data;
};

/// Errors: truncated; malformed for an address of the wrong size.
base::Result<Id> parse_id(base::Bytes body);
/// Appends type, three reserved octets (zero) and data: the "RestOfInitIDPayload" that AUTH covers.
void write(base::Writer& out, const Id& id);

}  // namespace latchkey::wire
