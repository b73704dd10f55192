#include "ike-engine/crypto/aead.h"

#include <algorithm>
#include <array>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Buffer;
using base::Bytes;
using base::EncrId;
using base::Errc;
using base::fail;

constexpr std::size_t kSalt = 4;
constexpr std::size_t kIv = 8;
constexpr std::size_t kIcv = 16;
using Nonce = std::array<std::uint8_t, kSalt + kIv>;

struct Engine {
  const EVP_CIPHER* cipher;
  EVP_CIPHER_CTX* context;
};

/// The cipher and this thread's context for it; null members if there is no such AEAD. One context per cipher,
/// so that a change of the key is all that a use costs.
Engine engine_of(EncrId id, std::size_t key_and_salt) {
  static const Cipher gcm_128(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  static const Cipher gcm_256(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  static const Cipher chacha(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr));
  thread_local const CipherContext gcm_128_context(EVP_CIPHER_CTX_new());
  thread_local const CipherContext gcm_256_context(EVP_CIPHER_CTX_new());
  thread_local const CipherContext chacha_context(EVP_CIPHER_CTX_new());
  if (id == EncrId::aes_gcm_16 && key_and_salt == 16 + kSalt) return {gcm_128.get(), gcm_128_context.get()};
  if (id == EncrId::aes_gcm_16 && key_and_salt == 32 + kSalt) return {gcm_256.get(), gcm_256_context.get()};
  if (id == EncrId::chacha20_poly1305 && key_and_salt == 32 + kSalt) return {chacha.get(), chacha_context.get()};
  return {nullptr, nullptr};
}

/// Keys the engine; the salt stands behind the key in SK_e (RFC 5282 section 7.1, RFC 7634 section 2).
bool start(const Engine& engine, Bytes key, Bytes iv, bool seal) {
  if (iv.size() != kIv) return false;
  Nonce nonce;
  std::ranges::copy(key.last(kSalt), nonce.begin());
  std::ranges::copy(iv, nonce.begin() + kSalt);
  return EVP_CipherInit_ex2(engine.context, engine.cipher, key.data(), nonce.data(), seal ? 1 : 0, nullptr) == 1;
}

bool associate(const Engine& engine, Bytes data) {
  int size = 0;
  return data.empty() ||
         EVP_CipherUpdate(engine.context, nullptr, &size, data.data(), static_cast<int>(data.size())) == 1;
}

bool transform(const Engine& engine, Bytes in, std::uint8_t* out) {
  int size = 0;
  return in.empty() || EVP_CipherUpdate(engine.context, out, &size, in.data(), static_cast<int>(in.size())) == 1;
}

bool finish(const Engine& engine) {
  std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> nothing;
  int size = 0;
  return EVP_CipherFinal_ex(engine.context, nothing.data(), &size) == 1 && size == 0;
}

bool icv(const Engine& engine, int operation, std::uint8_t* value) {
  return EVP_CIPHER_CTX_ctrl(engine.context, operation, kIcv, value) == 1;
}

}  // namespace

base::Result<AeadSizes> aead_sizes(EncrId id, std::uint16_t key_bits) {
  const std::size_t key = id == EncrId::chacha20_poly1305 && key_bits == 0 ? 32 : key_bits / 8;
  if (key_bits % 8 != 0 || engine_of(id, key + kSalt).cipher == nullptr) return fail(Errc::unsupported, "AEAD");
  return AeadSizes{key, kSalt, kIv, kIcv};
}

base::Result<Buffer> aead_seal(EncrId id, Bytes key, Bytes iv, Bytes associated, Bytes plaintext) {
  const Engine engine = engine_of(id, key.size());
  if (engine.cipher == nullptr) return fail(Errc::unsupported, "AEAD");
  Buffer out(plaintext.size() + kIcv);
  if (!start(engine, key, iv, true) || !associate(engine, associated) || !transform(engine, plaintext, out.data()) ||
      !finish(engine) || !icv(engine, EVP_CTRL_AEAD_GET_TAG, out.data() + plaintext.size())) {
    return fail(Errc::internal, "AEAD seal");
  }
  return out;
}

base::Result<Buffer> aead_open(EncrId id, Bytes key, Bytes iv, Bytes associated, Bytes ciphertext) {
  const QuietErrors quiet;
  const Engine engine = engine_of(id, key.size());
  if (engine.cipher == nullptr) return fail(Errc::unsupported, "AEAD");
  if (ciphertext.size() < kIcv || iv.size() != kIv) return fail(Errc::truncated, "no room for IV and ICV");
  const Bytes text = ciphertext.first(ciphertext.size() - kIcv);
  std::array<std::uint8_t, kIcv> expected;
  std::ranges::copy(ciphertext.last(kIcv), expected.begin());
  Buffer out(text.size());
  if (!start(engine, key, iv, false) || !icv(engine, EVP_CTRL_AEAD_SET_TAG, expected.data()) ||
      !associate(engine, associated) || !transform(engine, text, out.data())) {
    return fail(Errc::internal, "AEAD open");
  }
  if (!finish(engine)) return fail(Errc::bad_icv, "integrity check failed");
  return out;
}

}  // namespace latchkey::crypto
