#include "host/identity_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/log.h"
#include "ike-engine/base/address.h"

namespace latchkey::host {
namespace {

using api::Identity;
using base::IdType;
using Parsed = std::expected<Identity, std::string>;

constexpr std::size_t kLongestName = 255;

std::unexpected<std::string> expected(std::string_view what, std::string_view text) {
  return std::unexpected(fmt::format("expected {}, found {}", what, escape(text)));
}

/// Whether `text` is labels of letters, digits, '-' and '_' with dots between them.
bool is_domain(std::string_view text) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, is_fit) && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos;
}

Parsed of_name(std::string_view text) {
  std::string_view name = text;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!is_domain(name)) return expected("a domain name", text);
  return Identity{IdType::fqdn, base::to_buffer(base::as_bytes(name))};
}

Parsed of_mailbox(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  if (at == std::string_view::npos || at == 0 || !printable || !is_domain(text.substr(at + 1))) {
    return expected("name@domain", text);
  }
  return Identity{IdType::rfc822_addr, base::to_buffer(base::as_bytes(text))};
}

Parsed of_address(std::string_view text) {
  const auto address = base::Address::parse(text);
  if (!address) return expected("an IP address", text);
  return Identity{address->is_v4() ? IdType::ipv4_addr : IdType::ipv6_addr, base::to_buffer(address->bytes())};
}

Parsed of_key_id(std::string_view text) {
  auto octets = base::from_hex(text);
  if (!octets || octets->empty()) return expected("an even number of hex digits", text);
  return Identity{IdType::key_id, std::move(*octets)};
}

struct Kind {
  std::string_view prefix;
  Parsed (*parse)(std::string_view text);
};
constexpr Kind kKinds[] = {{"fqdn:", of_name}, {"email:", of_mailbox}, {"ip:", of_address}, {"keyid:", of_key_id}};

}  // namespace

std::expected<Identity, std::string> parse_identity(std::string_view text) {
  for (const Kind& kind : kKinds) {
    if (text.starts_with(kind.prefix)) return kind.parse(text.substr(kind.prefix.size()));
  }
  if (text.starts_with('@')) return of_name(text.substr(1));
  if (base::Address::parse(text)) return of_address(text);
  if (text.find('@') != std::string_view::npos) return of_mailbox(text);
  auto name = of_name(text);
  if (!name) return expected(kIdentityForm, text);
  return name;
}

}  // namespace latchkey::host
