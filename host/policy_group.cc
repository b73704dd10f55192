#include "host/policy_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "host/log.h"
#include "host/text_file.h"

namespace latchkey::host {
namespace {

constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestName = 253;

bool fits_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// A network, or else a domain: digits alone are no domain, or a mistyped address would be one.
bool add_line(std::string_view text, GroupEntry& group) {
  if (const auto cidr = Cidr::parse(text)) {
    group.cidrs.push_back(*cidr);
    return true;
  }
  if (text.find_first_not_of("0123456789./:") == std::string_view::npos && text != ".") return false;
  const auto domain = parse_domain(text);
  if (domain) group.domains.push_back(*domain);
  return domain.has_value();
}

std::expected<void, std::string> read_lines(const std::string& path, GroupEntry& group, std::size_t& room) {
  const auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  std::istringstream lines(*text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const std::string_view entry = trimmed(line);
    if (entry.empty()) continue;
    const auto wrong = [&](std::string_view what) {
      return std::unexpected(fmt::format("{}:{}: {}", path, number, what));
    };
    if (room == 0) return wrong(too_many_group_lines());
    --room;
    if (!add_line(entry, group))
      return wrong(fmt::format("expected a domain or a network such as 10.0.0.0/8, found {}", escape(entry)));
  }
  return {};
}

}  // namespace

std::string_view to_string(GroupKind kind) {
  switch (kind) {
    case GroupKind::clear: return "clear";
    case GroupKind::clear_or_private: return "clear-or-private";
    case GroupKind::private_or_clear: return "private-or-clear";
    case GroupKind::private_only: return "private";
    case GroupKind::block: return "block";
  }
  return "?";
}

std::optional<std::string> parse_domain(std::string_view text) {
  if (text == ".") return std::string();
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kLongestName) return std::nullopt;
  std::string domain(text);
  std::ranges::transform(domain, domain.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  std::string_view rest = domain;
  for (;;) {
    const auto dot = rest.find('.');
    if (!fits_label(rest.substr(0, dot))) return std::nullopt;
    if (dot == std::string_view::npos) return domain;
    rest.remove_prefix(dot + 1);
  }
}

std::string too_many_group_lines() {
  return fmt::format("more than {} domains and networks in all groups", kMostGroupLines);
}

std::expected<void, std::string> read_group_files(std::vector<GroupEntry>& groups, const std::string& folder) {
  std::size_t room = kMostGroupLines;
  for (const GroupEntry& group : groups) room -= std::min(room, group.domains.size() + group.cidrs.size());
  for (GroupEntry& group : groups) {
    for (const PlacedText& file : group.files) {
      const std::string path = (std::filesystem::path(folder) / file.text).string();
      if (auto read = read_lines(path, group, room); !read) return read;
    }
  }
  return {};
}

}  // namespace latchkey::host
