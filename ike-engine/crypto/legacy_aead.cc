#include "ike-engine/crypto/legacy_aead.h"

#include <openssl/modes.h>

#include <algorithm>
#include <array>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto::legacy {

namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::fail;

using Gcm = std::unique_ptr<GCM128_CONTEXT, FreedBy<CRYPTO_gcm128_release>>;

/// "AES-128-ECB"; nullptr for a key of another size.
Cipher aes(std::size_t key_size, const std::array<const char*, 3>& names) {
  switch (key_size) {
    case 16: return Cipher(EVP_CIPHER_fetch(nullptr, names[0], nullptr));
    case 24: return Cipher(EVP_CIPHER_fetch(nullptr, names[1], nullptr));
    case 32: return Cipher(EVP_CIPHER_fetch(nullptr, names[2], nullptr));
    default: return nullptr;
  }
}

CipherContext block_cipher(Bytes key) {
  const Cipher cipher = aes(key.size(), {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"});
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!cipher || !context || EVP_EncryptInit_ex2(context.get(), cipher.get(), key.data(), nullptr, nullptr) != 1) {
    return nullptr;
  }
  return context;
}

/// OpenSSL's block128_f: the key is an EVP_CIPHER_CTX in ECB mode.
void encrypt_block(const unsigned char* in, unsigned char* out, const void* key) {
  constexpr int kBlock = 16;
  int size = 0;
  auto* context = const_cast<EVP_CIPHER_CTX*>(static_cast<const EVP_CIPHER_CTX*>(key));
  EVP_EncryptUpdate(context, out, &size, in, kBlock);
}

int length(Bytes octets) { return static_cast<int>(octets.size()); }

bool set_sizes(EVP_CIPHER_CTX* context, const Sealed& sealed) {
  std::array<std::uint8_t, 16> tag{};
  if (sealed.tag.size() > tag.size()) return false;
  std::copy(sealed.tag.begin(), sealed.tag.end(), tag.begin());
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, length(sealed.nonce), nullptr) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length(sealed.tag), tag.data()) == 1;
}

/// CCM is told the text's length first, and gives nothing out unless the tag is right.
bool decrypt_ccm(EVP_CIPHER_CTX* context, const Sealed& sealed, Buffer& out) {
  int size = 0;
  std::uint8_t nothing = 0;
  std::uint8_t* text = out.empty() ? &nothing : out.data();
  const std::uint8_t* in = sealed.ciphertext.empty() ? &nothing : sealed.ciphertext.data();
  return EVP_DecryptInit_ex(context, nullptr, nullptr, sealed.key.data(), sealed.nonce.data()) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &size, nullptr, length(sealed.ciphertext)) == 1 &&
         (sealed.associated.empty() ||
          EVP_DecryptUpdate(context, nullptr, &size, sealed.associated.data(), length(sealed.associated)) == 1) &&
         EVP_DecryptUpdate(context, text, &size, in, length(sealed.ciphertext)) == 1;
}

}  // namespace

base::Result<Buffer> open_gcm(const Sealed& sealed) {
  constexpr std::size_t kTag = 16;
  if (sealed.nonce.empty() || sealed.tag.size() != kTag) return fail(Errc::unsupported, "size of a nonce or tag");
  const CipherContext block = block_cipher(sealed.key);
  if (!block) return fail(Errc::unsupported, "size of an AES key");
  const Gcm gcm(CRYPTO_gcm128_new(block.get(), encrypt_block));
  if (!gcm) return fail(Errc::internal, "GCM");
  CRYPTO_gcm128_setiv(gcm.get(), sealed.nonce.data(), sealed.nonce.size());
  Buffer out(sealed.ciphertext.size());
  if (CRYPTO_gcm128_aad(gcm.get(), sealed.associated.data(), sealed.associated.size()) != 0 ||
      CRYPTO_gcm128_decrypt(gcm.get(), sealed.ciphertext.data(), out.data(), out.size()) != 0) {
    return fail(Errc::internal, "GCM");
  }
  if (CRYPTO_gcm128_finish(gcm.get(), sealed.tag.data(), sealed.tag.size()) != 0) {
    return fail(Errc::bad_icv, "integrity check failed");
  }
  return out;
}

base::Result<Buffer> open_ccm(const Sealed& sealed) {
  const QuietErrors quiet;
  const Cipher cipher = aes(sealed.key.size(), {"AES-128-CCM", "AES-192-CCM", "AES-256-CCM"});
  const CipherContext context(EVP_CIPHER_CTX_new());
  if (!cipher) return fail(Errc::unsupported, "size of an AES key");
  if (!context || EVP_DecryptInit_ex2(context.get(), cipher.get(), nullptr, nullptr, nullptr) != 1) {
    return fail(Errc::internal, "CCM");
  }
  if (!set_sizes(context.get(), sealed)) return fail(Errc::unsupported, "size of a nonce or tag");
  Buffer out(sealed.ciphertext.size());
  if (!decrypt_ccm(context.get(), sealed, out)) return fail(Errc::bad_icv, "integrity check failed");
  return out;
}

}  // namespace latchkey::crypto::legacy
