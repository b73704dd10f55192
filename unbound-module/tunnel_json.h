#pragma once
// What the peers show, as JSON: bytes are numbers, SPIs 8 hex digits, times whole milliseconds.

#include <nlohmann/json.hpp>

#include "unbound-module/peers.h"

namespace latchkey::unbound {

std::int64_t whole_ms(base::Duration duration);
nlohmann::json tunnel_json(const TunnelView& view);
nlohmann::json failure_json(const FailureView& view);

}  // namespace latchkey::unbound
