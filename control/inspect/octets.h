#pragma once
// Octets as a user gives them: in hex on the command line, or in files.

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::inspect {

/// Longest capture that is read, in octets.
inline constexpr std::size_t kMaxCapture = std::size_t{1} << 29;
/// Longest file of any other kind (keys, vectors, hex).
inline constexpr std::size_t kMaxFile = std::size_t{1} << 24;

/// Hex with or without "0x" in front, blanks, and colons between. The error says which character is none, or that
/// their number is odd.
std::expected<base::Buffer, std::string> parse_hex(std::string_view text);

/// Hex, or "@FILE" for the hex in a file. The error is a sentence.
std::expected<base::Buffer, std::string> octets_of_argument(const std::string& text);

/// A whole file of at most `most` octets; "-" is the standard input. The error is "FILE: why".
std::expected<std::string, std::string> read_file(const std::string& path, std::size_t most = kMaxFile);

}  // namespace latchkey::inspect
