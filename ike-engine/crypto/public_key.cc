#include "ike-engine/crypto/public_key.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "ike-engine/crypto/keys.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;
constexpr std::uint64_t kMaxRsaExponent = std::uint64_t{1} << 32;

struct RsaParts {
  Bytes exponent;
  Bytes modulus;
};

base::Result<RsaParts> parse_rfc3110(Bytes key) {
  base::Reader r(key);
  std::size_t size = r.u8();
  // RFC 3110 section 2
  //= Its length in octets is represented as one octet if it is in the range of 1 to 255 and by a zero octet followed by
  //= a two octet unsigned length if it is longer than 255 bytes.
  if (size == 0) {
    size = r.u16();
    if (r.ok() && size <= 255) return fail(Errc::malformed, "RSA exponent's length in the wrong form");
  }
  const RsaParts parts{r.bytes(size), r.rest()};
  if (!r.ok()) return fail(Errc::malformed, "RSA key is cut off");
  if (parts.exponent.empty() || parts.modulus.empty()) return fail(Errc::malformed, "RSA key without its parts");
  // RFC 3110 section 2
  //= Leading zero octets are prohibited in the exponent and modulus.
  if (parts.exponent[0] == 0 || parts.modulus[0] == 0) {
    return fail(Errc::malformed, "RSA key with leading zeros");
  }
  return parts;
}

std::size_t bits_of(Bytes number) {
  return number.size() * 8 - static_cast<std::size_t>(std::countl_zero(number.front()));
}

bool is_good_exponent(Bytes exponent) {
  if (exponent.size() > 5 || exponent.back() % 2 == 0) return false;
  std::uint64_t value = 0;
  for (const std::uint8_t octet : exponent) value = value << 8 | octet;
  return value >= 3 && value <= kMaxRsaExponent;
}

base::Result<void> check_rsa(const RsaParts& parts) {
  // Size before anything is computed with it.
  if (parts.modulus.size() > kMaxRsaBits / 8) return fail(Errc::weak, "RSA modulus beyond 8192 bits");
  if (bits_of(parts.modulus) < kMinRsaBits) return fail(Errc::weak, "RSA modulus below 2048 bits");
  if (parts.modulus.back() % 2 == 0) return fail(Errc::weak, "RSA modulus is even");
  if (!is_good_exponent(parts.exponent)) return fail(Errc::weak, "RSA exponent is even or not in 3..2^32");
  return {};
}

static_assert(std::endian::native == std::endian::little, "OSSL_PARAM numbers are in the machine's order");

Pkey import_rsa(const RsaParts& parts) {
  std::array<std::uint8_t, kMaxRsaBits / 8> modulus;
  std::array<std::uint8_t, 5> exponent;
  std::ranges::reverse_copy(parts.modulus, modulus.begin());
  std::ranges::reverse_copy(parts.exponent, exponent.begin());
  OSSL_PARAM numbers[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus.data(), parts.modulus.size()),
                          OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent.data(), parts.exponent.size()),
                          OSSL_PARAM_construct_end()};
  return pkey_from_parts("RSA", EVP_PKEY_PUBLIC_KEY, numbers);
}

/// A key of a named curve that has no point yet.
Pkey curve_without_point(const char* curve) {
  OSSL_PARAM parts[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(curve), 0),
                        OSSL_PARAM_construct_end()};
  return pkey_from_parts("EC", EVP_PKEY_KEY_PARAMETERS, parts);
}

/// Copies a curve that is at hand: to set one up by its name takes twice as long. Setting the point checks that it is
/// one.
Pkey import_ecdsa(KeyType type, Bytes point) {
  thread_local const Pkey p256 = curve_without_point("P-256");
  thread_local const Pkey p384 = curve_without_point("P-384");
  std::array<std::uint8_t, 1 + 96> encoded{POINT_CONVERSION_UNCOMPRESSED};
  std::ranges::copy(point, encoded.begin() + 1);
  Pkey key(EVP_PKEY_dup((type == KeyType::ecdsa_p256 ? p256 : p384).get()));
  if (!key || EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), 1 + point.size()) != 1) return nullptr;
  return key;
}

Pkey import_ed25519(Bytes point) {
  OSSL_PARAM parts[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.data()), 32),
      OSSL_PARAM_construct_end()};
  return pkey_from_parts("ED25519", EVP_PKEY_PUBLIC_KEY, parts);
}

struct Imported {
  KeyType type;
  unsigned bits;
  Pkey pkey;
};

base::Result<Imported> import_rsa_key(Bytes key) {
  const auto parts = parse_rfc3110(key);
  if (!parts) return std::unexpected(parts.error());
  if (const auto checked = check_rsa(*parts); !checked) return std::unexpected(checked.error());
  Pkey pkey = import_rsa(*parts);
  if (!pkey) return fail(Errc::internal, "RSA import");
  return Imported{KeyType::rsa, static_cast<unsigned>(bits_of(parts->modulus)), std::move(pkey)};
}

base::Result<Imported> import_ecdsa_key(Bytes key) {
  // libreswan publishes ECDSA keys as algorithm 3 with the two coordinates of RFC 6605; their length names the curve.
  if (key.size() != 64 && key.size() != 96) return fail(Errc::unsupported, "ECDSA key of a length that names no curve");
  const KeyType type = key.size() == 64 ? KeyType::ecdsa_p256 : KeyType::ecdsa_p384;
  Pkey pkey = import_ecdsa(type, key);
  if (!pkey) return fail(Errc::weak, "ECDSA key is not a point of its curve");
  return Imported{type, static_cast<unsigned>(key.size() * 4), std::move(pkey)};
}

base::Result<Imported> import_eddsa_key(Bytes key) {
  if (key.size() != 32) return fail(Errc::unsupported, "EdDSA key that is not Ed25519");
  if (!is_strong_ed25519_point(key)) return fail(Errc::weak, "Ed25519 key is no point, or one of small order");
  Pkey pkey = import_ed25519(key);
  if (!pkey) return fail(Errc::internal, "Ed25519 import");
  return Imported{KeyType::ed25519, 256, std::move(pkey)};
}

base::Result<Imported> import_key(std::uint8_t algorithm, Bytes key) {
  switch (algorithm) {
    case 2: return import_rsa_key(key);
    case 3: return import_ecdsa_key(key);
    case 4: return import_eddsa_key(key);
    default: return fail(Errc::unsupported, "IPSECKEY algorithm");
  }
}

std::string name_of(KeyType type, unsigned bits) {
  const std::string kind(to_string(type));
  return type == KeyType::rsa ? kind + "-" + std::to_string(bits) : kind;
}

}  // namespace

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa: return "RSA";
    case KeyType::ecdsa_p256: return "ECDSA P-256";
    case KeyType::ecdsa_p384: return "ECDSA P-384";
    case KeyType::ed25519: return "Ed25519";
  }
  return "unknown";
}

PublicKey::PublicKey(KeyType type, unsigned bits, std::shared_ptr<const Impl> impl)
    : type_(type), bits_(bits), impl_(std::move(impl)) {}

base::Result<PublicKey> PublicKey::from_ipseckey(std::uint8_t algorithm, Bytes key) {
  const QuietErrors quiet;
  auto imported = import_key(algorithm, key);
  if (!imported) return std::unexpected(imported.error());
  auto impl = std::make_shared<Impl>(Impl{std::move(imported->pkey), name_of(imported->type, imported->bits)});
  return PublicKey(imported->type, imported->bits, std::move(impl));
}

std::string_view PublicKey::name() const { return impl_->name; }

}  // namespace latchkey::crypto
