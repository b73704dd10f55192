#include "control/inspect/json.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/inspect/octets.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;

std::string place_of(std::string_view text, std::size_t octet) {
  const std::string_view before = text.substr(0, std::min(octet == 0 ? 0 : octet - 1, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - line_begin + 1);
}

/// Whether brackets nest deeper than we read, looked at before anything is built. (The library's way to say so while it
/// parses, a callback, walks over all elements of a list for each that ends.)
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kMaxJsonDepth) return true;
  }
  return false;
}

}  // namespace

std::expected<json, std::string> parse_json(std::string_view text) {
  if (is_too_deep(text)) return std::unexpected(fmt::format("nested deeper than {}", kMaxJsonDepth));
  try {
    return json::parse(text.begin(), text.end());
  } catch (const json::parse_error& error) {
    return std::unexpected(place_of(text, error.byte) + ": not JSON");
  } catch (const json::exception&) {
    return std::unexpected("a number that is out of all bounds");
  }
}

std::expected<JsonObject, std::string> JsonObject::of(const json& value, std::string where) {
  if (!value.is_object()) return std::unexpected(where + " is not an object");
  return JsonObject(value, std::move(where));
}

std::string JsonObject::path(std::string_view key) const {
  return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

const json& JsonObject::operator[](std::string_view key) const {
  static const json null;
  const auto place = value_->find(key);
  return place == value_->end() ? null : *place;
}

bool JsonObject::has(std::string_view key) const { return !(*this)[key].is_null(); }

std::expected<std::string, std::string> JsonObject::text(std::string_view key) const {
  const json& value = (*this)[key];
  if (value.is_null()) return std::unexpected(path(key) + " is missing");
  if (!value.is_string()) return std::unexpected(path(key) + " is not a string");
  return value.get<std::string>();
}

std::expected<base::Buffer, std::string> JsonObject::octets(std::string_view key) const {
  const auto hex = text(key);
  if (!hex) return std::unexpected(hex.error());
  auto octets = parse_hex(*hex);
  if (!octets) return std::unexpected(fmt::format("{}: {}", path(key), octets.error()));
  return octets;
}

std::expected<base::Buffer, std::string> JsonObject::octets_if_any(std::string_view key) const {
  return has(key) ? octets(key) : base::Buffer{};
}

std::expected<std::uint64_t, std::string> JsonObject::number(std::string_view key, std::uint64_t max) const {
  const json& value = (*this)[key];
  if (value.is_null()) return std::unexpected(path(key) + " is missing");
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > max) {
    return std::unexpected(fmt::format("{} is not a whole number up to {}", path(key), max));
  }
  return value.get<std::uint64_t>();
}

}  // namespace latchkey::inspect
