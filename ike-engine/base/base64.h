#pragma once
// Base64 (RFC 4648 section 4), as DNS writes keys.

#include <optional>
#include <string>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::base {

/// With padding, without line breaks.
std::string to_base64(Bytes data);
/// Nothing unless `text` is what to_base64() writes: no blanks, no foreign character, padding where it belongs, and no
/// bits left over.
std::optional<Buffer> from_base64(std::string_view text);

}  // namespace latchkey::base
