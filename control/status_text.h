#pragma once
// The reply to `status`, for people.

#include <nlohmann/json.hpp>
#include <string>

namespace latchkey::control {

/// A text with a line a tunnel and its details below. Fields that are missing are shown as "?"; never throws for a JSON
/// object of another shape.
std::string status_text(const nlohmann::json& status);

/// One tunnel's lines, and one failed peer's.
std::string tunnel_text(const nlohmann::json& tunnel);
std::string failure_text(const nlohmann::json& peer);

/// "3 min 20 s", "850 ms", "2 h 5 min".
std::string duration_text(std::int64_t milliseconds);
/// "1.2 MB", "340 B"; powers of 1000.
std::string size_text(std::uint64_t bytes);

}  // namespace latchkey::control
