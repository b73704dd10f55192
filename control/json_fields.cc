#include "control/json_fields.h"

#include <fmt/format.h>

#include "control/status_text.h"

namespace latchkey::control {

using nlohmann::json;

std::string word(const json& object, const char* key) {
  const auto place = object.find(key);
  if (place == object.end()) return "?";
  return place->is_string() ? place->get<std::string>() : place->dump();
}

const json& list(const json& object, const char* key) {
  static const json empty = json::array();
  const auto place = object.find(key);
  return place != object.end() && place->is_array() ? *place : empty;
}

std::string traffic_text(const json& object) {
  if (!object.contains("bytes_in")) return "unknown";
  return fmt::format("{} in, {} out ({} and {} packets)", size_text(number<std::uint64_t>(object, "bytes_in")),
                     size_text(number<std::uint64_t>(object, "bytes_out")), word(object, "packets_in"),
                     word(object, "packets_out"));
}

}  // namespace latchkey::control
