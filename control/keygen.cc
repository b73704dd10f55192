#include "control/keygen.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "host/secret_file.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::control {
namespace {

using crypto::KeyType;

constexpr std::uint8_t kPrecedence = 10;

std::unexpected<std::string> wrong(std::string_view what) { return std::unexpected(std::string(what)); }

std::expected<KeyType, std::string> curve_of(unsigned bits) {
  if (bits == 256) return KeyType::ecdsa_p256;
  if (bits == 384) return KeyType::ecdsa_p384;
  return wrong("ECDSA has 256 or 384 bits here: an IPSECKEY record has no form for other curves");
}

std::expected<KeyType, std::string> type_of(const KeygenOptions& options) {
  if (options.type == "rsa") return KeyType::rsa;
  if (options.type == "ecdsa") return curve_of(options.bits.value_or(256));
  if (options.type != "ed25519") return wrong("the type is ed25519, ecdsa or rsa");
  if (options.bits) return wrong("an Ed25519 key has no choice of bits");
  return KeyType::ed25519;
}

/// ldns leaves some of what means something in a zone file without its backslash; a host's name has none of it.
bool is_plain(std::string_view name) {
  const auto is_odd = [](char c) { return c <= ' ' || c >= 0x7f || std::string_view("\"();@$\\").contains(c); };
  return std::ranges::none_of(name, is_odd);
}

std::expected<std::string, std::string> owner_text(const std::string& name) {
  if (name == "@") return name;
  using Rdf = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;
  const Rdf owner(is_plain(name) ? ldns_dname_new_frm_str(name.c_str()) : nullptr, &ldns_rdf_deep_free);
  const std::unique_ptr<char, decltype(&std::free)> text(owner ? ldns_rdf2str(owner.get()) : nullptr, &std::free);
  if (!text) return std::unexpected(fmt::format("{}: this is no domain name", name));
  return std::string(text.get());
}

}  // namespace

std::expected<crypto::PrivateKey, std::string> new_key(const KeygenOptions& options) {
  const auto type = type_of(options);
  if (!type) return std::unexpected(type.error());
  auto key = crypto::PrivateKey::generate(*type, options.bits.value_or(3072));
  if (!key) return wrong(key.error().text);
  return *key;
}

std::expected<crypto::PrivateKey, std::string> key_of_file(const std::string& path) {
  const auto pem = host::read_secret_file(path);
  if (!pem) return std::unexpected(pem.error());
  const base::Bytes text = pem->view();
  auto key = crypto::PrivateKey::from_pem({reinterpret_cast<const char*>(text.data()), text.size()});
  if (!key) return std::unexpected(fmt::format("{}: {}", path, key.error().text));
  return *key;
}

std::expected<std::string, std::string> record_lines(const std::string& name, const crypto::PublicKey& key) {
  const auto owner = owner_text(name);
  if (!owner) return owner;
  const auto octets = key.ipseckey_key();
  if (!octets) return wrong(octets.error().text);
  const unbound::IpseckeyRecord record{.precedence = kPrecedence,
                                       .gateway_type = unbound::GatewayType::none,
                                       .algorithm = key.ipseckey_algorithm(),
                                       .gateway = {},
                                       .key = *octets};
  const base::Buffer wire = to_wire(record);
  return fmt::format("{0} IN IPSECKEY {1}\n{0} IN TYPE45 \\# {2} {3}\n", *owner, to_text(record), wire.size(),
                     base::to_hex(wire));
}

}  // namespace latchkey::control
