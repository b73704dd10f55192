#include "ike-engine/base/bytes.h"

#include <algorithm>

namespace latchkey::base {

Bytes Reader::bytes(std::size_t count) {
  if (count > data_.size()) {
    ok_ = false;
    data_ = {};
    return {};
  }
  const Bytes head = data_.first(count);
  data_ = data_.subspan(count);
  return head;
}

std::uint64_t Reader::number(std::size_t width) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : bytes(width)) value = value << 8 | octet;
  return value;
}

void Writer::number(std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Writer::patch_u16(std::size_t at, std::uint16_t value) {
  out_[at] = static_cast<std::uint8_t>(value >> 8);
  out_[at + 1] = static_cast<std::uint8_t>(value);
}

void Writer::patch_u32(std::size_t at, std::uint32_t value) {
  patch_u16(at, static_cast<std::uint16_t>(value >> 16));
  patch_u16(at + 2, static_cast<std::uint16_t>(value));
}

std::string to_hex(Bytes data) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(data.size() * 2);
  for (const std::uint8_t octet : data) {
    out.push_back(kDigits[octet >> 4]);
    out.push_back(kDigits[octet & 15]);
  }
  return out;
}

namespace {
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
}  // namespace

std::optional<Buffer> from_hex(std::string_view text) {
  Buffer out;
  int high = -1;
  for (const char c : text) {
    if (is_blank(c)) continue;
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
      continue;
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = -1;
  }
  if (high >= 0) return std::nullopt;
  return out;
}

Buffer concat(std::initializer_list<Bytes> parts) {
  std::size_t total = 0;
  for (const Bytes part : parts) total += part.size();
  Buffer out;
  out.reserve(total);
  for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

bool same(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

}  // namespace latchkey::base
