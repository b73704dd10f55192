#include "control/inspect/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/inspect/names.h"
#include "control/inspect/payload_json.h"

namespace latchkey::inspect {
namespace {

using base::Bytes;
using base::PayloadType;
using session::Opened;
using wire::Header;
using wire::RawPayload;

constexpr std::size_t kFlagsAt = 19;  // RFC 7296 section 3.1

std::string spi_text(base::IkeSpi spi) { return fmt::format("{:016x}", spi.value); }

Json without_header(std::size_t frame) {
  return {{"frame", frame},    {"spi_i", nullptr}, {"spi_r", nullptr},          {"exchange", nullptr},
          {"flags", nullptr},  {"msgid", nullptr}, {"payloads", Json::array()}, {"decrypted", false},
          {"icv_ok", nullptr}, {"error", nullptr}};
}

void add_header(Json& json, const Header& header, std::uint8_t flags) {
  json["spi_i"] = spi_text(header.spi_i);
  json["spi_r"] = spi_text(header.spi_r);
  json["exchange"] = static_cast<unsigned>(header.exchange);
  json["flags"] = flags;
  json["msgid"] = header.message_id.value;
  json["version"] = fmt::format("{}.{}", header.version >> 4, header.version & 15);
  if (header.version >> 4 == 2) json["exchange_name"] = exchange_name(header.exchange);
}

/// Notes what is wrong. The first complaint stays; malformed input outweighs a refusal.
void complain(Decoded& decoded, Exit exit, std::string text) {
  if (decoded.json["error"].is_null()) decoded.json["error"] = std::move(text);
  decoded.exit = std::max(decoded.exit, exit);
}

void add_payloads(Decoded& decoded, std::span<const RawPayload> payloads) {
  for (const RawPayload& payload : payloads) {
    Json shown = payload_json(payload);
    if (shown.contains("error")) {
      complain(decoded, Exit::malformed,
               fmt::format("payload {} (type {}): {}", decoded.json["payloads"].size() + 1,
                           static_cast<unsigned>(payload.type), shown["error"].get<std::string>()));
    }
    decoded.json["payloads"].push_back(std::move(shown));
  }
}

bool is_encrypted(const RawPayload& payload) {
  return payload.type == PayloadType::sk || payload.type == PayloadType::skf;
}

/// The chain that was inside, in the place of the Encrypted payload.
void replace_encrypted(Decoded& decoded, const Opened& opened) {
  decoded.json["encrypted"] = nullptr;  // before a reference is taken: a new key moves the others
  Json& payloads = decoded.json["payloads"];
  decoded.json["encrypted"] = std::move(payloads.back());
  payloads.erase(payloads.size() - 1);
  const auto inner = wire::read_payloads(opened.first, opened.content);
  add_payloads(decoded, inner.payloads);
  if (!inner.end) complain(decoded, Exit::malformed, "decrypted: " + error_text(inner.end.error()));
}

bool same_message(const Header& a, const Header& b) {
  return a.spi_i == b.spi_i && a.spi_r == b.spi_r && a.initiator == b.initiator && a.response == b.response &&
         a.message_id == b.message_id;
}

}  // namespace

Decoded Decoder::decode(std::size_t frame, Bytes octets, std::string_view missing) {
  Decoded decoded{without_header(frame)};
  const auto header = wire::read_header(octets);
  if (!header) {
    complain(decoded, Exit::malformed, missing.empty() ? error_text(header.error()) : std::string(missing));
    return decoded;
  }
  add_header(decoded.json, *header, octets[kFlagsAt]);
  const unsigned major = header->version >> 4;
  if (major == 2) return decode_v2(std::move(decoded), *header, octets, missing);
  const std::string what = fmt::format("IKE version {}: only version 2 is decoded", major);
  complain(decoded, major == 1 ? Exit::fine : Exit::malformed, what);
  return decoded;
}

Decoded Decoder::decode_v2(Decoded decoded, const Header& header, Bytes octets, std::string_view missing) {
  if (!missing.empty()) complain(decoded, Exit::malformed, std::string(missing));
  if (header.length != octets.size()) {
    complain(decoded, Exit::malformed,
             fmt::format("malformed: header: length {} of a message of {} octets", header.length, octets.size()));
  }
  const auto chain = wire::read_payloads(header.next_payload, octets.subspan(wire::kHeaderSize));
  add_payloads(decoded, chain.payloads);
  if (!chain.end) complain(decoded, Exit::malformed, error_text(chain.end.error()));
  if (decoded.exit != Exit::fine || chain.payloads.empty() || !is_encrypted(chain.payloads.back())) return decoded;
  SaOpener* opener = keyring_.find(header);
  if (opener != nullptr) open(decoded, {header, chain.payloads, octets}, *opener);
  return decoded;
}

void Decoder::open(Decoded& decoded, const wire::Message& message, SaOpener& opener) {
  Opening opening = opener.open(message);
  if (opening.icv_ok) decoded.json["icv_ok"] = *opening.icv_ok;
  if (opening.icv_ok == false) complain(decoded, Exit::refused, "bad-icv: integrity check failed");
  if (!opening.opened) {
    if (opening.icv_ok != false) complain(decoded, Exit::malformed, error_text(opening.opened.error()));
    return;
  }
  Opened& opened = *opening.opened;
  decoded.json["decrypted"] = true;
  if (opened.total == 0) return replace_encrypted(decoded, opened);
  if (const auto whole = put_together(decoded, message.header, std::move(opened))) replace_encrypted(decoded, *whole);
}

std::optional<Opened> Decoder::put_together(Decoded& decoded, const Header& header, Opened fragment) {
  if (fragment.total > session::kMaxFragments) {
    complain(decoded, Exit::malformed, fmt::format("{} fragments: more than are put together", fragment.total));
    return std::nullopt;
  }
  session::Reassembly& fragments = fragments_of(header);
  // Not wanted: one that came before, or of an older way of cutting the message.
  if (!fragments.wants(header.message_id, fragment.fragment, fragment.total)) return std::nullopt;
  // A capture is not in a hurry: no fragment is too late.
  auto whole = fragments.add(header.message_id, std::move(fragment), {});
  if (whole) pending_.remove_if([&](const Pending& pending) { return same_message(pending.header, header); });
  return whole;
}

session::Reassembly& Decoder::fragments_of(const Header& header) {
  const auto place =
      std::ranges::find_if(pending_, [&](const Pending& pending) { return same_message(pending.header, header); });
  if (place != pending_.end()) return place->fragments;
  if (pending_.size() == kMaxPending) pending_.pop_front();
  return pending_.emplace_back(Pending{header, {}}).fragments;
}

}  // namespace latchkey::inspect
