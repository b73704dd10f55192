// iketool's decoder: the first octet says what the rest is: a file of any shape, frames that we put into a capture, IP
// payloads that we put into frames, or the content of an Encrypted payload that we seal with keys the decoder knows.

#include <cstdlib>

#include "control/inspect/decode.h"
#include "tests/unit/control/inspect/capture_files.h"

namespace latchkey::inspect {
namespace {

using session::Protection;

void check(bool truth) {
  if (!truth) std::abort();
}

constexpr std::string_view kKeys = R"({
  "spi_i": "1122334455667788", "spi_r": "99aabbccddeeff00",
  "sk_ei": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2", "sk_er": "b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b2b2b2b2"})";

Decoder decoder() {
  static const std::string keys(kKeys);
  return Decoder(read_keys_json(keys).value());
}

/// Every message has every key of the contract, and can be printed.
void check_message(const Json& message) {
  for (const char* key :
       {"frame", "spi_i", "spi_r", "exchange", "flags", "msgid", "payloads", "decrypted", "icv_ok", "error"}) {
    check(message.contains(key));
  }
  for (const Json& payload : message["payloads"]) {
    check(payload.contains("type") && payload.contains("critical") && payload.contains("body"));
  }
  check(message["error"].is_null() || message["error"].is_string());
  check(!message.dump().empty());
}

void check_verdict(const Verdict& verdict) { check((verdict.exit == Exit::fine) == verdict.complaint.empty()); }

void fuzz_file(Bytes file) {
  Decoder one = decoder();
  std::size_t last = 0;
  check_verdict(decode_capture(file, one, [&last](const Json& message) {
    check_message(message);
    last = std::max(last, message["frame"].get<std::size_t>());
  }));
  check(last <= file.size());
}

/// Pieces of the input, each behind an octet with its length.
std::vector<Buffer> pieces(base::Reader& r) {
  std::vector<Buffer> found;
  while (r.left() > 0 && found.size() < 16) {
    const std::size_t size = r.u8();
    found.push_back(base::to_buffer(r.bytes(std::min(size, r.left()))));
  }
  return found;
}

void fuzz_frames(Bytes input) {
  constexpr Link kLinks[] = {Link::null,         Link::ethernet, Link::raw,  Link::loop,
                             Link::linux_cooked, Link::ipv4,     Link::ipv6, Link::linux_cooked_v2};
  base::Reader r(input);
  const std::uint8_t how = r.u8();
  const Link link = kLinks[how % 8];
  const auto frames = pieces(r);
  const bool little = (how & 8) != 0;
  if ((how & 0x30) == 0) return fuzz_file(pcap(link, frames, little));
  if ((how & 0x30) == 0x10) return fuzz_file(snoop(4, frames, how >> 6));
  Buffer file = base::concat({section_block(little), interface_block(little, link)});
  for (const Buffer& frame : frames) file = base::concat({file, enhanced_block(little, 0, frame)});
  fuzz_file(file);
}

/// Each piece: a place in its packet (fragments), then what IP carries there.
void fuzz_packets(Bytes input) {
  base::Reader r(input);
  std::vector<Buffer> frames;
  for (const Buffer& piece : pieces(r)) {
    base::Reader p(piece);
    const std::uint8_t how = p.u8();
    const std::uint16_t place = (how & 1) != 0 ? p.u16() & 0x3fff : std::uint16_t{0};
    const Bytes payload = p.rest();
    if ((how & 2) != 0) {
      frames.push_back(ipv6(payload, (how & 4) != 0 ? 44 : how >> 3));
    } else {
      frames.push_back(ipv4((how & 4) != 0 ? udp(500, 500, payload) : base::to_buffer(payload), place));
    }
  }
  fuzz_file(pcap(Link::raw, frames));
}

void fuzz_inside(Bytes input) {
  base::Reader r(input);
  wire::Header header;
  header.spi_i = base::IkeSpi{0x1122334455667788};
  header.spi_r = base::IkeSpi{0x99aabbccddeeff00};
  header.initiator = true;
  const std::size_t fragment_size = r.u8();
  const base::PayloadType first{r.u8()};
  wire::PayloadChain chain;
  chain.add(first, [&](base::Writer& out) { out.bytes(r.rest()); });
  const auto key = [] { return base::SecretBytes(*base::from_hex("a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2")); };
  auto protection = Protection::make(base::EncrId::aes_gcm_16, 128, base::IntegId::none, {key(), {}}, {key(), {}});
  const auto datagrams = protection->seal(header, chain, fragment_size < 70 ? 0 : fragment_size);
  if (!datagrams) return;
  Decoder one = decoder();
  for (const Buffer& datagram : *datagrams) {
    const Verdict verdict = decode_message(datagram, one, [](const Json& message) {
      check_message(message);
      check(message["decrypted"] == true && message["icv_ok"] == true);
    });
    check_verdict(verdict);
    check(verdict.exit != Exit::refused);
  }
}

void fuzz_message(Bytes input) {
  Decoder one = decoder();
  check_verdict(decode_message(input, one, check_message));
}

constexpr void (*kTargets[])(Bytes) = {fuzz_file, fuzz_frames, fuzz_packets, fuzz_inside, fuzz_message};

}  // namespace
}  // namespace latchkey::inspect

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using latchkey::inspect::kTargets;
  const latchkey::base::Buffer body(data + 1, data + size);
  kTargets[data[0] % std::size(kTargets)](body);
  return 0;
}
