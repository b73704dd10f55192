#pragma once
// From a name's text to its wire form.

#include <optional>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::unbound {

/// "www.example", with or without a final dot and with \DECIMAL, as in a zone file. Nothing if it is no name
/// (RFC 1035 section 5.1).
std::optional<base::Buffer> name_wire(std::string_view text);

}  // namespace latchkey::unbound
