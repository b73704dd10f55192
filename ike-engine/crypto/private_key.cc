#include <openssl/bio.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ike-engine/crypto/keys.h"
#include "ike-engine/crypto/pss.h"
#include "ike-engine/crypto/schemes.h"

namespace latchkey::crypto {

namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::fail;
using base::HashAlgorithm;

using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;

int no_password(char*, int, int, void*) { return -1; }

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return KeyType::rsa;
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyType::ed25519;
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 256) return KeyType::ecdsa_p256;
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 384) return KeyType::ecdsa_p384;
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

/// RFC 3110 section 2. Exponents here are short.
base::Result<Buffer> rsa_ipseckey(const EVP_PKEY* key) {
  const Buffer exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  const Buffer modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  if (exponent.empty() || exponent.size() > 255 || modulus.empty()) return fail(Errc::internal, "RSA key's parts");
  return base::concat({std::array{static_cast<std::uint8_t>(exponent.size())}, exponent, modulus});
}

/// RFC 6605 section 4: x | y.
base::Result<Buffer> ecdsa_ipseckey(const EVP_PKEY* key, std::size_t size) {
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  const bool got = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
                   EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1;
  const Number owned_x(x);
  const Number owned_y(y);
  Buffer out(2 * size);
  const auto width = static_cast<int>(size);
  if (!got || BN_bn2binpad(x, out.data(), width) != width || BN_bn2binpad(y, out.data() + size, width) != width) {
    return fail(Errc::internal, "ECDSA key's point");
  }
  return out;
}

base::Result<Buffer> ed25519_ipseckey(const EVP_PKEY* key) {
  Buffer out(32);
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key, out.data(), &size) != 1) return fail(Errc::internal, "Ed25519 key");
  return out;
}

/// The strongest hash that both sides have.
std::optional<HashAlgorithm> strongest(KeyType type, std::span<const HashAlgorithm> hashes) {
  const auto offered = [hashes](HashAlgorithm hash) { return std::ranges::find(hashes, hash) != hashes.end(); };
  if (type == KeyType::ed25519) {
    return offered(HashAlgorithm::identity) ? std::optional(HashAlgorithm::identity) : std::nullopt;
  }
  for (const HashAlgorithm hash : {HashAlgorithm::sha2_512, HashAlgorithm::sha2_384, HashAlgorithm::sha2_256}) {
    if (offered(hash)) return hash;
  }
  return std::nullopt;
}

Padding padding_of(KeyType type, bool pkcs1) {
  if (type != KeyType::rsa) return Padding::none;
  return pkcs1 ? Padding::pkcs1 : Padding::pss;
}

base::Result<Buffer> sign(EVP_PKEY* key, Padding padding, HashAlgorithm hash, Bytes octets) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!context || EVP_DigestSignInit(context.get(), &options, digest_of(hash), nullptr, key) != 1) {
    return fail(Errc::internal, "signature context");
  }
  if (padding == Padding::pss && !choose_pss(options)) return fail(Errc::internal, "PSS");
  Buffer out(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = out.size();
  if (EVP_DigestSign(context.get(), out.data(), &size, octets.data(), octets.size()) != 1) {
    return fail(Errc::internal, "signing");
  }
  out.resize(size);
  return out;
}

}  // namespace

PrivateKey::PrivateKey(KeyType type, std::shared_ptr<const Impl> impl) : type_(type), impl_(std::move(impl)) {}

base::Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const QuietErrors quiet;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) return fail(Errc::malformed, "no unencrypted private key in PEM");
  const auto type = type_of(key.get());
  if (!type) return fail(Errc::unsupported, "type of a private key");
  return PrivateKey(*type, std::make_shared<Impl>(Impl{std::move(key)}));
}

base::Result<PrivateKey> PrivateKey::generate(KeyType type, unsigned rsa_bits) {
  const QuietErrors quiet;
  Pkey key;
  switch (type) {
    case KeyType::rsa: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{rsa_bits})); break;
    case KeyType::ecdsa_p256: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); break;
    case KeyType::ecdsa_p384: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384")); break;
    case KeyType::ed25519: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
  }
  if (!key) return fail(Errc::internal, "key generation");
  return PrivateKey(type, std::make_shared<Impl>(Impl{std::move(key)}));
}

base::Result<PrivateKey> PrivateKey::from_ed25519_seed(Bytes seed) {
  if (seed.size() != 32) return fail(Errc::malformed, "Ed25519 seed");
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!key) return fail(Errc::internal, "Ed25519 import");
  return PrivateKey(KeyType::ed25519, std::make_shared<Impl>(Impl{std::move(key)}));
}

std::uint8_t PrivateKey::ipseckey_algorithm() const {
  switch (type_) {
    case KeyType::rsa: return 2;
    case KeyType::ed25519: return 4;
    default: return 3;
  }
}

base::Result<Buffer> PrivateKey::ipseckey_key() const {
  switch (type_) {
    case KeyType::rsa: return rsa_ipseckey(impl_->pkey.get());
    case KeyType::ecdsa_p256: return ecdsa_ipseckey(impl_->pkey.get(), 32);
    case KeyType::ecdsa_p384: return ecdsa_ipseckey(impl_->pkey.get(), 48);
    case KeyType::ed25519: return ed25519_ipseckey(impl_->pkey.get());
  }
  return fail(Errc::internal, "key type");
}

base::Result<Buffer> PrivateKey::sign_auth(std::span<const HashAlgorithm> hashes, Bytes octets, bool pkcs1) const {
  const QuietErrors quiet;
  const auto hash = strongest(type_, hashes);
  if (!hash) return fail(Errc::mismatch, "no signature hash in common");
  const Padding padding = padding_of(type_, pkcs1);
  const Buffer identifier = algorithm_identifier(family_of(type_), padding, *hash);
  const auto signature = sign(impl_->pkey.get(), padding, *hash, octets);
  if (!signature) return std::unexpected(signature.error());
  // RFC 7427 section 3: the AlgorithmIdentifier behind its length, then the signature value.
  return base::concat({std::array{static_cast<std::uint8_t>(identifier.size())}, identifier, *signature});
}

}  // namespace latchkey::crypto
