#pragma once
// Identification payloads IDi and IDr (RFC 7296 section 3.5, RFC 7619 section 3).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

/// Octets of an identity; a longer one is refused. A distinguished name of honest length is well below.
inline constexpr std::size_t kMaxIdData = 1024;

struct Id {
  base::IdType type{};
  base::Bytes data;
};

/// Errors: truncated; malformed for an address of the wrong size; exhausted.
base::Result<Id> parse_id(base::Bytes body);
/// Appends type, three reserved octets (zero) and data: the "RestOfInitIDPayload" that AUTH covers.
void write(base::Writer& out, const Id& id);

}  // namespace latchkey::wire
