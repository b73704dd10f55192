#pragma once
// One entry of a zone file as its words (RFC 1035 section 5.1).

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::unbound {

struct Token {
  std::string_view text;  ///< as it stands, escapes included
  std::size_t at = 0;     ///< its first character, from 1
};

/// The words of the one entry that `text` holds; parentheses and comments are gone. The error is a sentence with the
/// character where: parentheses that do not match, a quote, a second entry.
std::expected<std::vector<Token>, std::string> split_entry(std::string_view text);

}  // namespace latchkey::unbound
