#pragma once
// What all replies of the control socket have in common.

#include <nlohmann/json.hpp>

#include "ike-engine/api/types.h"

namespace latchkey::host {

/// An object of numbers; `dropped` is one of its own.
nlohmann::json stats_json(const api::EngineStats& stats);

/// The reply that says no: `error` is a sentence.
nlohmann::json refusal_json(std::string_view error);

/// One line without newline, of printable ASCII only.
std::string reply_line(const nlohmann::json& reply);

}  // namespace latchkey::host
