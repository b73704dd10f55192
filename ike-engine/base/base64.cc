#include "ike-engine/base/base64.h"

#include <algorithm>
#include <cstdint>

namespace latchkey::base {

namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(Bytes data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (; !data.empty(); data = data.subspan(std::min<std::size_t>(3, data.size()))) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < data.size() ? data[i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) out.push_back(i <= data.size() ? kDigits[group >> (18 - 6 * i) & 63] : '=');
  }
  return out;
}

std::optional<Buffer> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  Buffer out;
  out.reserve(digits * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text.substr(0, digits)) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> held));
    bits &= (1U << held) - 1;
  }
  // A single digit is no octet, and RFC 4648 section 3.5 wants the bits left over to be zero.
  return held < 6 && bits == 0 ? std::optional(out) : std::nullopt;
}

}  // namespace latchkey::base
