#include "unbound-module/ipseckey_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "ike-engine/base/address.h"
#include "ike-engine/base/base64.h"
#include "unbound-module/name_wire.h"
#include "unbound-module/zone_tokens.h"

namespace latchkey::unbound {
namespace {

using base::Address;
using base::Buffer;
using Tokens = std::span<const Token>;

template <class T>
using Read = std::expected<T, std::string>;

std::unexpected<std::string> wrong(const Token& token, std::string_view what) {
  return std::unexpected(fmt::format("character {}: {}", token.at, what));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// RFC 1035 section 5.1: what means something in a zone file gets a backslash (ldns leaves quotes as they are).
void append_escaped(std::string& text, std::uint8_t octet) {
  const char c = static_cast<char>(octet);
  if (octet <= ' ' || octet >= 0x7f) {
    text += fmt::format("\\{:03}", octet);
    return;
  }
  if (std::string_view(".\\\"();@$").find(c) != std::string_view::npos) text += '\\';
  text += c;
}

std::optional<std::string> name_text(base::Bytes wire) {
  base::Reader r(wire);
  std::string text;
  while (const std::uint8_t length = r.u8()) {
    for (const std::uint8_t octet : r.bytes(length)) append_escaped(text, octet);
    text += '.';
  }
  return r.done() ? std::optional(text) : std::nullopt;
}

/// "3600", "1h30m".
bool is_ttl(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of("0123456789smhdwSMHDW") == std::string_view::npos;
}

bool is_class(std::string_view text) { return same_word(text, "IN") || same_word(text, "CLASS1"); }
bool is_type(std::string_view text) { return same_word(text, "IPSECKEY") || same_word(text, "TYPE45"); }

/// What stands before the type: an owner, which may look like anything, then TTL and class in either order.
Read<void> check_front(Tokens front) {
  bool ttl = false;
  bool in = false;
  for (const Token& token : front.subspan(std::min<std::size_t>(1, front.size()))) {
    bool& seen = is_class(token.text) ? in : ttl;
    if (seen || !(is_class(token.text) || is_ttl(token.text))) return wrong(token, "neither a TTL nor the class IN");
    seen = true;
  }
  if (!front.empty() && front[0].text != "@" && !name_wire(front[0].text)) return wrong(front[0], "not a name");
  return {};
}

/// The words of the rdata. Up to three words stand before the type; an owner may be called like it.
Read<Tokens> rdata_of(Tokens tokens) {
  const Tokens head = tokens.first(std::min<std::size_t>(4, tokens.size()));
  const auto type = std::find_if(head.rbegin(), head.rend(), [](const Token& token) { return is_type(token.text); });
  if (type == head.rend()) return tokens;
  const auto before = static_cast<std::size_t>(head.rend() - type) - 1;
  if (auto front = check_front(tokens.first(before)); !front) return std::unexpected(front.error());
  return tokens.subspan(before + 1);
}

Read<std::uint8_t> octet(const Token& token, std::string_view what) {
  const auto value = number(token.text);
  if (!value || *value > 255) return wrong(token, fmt::format("the {} is not a number from 0 to 255", what));
  return static_cast<std::uint8_t>(*value);
}

Read<Buffer> gateway_wire(std::uint8_t type, const Token& token) {
  const auto address = Address::parse(token.text);
  switch (GatewayType{type}) {
    case GatewayType::none:
      if (token.text != ".") return wrong(token, "the gateway of type 0 is written \".\"");
      return Buffer{};
    case GatewayType::ipv4:
      if (!address || !address->is_v4()) return wrong(token, "the gateway is not an IPv4 address");
      return base::to_buffer(address->bytes());
    case GatewayType::ipv6:
      if (!address || address->is_v4()) return wrong(token, "the gateway is not an IPv6 address");
      return base::to_buffer(address->bytes());
    case GatewayType::name: break;
    default: return wrong(token, fmt::format("gateway type {} is unknown", type));
  }
  auto name = token.text == "@" ? std::nullopt : name_wire(token.text);
  if (!name) return wrong(token, "the gateway is not a domain name");
  return std::move(*name);
}

std::string joined(Tokens tokens) {
  std::string text;
  for (const Token& token : tokens) text += token.text;
  return text;
}

Read<Buffer> key_of(std::uint8_t algorithm, Tokens tokens) {
  // RFC 4025 section 3.1: algorithm 0 says that there is no key.
  if (algorithm == 0 && !tokens.empty())
    return wrong(tokens[0], "a key, although algorithm 0 means that there is none");
  if (algorithm != 0 && tokens.empty()) return std::unexpected("at the end: the public key is missing");
  auto key = base::from_base64(joined(tokens));
  if (!key) return wrong(tokens[0], "the public key is not base64");
  return std::move(*key);
}

/// The four fields in front and the key.
Read<Buffer> wire_of_fields(Tokens tokens) {
  constexpr std::string_view kFields[] = {"precedence", "gateway type", "algorithm", "gateway"};
  if (tokens.size() < std::size(kFields)) {
    return std::unexpected(fmt::format("at the end: the {} is missing", kFields[tokens.size()]));
  }
  base::Writer out;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = octet(tokens[i], kFields[i]);
    if (!value) return std::unexpected(value.error());
    out.u8(*value);
  }
  const auto gateway = gateway_wire(out.view()[1], tokens[3]);
  if (!gateway) return gateway;
  out.bytes(*gateway);
  const auto key = key_of(out.view()[2], tokens.subspan(4));
  if (!key) return key;
  out.bytes(*key);
  return out.take();
}

/// RFC 3597 section 5: \# LENGTH HEX.
Read<Buffer> wire_of_unknown_form(Tokens tokens) {
  if (tokens.size() < 2) return wrong(tokens[0], "the length behind \\# is missing");
  const auto length = number(tokens[1].text);
  if (!length) return wrong(tokens[1], "the length is not a number");
  auto octets = base::from_hex(joined(tokens.subspan(2)));
  if (!octets) return wrong(tokens[1], "what follows the length is not hex");
  if (octets->size() != *length) {
    return wrong(tokens[1], fmt::format("{} octets follow where {} are announced", octets->size(), *length));
  }
  return std::move(*octets);
}

}  // namespace

std::optional<std::string> gateway_text(const IpseckeyRecord& record) {
  if (record.gateway_type == GatewayType::none) return ".";
  if (record.gateway_type == GatewayType::name) return name_text(record.gateway);
  const auto address = Address::from_bytes(record.gateway);
  return address ? std::optional(address->to_string()) : std::nullopt;
}

std::string to_text(const IpseckeyRecord& record) {
  const auto gateway = gateway_text(record);
  if (!gateway) {
    const Buffer wire = to_wire(record);
    return fmt::format("\\# {} {}", wire.size(), base::to_hex(wire));
  }
  return fmt::format("{} {} {} {}{}{}", record.precedence, static_cast<unsigned>(record.gateway_type), record.algorithm,
                     *gateway, record.key.empty() ? "" : " ", base::to_base64(record.key));
}

std::expected<IpseckeyRecord, std::string> parse_ipseckey_text(std::string_view text) {
  const auto tokens = split_entry(text);
  if (!tokens) return std::unexpected(tokens.error());
  const auto rdata = rdata_of(*tokens);
  if (!rdata) return std::unexpected(rdata.error());
  if (rdata->empty()) return std::unexpected("at the end: there is no rdata");
  const auto wire = rdata->front().text == "\\#" ? wire_of_unknown_form(*rdata) : wire_of_fields(*rdata);
  if (!wire) return std::unexpected(wire.error());
  auto record = parse_ipseckey(*wire);
  if (!record) {
    return wrong(rdata->front(), fmt::format("{}: {}", to_string(record.error().code), record.error().text));
  }
  return std::move(*record);
}

}  // namespace latchkey::unbound
