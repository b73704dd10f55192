#include "control/inspect/decode.h"

#include <fmt/format.h>

#include <algorithm>

namespace latchkey::inspect {
namespace {

void note(Verdict& verdict, Exit exit, std::string complaint) {
  verdict.exit = std::max(verdict.exit, exit);
  if (exit != Exit::fine && verdict.complaint.empty()) verdict.complaint = std::move(complaint);
}

void note(Verdict& verdict, const Decoded& decoded) {
  if (decoded.exit == Exit::fine) return;
  note(verdict, decoded.exit,
       fmt::format("frame {}: {}", decoded.json["frame"].get<std::size_t>(), decoded.json["error"].get<std::string>()));
}

/// RFC 7296 section 3.1: the length field of a message stands at octet 24. Four zero octets in front are a marker if
/// they make it right.
base::Bytes without_marker(base::Bytes octets) {
  constexpr std::size_t kMarker = 4;
  if (octets.size() < kMarker || base::Reader(octets).u32() != 0) return octets;
  const base::Bytes behind = octets.subspan(kMarker);
  const auto header = wire::read_header(behind);
  return header && header->length == behind.size() ? behind : octets;
}

}  // namespace

Verdict decode_capture(base::Bytes file, Decoder& decoder, const SeeMessage& see) {
  Verdict verdict;
  const Summary summary = each_datagram(file, [&](const Datagram& datagram) {
    const auto message = ike_message_of(datagram);
    if (!message) return;
    Decoded decoded = decoder.decode(datagram.frame, *message, datagram.missing);
    decoded.json["source"] = datagram.source.to_string();
    decoded.json["destination"] = datagram.destination.to_string();
    see(decoded.json);
    note(verdict, decoded);
  });
  if (summary.broken) verdict = {Exit::malformed, *summary.broken};
  if (summary.frames > 0 && summary.unknown_links == summary.frames) {
    note(verdict, Exit::malformed, "all frames are of a link type that is not known here");
  }
  return verdict;
}

Verdict decode_message(base::Bytes octets, Decoder& decoder, const SeeMessage& see) {
  const Decoded decoded = decoder.decode(1, without_marker(octets));
  see(decoded.json);
  Verdict verdict;
  if (decoded.exit != Exit::fine) note(verdict, decoded.exit, decoded.json["error"].get<std::string>());
  return verdict;
}

}  // namespace latchkey::inspect
