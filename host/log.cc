#include "host/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace latchkey::host {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
constexpr std::size_t kLongest = 512;

bool is_printable(char c) { return c > ' ' && c < '\x7f'; }

bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > kLongest) return false;
  for (const char c : text) {
    if (!is_printable(c) || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

bool is_text(std::string_view text) {
  return text.size() <= kLongest && std::ranges::all_of(text, [](char c) { return is_printable(c) || c == ' '; });
}

std::string written(const Field& field) {
  if (!field.key.empty()) return fmt::format(" {}={}", field.key, escape(field.value));
  if (field.value.empty()) return {};
  return " " + (is_text(field.value) ? field.value : "detail=" + escape(field.value));
}

}  // namespace

std::string_view to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<Level> parse_level(std::string_view word) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == word) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string escape(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_printable(c) || c == ' ') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > kLongest) out += "...";
  return out + '"';
}

Log::Log(Sink sink, Level least) : sink_(std::move(sink)), least_(least) {}

void Log::line(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  if (!wants(level)) return;
  std::string text = fmt::format("latchkey: event={}", event);
  for (const Field& field : fields) text += written(field);
  const std::chrono::duration<double, std::milli> since = std::chrono::steady_clock::now() - start_;
  text += fmt::format(" t_ms={:.1f}", since.count());
  sink_(level, text);
}

}  // namespace latchkey::host
