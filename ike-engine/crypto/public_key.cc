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

// RFC 8247 section 3.1.1
//= | RSA with key length 2048 | MUST |
constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;
constexpr std::uint64_t kMaxRsaExponent = std::uint64_t{1} << 32;

struct RsaParts {
  Bytes exponent;  ///< both without leading zeros
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

/// A curve that is at hand: to set one up by its name takes twice as long as to copy it.
const EVP_PKEY* curve_of(KeyType type) {
  thread_local const Pkey p256 = curve_without_point("P-256");
  thread_local const Pkey p384 = curve_without_point("P-384");
  thread_local const Pkey p521 = curve_without_point("P-521");
  if (type == KeyType::ecdsa_p521) return p521.get();
  return (type == KeyType::ecdsa_p256 ? p256 : p384).get();
}

/// Setting the point checks that it is one.
Pkey import_ecdsa(KeyType type, Bytes point) {
  std::array<std::uint8_t, 1 + 2 * 66> encoded{POINT_CONVERSION_UNCOMPRESSED};
  std::ranges::copy(point, encoded.begin() + 1);
  Pkey key(EVP_PKEY_dup(const_cast<EVP_PKEY*>(curve_of(type))));
  if (!key || EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), 1 + point.size()) != 1) return nullptr;
  return key;
}

Pkey import_ed25519(Bytes point) {
  OSSL_PARAM parts[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.data()), 32),
      OSSL_PARAM_construct_end()};
  return pkey_from_parts("ED25519", EVP_PKEY_PUBLIC_KEY, parts);
}

base::Result<PublicKey> import_rfc3110(Bytes key) {
  const auto parts = parse_rfc3110(key);
  if (!parts) return std::unexpected(parts.error());
  return PublicKey::Impl::of_rsa(parts->exponent, parts->modulus);
}

base::Result<PublicKey> import_rfc6605(Bytes key) {
  // libreswan publishes ECDSA keys as algorithm 3 with the two coordinates of RFC 6605; their length names the curve.
  // That RFC knows P-256 and P-384 alone.
  for (const KeyType curve : {KeyType::ecdsa_p256, KeyType::ecdsa_p384}) {
    if (key.size() == 2 * coordinate_size(curve)) return PublicKey::Impl::of_ecdsa(curve, key);
  }
  return fail(Errc::unsupported, "ECDSA key of a length that names no curve");
}

base::Result<PublicKey> import_rfc8080(Bytes key) {
  if (key.size() != 32) return fail(Errc::unsupported, "EdDSA key that is not Ed25519");
  return PublicKey::Impl::of_ed25519(key);
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
    case KeyType::ecdsa_p521: return "ECDSA P-521";
    case KeyType::ed25519: return "Ed25519";
  }
  return "unknown";
}

PublicKey::PublicKey(KeyType type, unsigned bits, std::shared_ptr<const Impl> impl)
    : type_(type), bits_(bits), impl_(std::move(impl)) {}

base::Result<PublicKey> PublicKey::from_ipseckey(std::uint8_t algorithm, Bytes key) {
  const QuietErrors quiet;
  switch (algorithm) {
    case 2: return import_rfc3110(key);
    case 3: return import_rfc6605(key);
    case 4: return import_rfc8080(key);
    default: return fail(Errc::unsupported, "IPSECKEY algorithm");
  }
}

std::string_view PublicKey::name() const { return impl_->name; }

std::size_t coordinate_size(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256: return 32;
    case KeyType::ecdsa_p384: return 48;
    case KeyType::ecdsa_p521: return 66;
    default: return 0;
  }
}

base::Result<PublicKey> PublicKey::Impl::of_rsa(Bytes exponent, Bytes modulus) {
  const RsaParts parts{exponent, modulus};
  if (const auto checked = check_rsa(parts); !checked) return std::unexpected(checked.error());
  return wrap(KeyType::rsa, bits_of(modulus), import_rsa(parts));
}

base::Result<PublicKey> PublicKey::Impl::of_ecdsa(KeyType curve, Bytes x_y) {
  if (x_y.size() != 2 * coordinate_size(curve)) return fail(Errc::internal, "size of an ECDSA point");
  Pkey pkey = import_ecdsa(curve, x_y);
  if (!pkey) return fail(Errc::weak, "ECDSA key is not a point of its curve");
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(pkey.get()));
  return wrap(curve, bits, std::move(pkey));
}

base::Result<PublicKey> PublicKey::Impl::of_ed25519(Bytes point) {
  if (!is_strong_ed25519_point(point)) return fail(Errc::weak, "Ed25519 key is no point, or one of small order");
  return wrap(KeyType::ed25519, 256, import_ed25519(point));
}

base::Result<PublicKey> PublicKey::Impl::wrap(KeyType type, std::size_t bits, Pkey pkey) {
  if (!pkey) return fail(Errc::internal, "import of a public key");
  const auto width = static_cast<unsigned>(bits);
  return PublicKey(type, width, std::make_shared<Impl>(Impl{std::move(pkey), name_of(type, width)}));
}

}  // namespace latchkey::crypto
