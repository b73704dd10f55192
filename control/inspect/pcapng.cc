// pcapng: blocks, each between two copies of its length. A section header sets the byte order; interface descriptions
// give links; enhanced, simple and (obsolete) packet blocks hold frames. Other blocks are passed over.
#include <algorithm>
#include <optional>
#include <vector>

#include "control/inspect/formats.h"

namespace latchkey::inspect {
namespace {

constexpr std::uint32_t kSection = 0x0a0d0d0a;  // the same in both orders
constexpr std::uint32_t kOrder = 0x1a2b3c4d;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kPacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kAround = 12;  // type and the two lengths
constexpr std::size_t kMaxInterfaces = 4096;

struct Interface {
  Link link;
  std::uint32_t snapshot;  ///< 0: no limit
};

/// The byte order of the section whose header block begins here.
std::optional<bool> is_little(base::Bytes block) {
  base::Reader r(block);
  r.skip(8);
  const std::uint32_t order = r.u32();
  if (order == kOrder) return false;
  if (order == __builtin_bswap32(kOrder)) return true;
  return std::nullopt;
}

class Sections {
 public:
  Sections(base::Bytes file, const SeeFrame& see) : file_(file), left_(file), see_(see) {}

  std::expected<void, std::string> read() {
    while (!left_.empty()) {
      if (auto block = read_block(); !block) return block;
    }
    return {};
  }

 private:
  std::unexpected<std::string> here(std::string_view what) const { return at(file_, left_.size(), what); }

  std::expected<void, std::string> read_block() {
    if (base::Reader(left_).u32() == kSection) {
      const auto little = is_little(left_);
      if (!little) return here("a section without its byte order");
      little_ = *little;
      interfaces_.clear();
    }
    FileReader r(left_, little_);
    const std::uint32_t type = r.u32();
    const std::uint32_t length = r.u32();
    const base::Bytes body = r.bytes(length < kAround ? SIZE_MAX : length - kAround);
    const std::uint32_t again = r.u32();
    if (!r.ok()) return here("the block is cut off");
    if (again != length) return here("the two lengths of a block disagree");
    if (auto done = use(type, body); !done) return done;
    left_ = left_.subspan(length);
    return {};
  }

  std::expected<void, std::string> use(std::uint32_t type, base::Bytes body) {
    FileReader r(body, little_);
    switch (type) {
      case kInterface: return describe(r);
      case kEnhancedPacket: return packet(r, r.u32());
      case kPacket: return packet(r, obsolete_interface(r));
      case kSimplePacket: return simple_packet(r);
      default: return {};
    }
  }

  std::expected<void, std::string> describe(FileReader& r) {
    Interface interface {};
    interface.link = Link{r.u16()};
    r.skip(2);
    interface.snapshot = r.u32();
    if (!r.ok()) return here("the interface's description is cut off");
    if (interfaces_.size() == kMaxInterfaces) return here("more interfaces in a section than we read");
    interfaces_.push_back(interface);
    return {};
  }

  static std::uint32_t obsolete_interface(FileReader& r) {
    const std::uint32_t interface = r.u16();
    r.skip(2);  // drops
    return interface;
  }

  std::expected<void, std::string> packet(FileReader& r, std::uint32_t interface) {
    r.skip(8);  // time
    const std::uint32_t captured = r.u32();
    r.skip(4);  // length of the frame
    return give(interface, r.bytes(captured), r.ok());
  }

  std::expected<void, std::string> simple_packet(FileReader& r) {
    const std::size_t length = r.u32();
    const std::uint32_t snapshot = interfaces_.empty() ? 0 : interfaces_.front().snapshot;
    const std::size_t captured = snapshot == 0 ? length : std::min<std::size_t>(length, snapshot);
    return give(0, r.bytes(captured), r.ok());
  }

  std::expected<void, std::string> give(std::uint32_t interface, base::Bytes octets, bool ok) {
    ++number_;
    if (!ok) return here(fmt::format("frame {} is longer than its block", number_));
    if (interface >= interfaces_.size()) return here(fmt::format("frame {} is of an unknown interface", number_));
    see_({number_, interfaces_[interface].link, octets});
    return {};
  }

  base::Bytes file_;
  base::Bytes left_;
  const SeeFrame& see_;
  bool little_ = false;
  std::vector<Interface> interfaces_;
  std::size_t number_ = 0;
};

}  // namespace

bool is_pcapng(base::Bytes file) { return base::Reader(file).u32() == kSection; }

std::expected<void, std::string> each_pcapng_frame(base::Bytes file, const SeeFrame& see) {
  return Sections(file, see).read();
}

}  // namespace latchkey::inspect
