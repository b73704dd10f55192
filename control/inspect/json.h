#pragma once
// JSON that somebody else wrote, and JSON that we write.

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::inspect {

/// What we write: keys stay in the order in which a reader wants them.
using Json = nlohmann::ordered_json;

/// Deeper nesting than any file of ours has is refused.
inline constexpr int kMaxJsonDepth = 32;

/// A JSON text as a value. The error is a sentence with line and column. Never recurses.
std::expected<nlohmann::json, std::string> parse_json(std::string_view text);

/// A JSON object and where it stands, so that each complaint can say it: "ike_sas[0].sk_ei is missing".
class JsonObject {
 public:
  /// `value` outlives the view. The error says that it is no object.
  static std::expected<JsonObject, std::string> of(const nlohmann::json& value, std::string where);

  const std::string& where() const { return where_; }
  /// The path of a field, for messages.
  std::string path(std::string_view key) const;
  /// Whether the field is there and not null.
  bool has(std::string_view key) const;
  /// The field, or null.
  const nlohmann::json& operator[](std::string_view key) const;

  std::expected<std::string, std::string> text(std::string_view key) const;
  /// Octets from hex.
  std::expected<base::Buffer, std::string> octets(std::string_view key) const;
  /// Octets from hex; none if the field is not there.
  std::expected<base::Buffer, std::string> octets_if_any(std::string_view key) const;
  /// A whole number from 0 to `max`.
  std::expected<std::uint64_t, std::string> number(std::string_view key, std::uint64_t max) const;

 private:
  JsonObject(const nlohmann::json& value, std::string where) : value_(&value), where_(std::move(where)) {}

  const nlohmann::json* value_;
  std::string where_;
};

}  // namespace latchkey::inspect
