#pragma once
// What `latchkeyctl explain` prints for people.

#include <nlohmann/json.hpp>
#include <string>

namespace latchkey::control {

/// Several lines of a reply to "explain" (unbound-module/explain.h). Never fails: what is missing is shown as such.
std::string explain_text(const nlohmann::json& reply);

}  // namespace latchkey::control
