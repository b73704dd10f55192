#include "host/config_reader.h"

#include <fmt/format.h>

#include <set>

#include "host/log.h"

namespace latchkey::host {
namespace {

std::string located(std::string_view file, const YAML::Mark& mark, std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, mark.line + 1, mark.column + 1, what);  // yaml-cpp counts from 0
}

}  // namespace

bool KeyReader::is_section(const std::string& name) const {
  const auto first = keys_.lower_bound(name + ".");
  return first != keys_.end() && first->first.starts_with(name + ".");
}

ValueResult KeyReader::read_key(const YAML::Node& key, const YAML::Node& value, const std::string& name) const {
  ValueResult error;
  if (const auto found = keys_.find(name); found != keys_.end()) {
    error = found->second(value);
    if (error) error->what = fmt::format("{}: {}", name, error->what);
  } else if (is_section(name)) {
    error = walk(value, name + ".");
  } else if (const auto refused = refused_.find(name); refused != refused_.end()) {
    error = ValueError{key.Mark(), fmt::format("{}: {}", name, refused->second)};
  } else {
    error = ValueError{key.Mark(), fmt::format("{}: no such key{}", escape(name), hint_)};
  }
  // An empty value has no place of its own in the text.
  if (error && value.IsNull()) error->mark = key.Mark();
  return error;
}

ValueResult KeyReader::walk(const YAML::Node& section, const std::string& prefix) const {
  if (section.IsNull()) return std::nullopt;
  if (!section.IsMap()) {
    const std::string where = prefix.empty() ? whole_ : prefix.substr(0, prefix.size() - 1);
    return ValueError{section.Mark(), fmt::format("{}: expected lines of the form `key: value`", where)};
  }
  std::set<std::string> seen;  // yaml-cpp keeps a key that is written twice
  for (const auto& entry : section) {
    const YAML::Node &key = entry.first, &value = entry.second;
    if (!key.IsScalar()) return ValueError{key.Mark(), "expected a plain word as key"};
    const std::string name = prefix + key.Scalar();
    if (!seen.insert(name).second) return ValueError{key.Mark(), fmt::format("{}: is set twice", escape(name))};
    if (auto error = read_key(key, value, name)) return error;
  }
  return std::nullopt;
}

ValueResult KeyReader::read(const YAML::Node& mapping) const { return walk(mapping, ""); }

std::expected<void, std::string> read_yaml(std::string_view text, std::string_view name, const KeyReader& keys,
                                           const CrossCheck& check) {
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      return std::unexpected(located(name, documents[1].Mark(), "expected one document, found a second `---`"));
    }
    const YAML::Node file = documents.empty() ? YAML::Node() : documents.front();
    auto error = keys.read(file);
    if (!error) error = check(file);
    if (error) return std::unexpected(located(name, error->mark, error->what));
  } catch (const YAML::Exception& error) {
    return std::unexpected(located(name, error.mark, "is not YAML: " + error.msg));
  }
  return {};
}

YAML::Mark mark_of(const YAML::Node& file, const char* section, const char* key) {
  const YAML::Node in = file[section];
  if (const YAML::Node value = in[key]) return value.Mark();
  return in.Mark();
}

}  // namespace latchkey::host
