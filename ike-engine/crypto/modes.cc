#include "ike-engine/crypto/modes.h"

#include <algorithm>
#include <array>

#include "ike-engine/crypto/hmac.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::MutableBytes;

constexpr std::size_t kMaxDigest = 64;
/// OpenSSL takes a null pointer for "no data yet", so an empty text needs an address.
constexpr std::uint8_t kNothing = 0;

/// The nonce of an AEAD, salt | IV (RFC 5282 section 4, RFC 7634 section 2), or the first counter block of CTR, which
/// goes on with a counter from 1 (RFC 3686 section 4); of CBC, the IV.
struct Nonce {
  std::array<std::uint8_t, 16> octets{};
  Nonce(const EncrRow& row, Bytes key, Bytes iv) {
    std::ranges::copy(key.last(row.salt), octets.begin());
    std::ranges::copy(iv, octets.begin() + static_cast<std::ptrdiff_t>(row.salt));
    if (row.mode == CipherMode::ctr) octets.back() = 1;
  }
};

bool start(const EncrRow& row, Bytes key, Bytes iv, bool encrypt) {
  const Nonce nonce(row, key, iv);
  return EVP_CipherInit_ex2(row.context(), nullptr, key.data(), nonce.octets.data(), encrypt ? 1 : 0, nullptr) == 1;
}

bool transform(EVP_CIPHER_CTX* context, Bytes in, std::uint8_t* out) {
  int size = 0;
  std::uint8_t nowhere = 0;
  return EVP_CipherUpdate(context, in.empty() ? &nowhere : out, &size, in.empty() ? &kNothing : in.data(),
                          static_cast<int>(in.size())) == 1;
}

bool finish(EVP_CIPHER_CTX* context) {
  std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> nothing;
  int size = 0;
  return EVP_CipherFinal_ex(context, nothing.data(), &size) == 1 && size == 0;
}

bool tag(EVP_CIPHER_CTX* context, int operation, std::size_t size, std::uint8_t* value) {
  return EVP_CIPHER_CTX_ctrl(context, operation, static_cast<int>(size), value) == 1;
}

/// Keys an AEAD. CCM authenticates the sizes of ICV and text first of all, so it wants them first of all.
bool start_aead(const EncrRow& row, Bytes key, Bytes iv, Bytes associated, Bytes text, const Bytes* icv) {
  EVP_CIPHER_CTX* context = row.context();
  const bool is_ccm = row.mode == CipherMode::ccm;
  int size = 0;
  if (is_ccm && !tag(context, EVP_CTRL_AEAD_SET_TAG, row.icv, nullptr)) return false;
  if (!start(row, key, iv, icv == nullptr)) return false;
  if (icv != nullptr) {
    std::array<std::uint8_t, 16> expected;
    std::ranges::copy(*icv, expected.begin());
    if (!tag(context, EVP_CTRL_AEAD_SET_TAG, icv->size(), expected.data())) return false;
  }
  if (is_ccm && EVP_CipherUpdate(context, nullptr, &size, nullptr, static_cast<int>(text.size())) != 1) return false;
  return associated.empty() ||
         EVP_CipherUpdate(context, nullptr, &size, associated.data(), static_cast<int>(associated.size())) == 1;
}

}  // namespace

bool aead_seal(const EncrRow& row, Bytes key, Bytes iv, Bytes associated, Bytes plaintext, MutableBytes ciphertext,
               MutableBytes icv) {
  EVP_CIPHER_CTX* context = row.context();
  return start_aead(row, key, iv, associated, plaintext, nullptr) && transform(context, plaintext, ciphertext.data()) &&
         finish(context) && tag(context, EVP_CTRL_AEAD_GET_TAG, icv.size(), icv.data());
}

bool aead_open(const EncrRow& row, Bytes key, Bytes iv, Bytes associated, Bytes ciphertext, Bytes icv,
               MutableBytes plaintext) {
  EVP_CIPHER_CTX* context = row.context();
  // CCM tells of a wrong ICV when it decrypts, the others when they finish.
  return start_aead(row, key, iv, associated, ciphertext, &icv) && transform(context, ciphertext, plaintext.data()) &&
         (row.mode == CipherMode::ccm || finish(context));
}

bool cipher_blocks(const EncrRow& row, Bytes key, Bytes iv, Bytes in, MutableBytes out, bool encrypt) {
  return start(row, key, iv, encrypt) && transform(row.context(), in, out.data()) && finish(row.context());
}

bool integrity_check(const IntegRow& row, Bytes key, std::initializer_list<Bytes> data, MutableBytes icv) {
  EVP_MAC_CTX* context = row.context();
  std::array<std::uint8_t, kMaxDigest> digest;
  if (!hmac_key(context, key) || !hmac_update(context, data) ||
      !hmac_finish(context, MutableBytes(digest).first(row.digest))) {
    return false;
  }
  std::ranges::copy(Bytes(digest).first(icv.size()), icv.begin());
  return true;
}

}  // namespace latchkey::crypto
