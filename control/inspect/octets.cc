#include "control/inspect/octets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace latchkey::inspect {
namespace {

using Text = std::expected<std::string, std::string>;

constexpr std::string_view kBetween = " \t\r\n:";
constexpr std::string_view kDigits = "0123456789abcdefABCDEF";

bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

Text why(const std::string& path, std::string_view what) { return std::unexpected(fmt::format("{}: {}", path, what)); }

/// The file's size, so that its octets are not copied as they come; 0 if nobody can tell.
std::size_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

Text read(std::FILE* file, const std::string& path, std::size_t most) {
  std::string text;
  text.reserve(std::min(size_of(path), most));
  std::array<char, 65536> part;
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), file)) {
    if (text.size() + got > most) return why(path, fmt::format("longer than {} octets", most));
    text.append(part.data(), got);
  }
  if (std::ferror(file) != 0) return why(path, std::strerror(errno));
  return text;
}

}  // namespace

std::expected<base::Buffer, std::string> parse_hex(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  const std::size_t begin = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (has(kBetween, text[i])) continue;
    if (!has(kDigits, text[i])) return std::unexpected(fmt::format("character {} is not a hex digit", i + 1));
    digits.push_back(text[i]);
  }
  auto octets = base::from_hex(digits);
  if (!octets) return std::unexpected(fmt::format("an odd number of hex digits, {}", digits.size()));
  return std::move(*octets);
}

std::expected<base::Buffer, std::string> octets_of_argument(const std::string& text) {
  if (!text.starts_with('@')) return parse_hex(text);
  const std::string path = text.substr(1);
  const auto file = read_file(path);
  if (!file) return std::unexpected(file.error());
  auto octets = parse_hex(*file);
  if (!octets) return std::unexpected(fmt::format("{}: {}", path, octets.error()));
  return octets;
}

Text read_file(const std::string& path, std::size_t most) {
  if (path == "-") return read(stdin, "standard input", most);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return why(path, std::strerror(errno));
  return read(file.get(), path, most);
}

}  // namespace latchkey::inspect
