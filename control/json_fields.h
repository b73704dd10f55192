#pragma once
// Fields of a reply, whatever its shape: what is missing or of another type is shown as such and never throws.

#include <nlohmann/json.hpp>
#include <string>

namespace latchkey::control {

/// The text, or the value as JSON; "?" if it is missing.
std::string word(const nlohmann::json& object, const char* key);
/// An array; empty if there is none.
const nlohmann::json& list(const nlohmann::json& object, const char* key);
/// 0 if there is no number.
template <class Number>
Number number(const nlohmann::json& object, const char* key) {
  const auto place = object.find(key);
  return place != object.end() && place->is_number() ? place->get<Number>() : Number{};
}
/// "840 B in, 1.2 MB out (10 and 900 packets)", or "unknown".
std::string traffic_text(const nlohmann::json& object);

}  // namespace latchkey::control
