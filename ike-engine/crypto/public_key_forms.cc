// The forms of a public key beside the IPSECKEY record's, and back into that one.

#include <openssl/x509.h>

#include <array>
#include <optional>

#include "ike-engine/crypto/keys.h"
#include "ike-engine/crypto/pem.h"

namespace latchkey::crypto {

namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::fail;

constexpr std::size_t kMaxSpki = 4096;  // RSA of 8192 bits takes 1,062

/// The curve's type by the name that OpenSSL gives it.
std::optional<KeyType> curve_type(const EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
  const std::string_view curve(name.data(), size);
  if (curve == SN_X9_62_prime256v1) return KeyType::ecdsa_p256;
  if (curve == SN_secp384r1) return KeyType::ecdsa_p384;
  if (curve == SN_secp521r1) return KeyType::ecdsa_p521;
  return std::nullopt;
}

/// RFC 5480 section 2.1.1: curves go by name. A curve that is spelled out may differ from the one it resembles.
bool is_spelled_out(const EVP_PKEY* key) {
  int spelled_out = 0;
  const auto* name = OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS;
  return EVP_PKEY_get_int_param(key, name, &spelled_out) == 1 && spelled_out != 0;
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return KeyType::rsa;
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyType::ed25519;
  if (EVP_PKEY_is_a(key, "EC") && !is_spelled_out(key)) return curve_type(key);
  return std::nullopt;
}

/// A number of the key, big-endian without leading zeros; empty if there is none.
Buffer number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Number number(raw);
  Buffer out(static_cast<std::size_t>(BN_num_bytes(raw)));
  BN_bn2bin(raw, out.data());
  return out;
}

/// x | y; empty if the key has no such point.
Buffer point_of(const EVP_PKEY* key, std::size_t size) {
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  const bool got = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
                   EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1;
  const Number owned_x(x);
  const Number owned_y(y);
  Buffer out(2 * size);
  const auto width = static_cast<int>(size);
  if (!got || BN_bn2binpad(x, out.data(), width) != width || BN_bn2binpad(y, out.data() + size, width) != width) {
    return {};
  }
  return out;
}

Buffer ed25519_point_of(const EVP_PKEY* key) {
  Buffer out(32);
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key, out.data(), &size) != 1 || size != out.size()) return {};
  return out;
}

/// RFC 3110 section 2. Exponents here are short.
Buffer rfc3110(const EVP_PKEY* key) {
  const Buffer exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  const Buffer modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  if (exponent.empty() || exponent.size() > 255 || modulus.empty()) return {};
  return base::concat({std::array{static_cast<std::uint8_t>(exponent.size())}, exponent, modulus});
}

base::Result<Buffer> unless_empty(Buffer octets) {
  if (octets.empty()) return fail(Errc::internal, "parts of a public key");
  return octets;
}

base::Result<PublicKey> rsa_of(const EVP_PKEY* key) {
  const Buffer exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  const Buffer modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  if (exponent.empty() || modulus.empty()) return fail(Errc::malformed, "RSA key without its parts");
  return PublicKey::Impl::of_rsa(exponent, modulus);
}

base::Result<PublicKey> ecdsa_of(const EVP_PKEY* key, KeyType curve) {
  const Buffer point = point_of(key, coordinate_size(curve));
  if (point.empty()) return fail(Errc::malformed, "ECDSA key without a point");
  return PublicKey::Impl::of_ecdsa(curve, point);
}

base::Result<PublicKey> ed25519_of(const EVP_PKEY* key) {
  const Buffer point = ed25519_point_of(key);
  if (point.empty()) return fail(Errc::malformed, "Ed25519 key without a point");
  return PublicKey::Impl::of_ed25519(point);
}

}  // namespace

base::Result<PublicKey> PublicKey::Impl::of(const EVP_PKEY* parsed) {
  const auto type = type_of(parsed);
  if (!type) return fail(Errc::unsupported, "key that is neither RSA, Ed25519 nor ECDSA on P-256, P-384 or P-521");
  if (*type == KeyType::rsa) return rsa_of(parsed);
  return *type == KeyType::ed25519 ? ed25519_of(parsed) : ecdsa_of(parsed, *type);
}

base::Result<PublicKey> PublicKey::from_spki(Bytes der) {
  const QuietErrors quiet;
  if (der.size() > kMaxSpki) return fail(Errc::malformed, "SubjectPublicKeyInfo beyond 4096 octets");
  const unsigned char* at = der.data();
  const Pkey parsed(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed || at != der.data() + der.size()) return fail(Errc::malformed, "SubjectPublicKeyInfo");
  return Impl::of(parsed.get());
}

base::Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const auto blocks = pem_blocks(pem, "PUBLIC KEY", 16);
  if (!blocks) return std::unexpected(blocks.error());
  if (blocks->empty()) return fail(Errc::not_found, "the PEM text holds no public key");
  return from_spki(blocks->front());
}

std::uint8_t PublicKey::ipseckey_algorithm() const {
  switch (type_) {
    case KeyType::rsa: return 2;
    case KeyType::ed25519: return 4;
    default: return 3;
  }
}

base::Result<Buffer> PublicKey::ipseckey_key() const {
  const QuietErrors quiet;
  const EVP_PKEY* key = impl_->pkey.get();
  switch (type_) {
    case KeyType::rsa: return unless_empty(rfc3110(key));
    case KeyType::ed25519: return unless_empty(ed25519_point_of(key));
    case KeyType::ecdsa_p521: return fail(Errc::unsupported, "an IPSECKEY record has no form for P-521");
    // RFC 6605 section 4: x | y.
    default: return unless_empty(point_of(key, coordinate_size(type_)));
  }
}

base::Result<Buffer> PublicKey::spki() const {
  const QuietErrors quiet;
  Buffer out(kMaxSpki);
  unsigned char* at = out.data();
  const int size = i2d_PUBKEY(impl_->pkey.get(), nullptr);
  if (size <= 0 || static_cast<std::size_t>(size) > out.size() || i2d_PUBKEY(impl_->pkey.get(), &at) != size) {
    return fail(Errc::internal, "SubjectPublicKeyInfo");
  }
  out.resize(static_cast<std::size_t>(size));
  return out;
}

bool operator==(const PublicKey& a, const PublicKey& b) {
  const QuietErrors quiet;
  return a.type_ == b.type_ && EVP_PKEY_eq(a.impl_->pkey.get(), b.impl_->pkey.get()) == 1;
}

}  // namespace latchkey::crypto
