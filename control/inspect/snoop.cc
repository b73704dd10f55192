// RFC 1761: a file header, then records of a 24-octet header, the frame and padding. Numbers are big-endian.
#include "control/inspect/formats.h"

namespace latchkey::inspect {
namespace {

constexpr std::uint64_t kMagic = 0x736e6f6f70000000;  // "snoop" and three zeros
constexpr std::uint32_t kRecordHeader = 24;

// RFC 1761 section 2, "Datalink Type".
Link link_of(std::uint32_t datalink) {
  constexpr std::uint32_t kIeee802_3 = 0;
  constexpr std::uint32_t kEthernet = 4;
  return datalink == kIeee802_3 || datalink == kEthernet ? Link::ethernet : Link::unknown;
}

}  // namespace

bool is_snoop(base::Bytes file) { return base::Reader(file).u64() == kMagic; }

std::expected<void, std::string> each_snoop_frame(base::Bytes file, const SeeFrame& see) {
  base::Reader r(file);
  r.skip(12);  // magic number, version
  Frame frame;
  frame.link = link_of(r.u32());
  if (!r.ok()) return at(file, 0, "the snoop header is cut off");
  while (r.left() > 0) {
    const std::size_t left = r.left();
    r.skip(4);  // length of the frame
    const std::uint32_t captured = r.u32();
    const std::uint32_t record = r.u32();
    r.skip(12);  // drops and time
    // A length below the header's own size overruns any reader, and so is refused.
    const base::Bytes rest = r.bytes(record < kRecordHeader ? SIZE_MAX : record - kRecordHeader);
    ++frame.number;
    if (!r.ok()) return at(file, left, fmt::format("the record of frame {} is cut off", frame.number));
    if (captured > rest.size()) return at(file, left, fmt::format("frame {} is longer than its record", frame.number));
    frame.octets = rest.first(captured);
    see(frame);
  }
  return {};
}

}  // namespace latchkey::inspect
