#pragma once
// Octets: views, buffers, a reader that checks once and a writer that patches lengths.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::base {

/// A view of octets that somebody else owns.
using Bytes = std::span<const std::uint8_t>;
/// A view of octets that may be written.
using MutableBytes = std::span<std::uint8_t>;
/// Octets that are ours. Not for secrets: see secret.h.
using Buffer = std::vector<std::uint8_t>;

/// Reads big-endian fields off the front of a view. After an overrun the reader is empty and returns zeros,
/// so a parser reads straight down and asks done() (or ok()) once, before it uses a field.
class Reader {
 public:
  explicit Reader(Bytes data) : data_(data) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  /// The next `count` octets, empty after an overrun.
  Bytes bytes(std::size_t count);
  /// All that is left; never fails.
  Bytes rest() { return bytes(data_.size()); }
  void skip(std::size_t count) { (void)bytes(count); }

  std::size_t left() const { return data_.size(); }
  /// No overrun so far.
  bool ok() const { return ok_; }
  /// No overrun, and nothing left over.
  bool done() const { return ok_ && data_.empty(); }

 private:
  std::uint64_t number(std::size_t width);

  Bytes data_;
  bool ok_ = true;
};

/// Appends big-endian fields to a buffer it owns.
class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t expected) { out_.reserve(expected); }

  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void bytes(Bytes data) { out_.insert(out_.end(), data.begin(), data.end()); }

  std::size_t size() const { return out_.size(); }
  /// Overwrites one octet that is already there. `at` < size().
  void patch_u8(std::size_t at, std::uint8_t value) { out_[at] = value; }
  /// Overwrites two octets that are already there (a length known only afterwards). `at` + 2 <= size().
  void patch_u16(std::size_t at, std::uint16_t value);
  /// Overwrites four octets that are already there. `at` + 4 <= size().
  void patch_u32(std::size_t at, std::uint32_t value);
  Bytes view() const { return out_; }
  Buffer take() { return std::move(out_); }

 private:
  void number(std::uint64_t value, std::size_t width);

  Buffer out_;
};

/// Lower-case hex, two digits an octet.
std::string to_hex(Bytes data);
/// Octets from hex; blanks are skipped; nothing on an odd count or a foreign character.
std::optional<Buffer> from_hex(std::string_view text);

/// `text` as octets; for labels like "Key Pad for IKEv2".
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline Buffer to_buffer(Bytes data) { return {data.begin(), data.end()}; }
/// Octets joined in order.
Buffer concat(std::initializer_list<Bytes> parts);
/// Equality of public octets (not constant-time: see secret.h for secrets).
bool same(Bytes a, Bytes b);

}  // namespace latchkey::base
