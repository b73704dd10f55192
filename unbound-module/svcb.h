#pragma once
// Address hints in HTTPS and SVCB records (RFC 9460 section 2.2, 7.3): an address by another door.

#include <optional>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::unbound {

struct Stripped {
  bool had_hints = false;
  /// The record without ipv4hint and ipv6hint; nothing if `mandatory` lists one of them: then the record goes.
  std::optional<base::Buffer> rdata;
};

/// Takes the hints out of one record's rdata.
/// Errors: truncated or malformed; such a record is left out, for nobody can say what a client reads in it.
base::Result<Stripped> strip_hints(base::Bytes rdata);

}  // namespace latchkey::unbound
