#pragma once
// Engine's values as logs and status show them.

#include <string>

#include "ike-engine/api/types.h"

namespace latchkey::control {

/// "timeout", "peer_refused, notify 24: detail".
std::string reason_text(const api::Failed& failed);
/// 8 hex digits.
std::string spi_text(base::Spi spi);
std::string_view mode_word(api::Mode mode);
/// "udp", "native".
std::string_view encapsulation_word(bool encapsulated);

}  // namespace latchkey::control
