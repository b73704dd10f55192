#pragma once
// The verb `ipseckey`: a record in each of its forms.

#include <string_view>

#include "control/inspect/answer.h"

namespace latchkey::inspect {

/// {"precedence", "gateway_type", "algorithm", "gateway", "key", "wire", "text", "key_check"}: "gateway" as in a zone
/// file, "key" and "wire" in hex, "text" the rdata in presentation form, "key_check" what the key is or why it would be
/// refused (null without a key). The error says what is wrong and where.
Outcome ipseckey_of_text(std::string_view text);
Outcome ipseckey_of_wire(base::Bytes wire);

}  // namespace latchkey::inspect
