// Classic pcap: a file header, then records of a 16-octet header and the frame.
#include <algorithm>
#include <array>
#include <optional>

#include "control/inspect/formats.h"

namespace latchkey::inspect {
namespace {

struct Magic {
  std::uint32_t number;  ///< as read in network order
  bool little;
};
constexpr std::array kMagics{
    Magic{0xa1b2c3d4, false}, Magic{0xd4c3b2a1, true},  // microseconds
    Magic{0xa1b23c4d, false}, Magic{0x4d3cb2a1, true},  // nanoseconds
};

std::optional<Magic> magic_of(base::Bytes file) {
  const std::uint32_t number = base::Reader(file).u32();
  const auto* magic = std::ranges::find(kMagics, number, &Magic::number);
  return magic == kMagics.end() ? std::nullopt : std::optional(*magic);
}

}  // namespace

bool is_pcap(base::Bytes file) { return magic_of(file).has_value(); }

std::expected<void, std::string> each_pcap_frame(base::Bytes file, const SeeFrame& see) {
  FileReader r(file, magic_of(file)->little);
  r.skip(20);  // magic number, version, time zone, accuracy, snapshot length
  Frame frame;
  frame.link = Link{static_cast<std::uint16_t>(r.u32())};  // above it: the length of a frame check sequence
  if (!r.ok()) return at(file, 0, "the pcap header is cut off");
  while (r.left() > 0) {
    const std::size_t left = r.left();
    r.skip(8);  // time
    const std::uint32_t captured = r.u32();
    r.skip(4);  // length of the frame
    frame.octets = r.bytes(captured);
    ++frame.number;
    if (!r.ok()) return at(file, left, fmt::format("the record of frame {} is cut off", frame.number));
    see(frame);
  }
  return {};
}

}  // namespace latchkey::inspect
