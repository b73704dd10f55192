#pragma once
// The three file formats behind each_frame(), and reading numbers in a file's own order. Only for frames.cc and them.

#include <fmt/format.h>

#include "control/inspect/frames.h"

namespace latchkey::inspect {

/// A reader whose numbers are little-endian if `little`.
class FileReader {
 public:
  FileReader(base::Bytes data, bool little) : reader_(data), little_(little) {}

  std::uint16_t u16() { return little_ ? __builtin_bswap16(reader_.u16()) : reader_.u16(); }
  std::uint32_t u32() { return little_ ? __builtin_bswap32(reader_.u32()) : reader_.u32(); }
  base::Bytes bytes(std::size_t count) { return reader_.bytes(count); }
  base::Bytes rest() { return reader_.rest(); }
  void skip(std::size_t count) { reader_.skip(count); }
  std::size_t left() const { return reader_.left(); }
  bool ok() const { return reader_.ok(); }

 private:
  base::Reader reader_;
  bool little_;
};

/// Whether each begins with its magic number.
bool is_pcap(base::Bytes file);
bool is_pcapng(base::Bytes file);
bool is_snoop(base::Bytes file);

/// As each_frame(), for a file that has the magic number.
std::expected<void, std::string> each_pcap_frame(base::Bytes file, const SeeFrame& see);
std::expected<void, std::string> each_pcapng_frame(base::Bytes file, const SeeFrame& see);
std::expected<void, std::string> each_snoop_frame(base::Bytes file, const SeeFrame& see);

/// "octet 24: the record is cut off", where `left` octets of `file` have not been read.
inline std::unexpected<std::string> at(base::Bytes file, std::size_t left, std::string_view what) {
  return std::unexpected(fmt::format("octet {}: {}", file.size() - left, what));
}

}  // namespace latchkey::inspect
