#pragma once
// One line per decision: key=value, escaped, with a level. The sink is passed in.

#include <atomic>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ike-engine/base/time.h"

namespace latchkey::host {

enum class Level : std::uint8_t { error, warning, info, debug };
/// "error", "warning", "info", "debug".
std::string_view to_string(Level level);
/// The inverse; nothing for another word.
std::optional<Level> parse_level(std::string_view word);

/// `text` as a value of a log line: unchanged if it is plain; else in double quotes, where quotes and
/// backslashes are escaped and every octet outside printable ASCII is \xNN. Bounded: at most 512 octets of
/// `text`, then "...".
std::string escape(std::string_view text);

/// One key=value. The key is ours and plain; the value is escaped when the line is made. With an empty key the value is
/// itself key=value text of ours ("key=RSA-3072 scheme=..."), written as it is unless it holds anything unprintable.
struct Field {
  std::string_view key;
  std::string value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
};

/// Makes lines and hands them to the sink. May be called from any thread if the sink may.
class Log {
 public:
  /// Takes a whole line without newline: `latchkey: event=tunnel_up name=... t_ms=12.3`.
  using Sink = std::function<void(Level, std::string_view line)>;

  explicit Log(Sink sink, Level least = Level::info);

  void set_level(Level least) { least_.store(least, std::memory_order_relaxed); }
  bool wants(Level level) const { return level <= least_.load(std::memory_order_relaxed); }
  /// A line `event=EVENT` with the fields and, at its end, t_ms: milliseconds since this log was made, to a
  /// tenth.
  void line(Level level, std::string_view event, std::initializer_list<Field> fields) const;
  void error(std::string_view event, std::initializer_list<Field> fields) const { line(Level::error, event, fields); }
  void warning(std::string_view event, std::initializer_list<Field> fields) const {
    line(Level::warning, event, fields);
  }
  void info(std::string_view event, std::initializer_list<Field> fields) const { line(Level::info, event, fields); }
  void debug(std::string_view event, std::initializer_list<Field> fields) const { line(Level::debug, event, fields); }

 private:
  Sink sink_;
  std::atomic<Level> least_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace latchkey::host
