#pragma once
// Identities (RFC 7296 section 3.5) as an operator writes them.

#include <expected>
#include <string>
#include <string_view>

#include "ike-engine/api/credentials.h"

namespace latchkey::host {

/// "server.example" (ID_FQDN), "user@site.example" (ID_RFC822_ADDR) and "192.0.2.1" or "2001:db8::1" (ID_IPV4_ADDR,
/// ID_IPV6_ADDR) are told apart by their form. With "fqdn:", "email:", "ip:" or "keyid:" in front (the last in hex,
/// ID_KEY_ID) the type is said; "@server.example" is Libreswan's way to say "fqdn:". A name's final dot is taken off.
/// The error says what was expected.
std::expected<api::Identity, std::string> parse_identity(std::string_view text);

/// What parse_identity() takes, for people.
inline constexpr std::string_view kIdentityForm = "name, name@domain, address or keyid:HEX";

}  // namespace latchkey::host
