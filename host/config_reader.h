#pragma once
// From YAML text to calls of setters, with file, line and column where something is wrong. Knows no key itself.

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "host/config_values.h"

namespace latchkey::host {

/// The keys of a file or of a section, each with what reads its value.
class KeyReader {
 public:
  using Read = std::function<ValueResult(const YAML::Node& value)>;

  /// `whole` is what errors call the mapping itself; `hint` goes behind "no such key": where to see all of them.
  explicit KeyReader(std::string whole, std::string hint = {}) : whole_(std::move(whole)), hint_(std::move(hint)) {}

  void add(std::string_view name, Read read) { keys_.emplace(name, std::move(read)); }
  /// A key that gets an error of its own.
  void refuse(std::string_view name, std::string why) { refused_.emplace(name, std::move(why)); }
  /// Reads a mapping. The first error: a key that is unknown, repeated or no plain word, or what its reader says; its
  /// text begins with the key's dotted name.
  ValueResult read(const YAML::Node& mapping) const;

 private:
  ValueResult walk(const YAML::Node& section, const std::string& prefix) const;
  ValueResult read_key(const YAML::Node& key, const YAML::Node& value, const std::string& name) const;
  bool is_section(const std::string& name) const;

  std::map<std::string, Read, std::less<>> keys_;
  std::map<std::string, std::string, std::less<>> refused_;
  std::string whole_, hint_;
};

/// What may still be wrong when each value is good by itself.
using CrossCheck = std::function<ValueResult(const YAML::Node& file)>;

/// Reads one YAML document; an empty text sets nothing. The error is one line for the operator, "NAME:LINE:COLUMN:
/// WHAT", both counted from 1.
std::expected<void, std::string> read_yaml(std::string_view text, std::string_view name, const KeyReader& keys,
                                           const CrossCheck& check);

/// Where `key` of `section` stands, or the section if only its other keys do.
YAML::Mark mark_of(const YAML::Node& file, const char* section, const char* key);

}  // namespace latchkey::host
