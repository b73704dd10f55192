#pragma once
// latchkeyd's reply to `status`, for people.

#include <nlohmann/json.hpp>
#include <string>

namespace latchkey::control {

/// Whether a reply is latchkeyd's and not that of Latchkey inside Unbound.
bool is_of_latchkeyd(const nlohmann::json& status);

/// A text with a line a session and its details below, then the connections and the counters. Never throws, as
/// status_text().
std::string sessions_text(const nlohmann::json& status);

}  // namespace latchkey::control
