#include "control/inspect/auth_verify.h"

#include <fmt/format.h>

#include "control/inspect/payload_json.h"
#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/legacy_signature.h"
#include "ike-engine/crypto/signature.h"
#include "ike-engine/wire/auth.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::inspect {
namespace {

using base::AuthMethod;
using base::Bytes;
using base::Errc;
using base::Result;
using crypto::PublicKey;

/// A key that is refused is an answer; octets that are no key are the user's mistake.
std::expected<GivenKey, std::string> given(Result<PublicKey> key) {
  if (key || key.error().code == Errc::weak) return GivenKey{std::move(key)};
  return std::unexpected(error_text(key.error()));
}

Result<PublicKey> key_of_certificate(std::string_view pem) {
  const auto certificates = crypto::Certificate::from_pem(pem);
  if (!certificates) return std::unexpected(certificates.error());
  return certificates->front().public_key();
}

std::string neither_in(std::string_view text) {
  if (text.find("-----BEGIN ") == std::string_view::npos) return "this is no PEM text";
  return "the PEM text holds neither a public key nor a certificate";
}

bool is_verifiable(AuthMethod method) {
  switch (method) {
    case AuthMethod::rsa:
    case AuthMethod::ecdsa_256:
    case AuthMethod::ecdsa_384:
    case AuthMethod::ecdsa_521:
    case AuthMethod::digital_signature: return true;
    default: return false;
  }
}

/// A DER element's content, and the reader behind it; empty if it is of another kind, or its length is none that we
/// would meet.
Bytes element(base::Reader& r, std::uint8_t kind) {
  if (r.u8() != kind) return {};
  std::size_t size = r.u8();
  if (size > 0x7f) size = size == 0x81 ? r.u8() : 0;
  return r.bytes(size);
}

/// RFC 5280 section 4.1.1.2: a SEQUENCE that begins with an OBJECT IDENTIFIER. What it names is not asked here.
bool is_algorithm_identifier(Bytes der) {
  base::Reader outer(der);
  base::Reader inner(element(outer, 0x30));
  return outer.done() && !element(inner, 0x06).empty();
}

Result<void> check_signature_auth(Bytes data) {
  const auto auth = wire::parse_signature_auth(data);
  if (!auth) return std::unexpected(auth.error());
  if (is_algorithm_identifier(auth->algorithm_identifier)) return {};
  return base::fail(Errc::malformed, "auth: no AlgorithmIdentifier in DER");
}

/// Whether `data` may be what the method says at all, whatever the key is.
Result<void> check_data(AuthMethod method, Bytes data) {
  if (data.empty()) return base::fail(Errc::truncated, "auth: nothing");
  if (method == AuthMethod::digital_signature) return check_signature_auth(data);
  return {};
}

Result<std::string_view> verify(const PublicKey& key, AuthMethod method, Bytes octets, Bytes data) {
  if (method == AuthMethod::rsa) return crypto::legacy::verify_rsa_sha1(key, data, octets);
  if (method != AuthMethod::digital_signature) return crypto::verify_ecdsa_auth(key, method, data, octets);
  const auto auth = wire::parse_signature_auth(data);
  if (!auth) return std::unexpected(auth.error());
  return crypto::verify_digital_signature(key, auth->algorithm_identifier, auth->signature, octets);
}

std::unexpected<std::string> wrong_data(const base::Error& error) {
  return std::unexpected("data: " + error_text(error));
}

Answer refused(const base::Error& error) { return {{{"ok", false}, {"reason", error_text(error)}}, Exit::refused}; }

}  // namespace

std::expected<GivenKey, std::string> key_of_pem(std::string_view text) {
  auto key = PublicKey::from_pem(text);
  if (!key && key.error().code == Errc::not_found) key = key_of_certificate(text);
  if (!key && key.error().code == Errc::not_found) return std::unexpected(neither_in(text));
  return given(std::move(key));
}

std::expected<GivenKey, std::string> key_of_ipseckey(std::string_view text) {
  const auto record = unbound::parse_ipseckey_text(text);
  if (!record) return std::unexpected(record.error());
  return given(PublicKey::from_ipseckey(record->algorithm, record->key));
}

Outcome auth_verify(const GivenKey& given, unsigned method, Bytes octets, Bytes data) {
  const AuthMethod known{static_cast<std::uint8_t>(method)};
  if (method > 255 || !is_verifiable(known)) {
    return std::unexpected(fmt::format("method {} is none that a public key verifies: 1, 9, 10, 11, 14", method));
  }
  if (const auto checked = check_data(known, data); !checked) return wrong_data(checked.error());
  if (!given.key) return refused(given.key.error());
  const auto scheme = verify(*given.key, known, octets, data);
  if (!scheme && scheme.error().code == Errc::malformed) return wrong_data(scheme.error());
  if (!scheme) return refused(scheme.error());
  return Answer{{{"ok", true}, {"scheme", *scheme}}};
}

}  // namespace latchkey::inspect
