// Key exchanges: X25519, X448 and ECDH.
#include <algorithm>
#include <array>

#include "control/inspect/wycheproof_group.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/public_key.h"

namespace latchkey::inspect {
namespace {

using base::Buffer;
using base::Bytes;
using base::KeMethod;
using crypto::KeyExchange;

struct Curve {
  std::string_view name;
  KeMethod method;
};
constexpr std::array kCurves{
    Curve{"curve25519", KeMethod::x25519}, Curve{"curve448", KeMethod::x448},    Curve{"secp256r1", KeMethod::ecp256},
    Curve{"secp384r1", KeMethod::ecp384},  Curve{"secp521r1", KeMethod::ecp521},
};

std::expected<KeMethod, std::string> method_of(const JsonObject& group) {
  const auto name = group.text("curve");
  if (!name) return std::unexpected(name.error());
  const auto* curve = std::ranges::find(kCurves, *name, &Curve::name);
  if (curve == kCurves.end() || crypto::ke_public_size(curve->method) == 0) {
    return std::unexpected(group.path("curve") + " is none that we have");
  }
  return curve->method;
}

/// The public value has IKE's form; nothing if the file's has none.
using PublicForm = std::optional<Buffer> (*)(Bytes encoded, std::size_t size);

/// `number` in exactly `size` octets, if it has no more but for zeros in front.
Buffer scalar(Buffer number, std::size_t size) {
  while (number.size() > size && number.front() == 0) number.erase(number.begin());
  if (number.size() < size) number.insert(number.begin(), size - number.size(), 0);
  return number;
}

struct Exchange {
  KeMethod method;
  Buffer secret;
  Buffer peer;
  Buffer shared;
};

std::expected<Exchange, std::string> read_exchange(const WycheproofGroup& group, const JsonObject& test) {
  const auto method = method_of(group.fields);
  if (!method) return std::unexpected(method.error());
  auto secret = test.octets("private");
  if (!secret) return std::unexpected(secret.error());
  auto peer = test.octets("public");
  if (!peer) return std::unexpected(peer.error());
  auto shared = test.octets("shared");
  if (!shared) return std::unexpected(shared.error());
  return Exchange{*method, std::move(*secret), std::move(*peer), std::move(*shared)};
}

Ruling rule(const Exchange& exchange, Bytes secret, Bytes peer) {
  const auto own = KeyExchange::from_private(exchange.method, secret);
  if (!own) return {};
  const auto shared = own->shared_secret(peer);
  return {shared && base::same(shared->view(), exchange.shared)};
}

Ruled rule_on_curve(const WycheproofGroup& group, const JsonObject& test, PublicForm form) {
  auto exchange = read_exchange(group, test);
  if (!exchange) return std::unexpected(exchange.error());
  const std::size_t size = crypto::ke_public_size(exchange->method);
  const auto point = form(exchange->peer, size);
  if (!point) return Ruling{};
  return rule(*exchange, scalar(exchange->secret, size / 2), *point);
}

}  // namespace

Ruled rule_on_xdh(const WycheproofGroup& group, const JsonObject& test) {
  const auto exchange = read_exchange(group, test);
  if (!exchange) return std::unexpected(exchange.error());
  return rule(*exchange, exchange->secret, exchange->peer);
}

// IKE sends the coordinates without the 4 in front (RFC 5903 section 7); a compressed point has no form there.
Ruled rule_on_ecdh_point(const WycheproofGroup& group, const JsonObject& test) {
  return rule_on_curve(group, test, [](Bytes encoded, std::size_t) -> std::optional<Buffer> {
    if (encoded.empty() || encoded.front() != 4) return std::nullopt;
    return base::to_buffer(encoded.subspan(1));
  });
}

// A SubjectPublicKeyInfo, which ends in the point. That of another curve has another size.
Ruled rule_on_ecdh(const WycheproofGroup& group, const JsonObject& test) {
  return rule_on_curve(group, test, [](Bytes encoded, std::size_t size) -> std::optional<Buffer> {
    const auto key = crypto::PublicKey::from_spki(encoded);
    if (!key || key->type() == crypto::KeyType::rsa || key->type() == crypto::KeyType::ed25519) return std::nullopt;
    const auto spki = key->spki();
    const std::size_t coordinate = (key->bits() + 7) / 8;
    if (!spki || 2 * coordinate != size || spki->size() < size) return std::nullopt;
    return base::to_buffer(Bytes(*spki).last(size));
  });
}

}  // namespace latchkey::inspect
