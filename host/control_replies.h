#pragma once
// What all replies of the control socket have in common.

#include <nlohmann/json.hpp>

#include "ike-engine/api/types.h"

namespace latchkey::host {

/// An object of numbers; `dropped` is one of its own.
nlohmann::json stats_json(const api::EngineStats& stats);

/// The reply that says no: `error` is a sentence.
nlohmann::json refusal_json(std::string_view error);

/// Octets of a reply. 100,000 tunnels have room.
inline constexpr std::size_t kLongestReply = 64U << 20;

/// One line without newline, of printable ASCII only. A reply above kLongestReply becomes a refusal that says so.
std::string reply_line(const nlohmann::json& reply);

}  // namespace latchkey::host
