// Private keys: read, made, written. What they sign is in signing.cc.

#include <openssl/pem.h>

#include <utility>

#include "ike-engine/crypto/keys.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

constexpr std::size_t kMaxPem = std::size_t{64} << 10;
constexpr unsigned kMinRsaBits = 2048;
constexpr unsigned kMaxRsaBits = 4096;

int no_password(char*, int, int, void*) { return -1; }

base::Error why_there_is_no_key(std::string_view pem) {
  if (!pem.contains("-----BEGIN ")) return {Errc::malformed, "this is no PEM text: it has no BEGIN line"};
  if (pem.contains("ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED")) {
    return {Errc::unsupported,
            "the private key must be unencrypted; `openssl pkey -in OLD -out NEW` takes its password away"};
  }
  if (!pem.contains("PRIVATE KEY-----")) return {Errc::not_found, "the PEM text holds no private key"};
  return {Errc::malformed, "the private key is damaged or of a kind that OpenSSL does not know"};
}

/// The text from the first private key's BEGIN line on. OpenSSL's reader gives up at a block before it when the
/// thread's error queue holds somebody else's error.
std::string_view from_key_on(std::string_view pem) {
  const std::size_t label = pem.find("PRIVATE KEY-----");
  if (label == std::string_view::npos) return pem;
  const std::size_t begin = pem.rfind("-----BEGIN ", label);
  return begin == std::string_view::npos ? pem : pem.substr(begin);
}

base::Result<void> check_size(const PublicKey& key) {
  if (key.type() == KeyType::rsa && key.bits() > kMaxRsaBits) {
    return fail(Errc::unsupported, "RSA private key beyond 4096 bits: each handshake would take too long");
  }
  return {};
}

/// Whether the private half signs what the public half verifies. A key whose halves were mixed up would otherwise be
/// noticed by peers alone.
bool belong_together(const PrivateKey& key) {
  const Bytes octets = base::as_bytes("latchkey");
  const auto hash = key.type() == KeyType::ed25519 ? base::HashAlgorithm::identity : base::HashAlgorithm::sha2_256;
  const auto auth = key.sign_auth(std::array{hash}, octets);
  if (!auth) return false;
  const Bytes data(*auth);
  const std::size_t size = data[0];
  return verify_digital_signature(key.public_key(), data.subspan(1, size), data.subspan(1 + size), octets).has_value();
}

Pkey generate_pkey(KeyType type, unsigned rsa_bits) {
  EVP_PKEY* key = nullptr;
  switch (type) {
    case KeyType::rsa: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{rsa_bits}); break;
    case KeyType::ecdsa_p256: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"); break;
    case KeyType::ecdsa_p384: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"); break;
    case KeyType::ecdsa_p521: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"); break;
    case KeyType::ed25519: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
  }
  return Pkey(key);
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

KeyType PrivateKey::type() const { return impl_->public_key.type(); }

const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

std::uint8_t PrivateKey::ipseckey_algorithm() const { return public_key().ipseckey_algorithm(); }

base::Result<base::Buffer> PrivateKey::ipseckey_key() const { return public_key().ipseckey_key(); }

base::Result<PrivateKey> PrivateKey::Impl::wrap(Pkey pkey) {
  auto public_key = PublicKey::Impl::of(pkey.get());
  if (!public_key) return std::unexpected(public_key.error());
  return PrivateKey(std::make_shared<Impl>(Impl{std::move(pkey), std::move(*public_key)}));
}

base::Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const QuietErrors quiet;
  if (pem.size() > kMaxPem) return fail(Errc::malformed, "PEM text of a private key beyond 64 KiB");
  const std::string_view block = from_key_on(pem);
  const Bio bio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size())));
  Pkey pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!pkey) return std::unexpected(why_there_is_no_key(pem));
  auto key = Impl::wrap(std::move(pkey));
  if (!key) return key;
  if (const auto checked = check_size(key->public_key()); !checked) return std::unexpected(checked.error());
  if (!belong_together(*key)) return fail(Errc::mismatch, "the private key does not belong to its own public half");
  return key;
}

base::Result<PrivateKey> PrivateKey::generate(KeyType type, unsigned rsa_bits) {
  const QuietErrors quiet;
  if (type == KeyType::rsa && rsa_bits < kMinRsaBits) return fail(Errc::weak, "RSA modulus below 2048 bits");
  if (type == KeyType::rsa && rsa_bits > kMaxRsaBits) {
    return fail(Errc::unsupported, "RSA private key beyond 4096 bits: each handshake would take too long");
  }
  Pkey key = generate_pkey(type, rsa_bits);
  if (!key) return fail(Errc::internal, "key generation");
  return Impl::wrap(std::move(key));
}

base::Result<PrivateKey> PrivateKey::from_ed25519_seed(Bytes seed) {
  const QuietErrors quiet;
  if (seed.size() != 32) return fail(Errc::malformed, "Ed25519 seed");
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!key) return fail(Errc::internal, "Ed25519 import");
  return Impl::wrap(std::move(key));
}

base::Result<base::SecretBytes> PrivateKey::to_pem() const {
  const QuietErrors quiet;
  // This kind of buffer is wiped when it grows and when it goes.
  const Bio bio(BIO_new(BIO_s_secmem()));
  EVP_PKEY* key = impl_->pkey.get();
  char* text = nullptr;
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(Errc::internal, "writing a private key");
  }
  const long size = BIO_get_mem_data(bio.get(), &text);
  if (size <= 0) return fail(Errc::internal, "writing a private key");
  return base::SecretBytes(base::as_bytes({text, static_cast<std::size_t>(size)}));
}

}  // namespace latchkey::crypto
