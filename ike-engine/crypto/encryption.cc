#include "ike-engine/crypto/encryption.h"

#include "ike-engine/crypto/modes.h"

namespace latchkey::crypto {

using base::Buffer;
using base::Bytes;
using base::EncrId;
using base::Errc;
using base::fail;
using base::IntegId;

base::Result<Encryption> Encryption::find(EncrId encr, std::uint16_t key_bits, IntegId integ) {
  const IntegRow* mac = integ_row(integ);
  if (mac == nullptr && integ != IntegId::none) return fail(Errc::unsupported, "integrity algorithm");
  return combine(encr_row(encr, key_bits), mac);
}

base::Result<Encryption> Encryption::combine(const EncrRow* encr, const IntegRow* integ) {
  if (encr == nullptr || encr->context() == nullptr) return fail(Errc::unsupported, "encryption algorithm");
  if (integ != nullptr && integ->context() == nullptr) return fail(Errc::unsupported, "integrity algorithm");
  if (encr->icv == 0 && integ == nullptr) return fail(Errc::unsupported, "a cipher without integrity algorithm");
  if (encr->icv != 0 && integ != nullptr) return fail(Errc::unsupported, "an AEAD with integrity algorithm");
  return Encryption(*encr, integ);
}

CipherSizes Encryption::sizes() const {
  CipherSizes sizes{encr_->key_bits / 8U, encr_->salt, encr_->iv, encr_->icv, 0, encr_->block};
  if (integ_ == nullptr) return sizes;
  sizes.icv = integ_->icv;
  sizes.integ_key = integ_->digest;
  return sizes;
}

base::Result<CipherSizes> cipher_sizes(EncrId encr, std::uint16_t key_bits, IntegId integ) {
  const auto found = Encryption::find(encr, key_bits, integ);
  if (!found) return std::unexpected(found.error());
  return found->sizes();
}

bool Encryption::fits(const DirectionKeys& keys) const {
  const CipherSizes wanted = sizes();
  return keys.encr.size() == wanted.encr_key() && keys.integ.size() == wanted.integ_key;
}

base::Result<Buffer> Encryption::iv(const DirectionKeys& keys, std::uint64_t counter) const {
  if (!fits(keys)) return fail(Errc::malformed, "size of a key");
  Buffer iv(encr_->iv);
  for (std::size_t i = 0; i < sizeof counter; ++i) iv[iv.size() - 1 - i] = static_cast<std::uint8_t>(counter >> 8 * i);
  if (encr_->mode != CipherMode::cbc) return iv;
  // RFC 7296 section 3.14
  //= Senders MUST select a new unpredictable IV for every message
  // NIST SP 800-38A appendix C: "apply the forward cipher function, under the same key that is used for the encryption
  // of the plaintext, to a nonce". One block in CBC mode behind an IV of zeros is that function.
  Buffer unpredictable(iv.size());
  const Buffer zeros(iv.size());
  if (!cipher_blocks(*encr_, keys.encr.view(), zeros, iv, unpredictable, true)) return fail(Errc::internal, "IV");
  return unpredictable;
}

base::Result<Buffer> Encryption::seal(const DirectionKeys& keys, Bytes iv, Bytes associated, Bytes plaintext) const {
  const CipherSizes size = sizes();
  if (!fits(keys) || iv.size() != size.iv) return fail(Errc::malformed, "size of a key or an IV");
  if (plaintext.size() % size.block != 0) return fail(Errc::malformed, "not a multiple of the block");
  Buffer out(plaintext.size() + size.icv);
  const base::MutableBytes text = base::MutableBytes(out).first(plaintext.size());
  const base::MutableBytes icv = base::MutableBytes(out).last(size.icv);
  const bool sealed = integ_ == nullptr ? aead_seal(*encr_, keys.encr.view(), iv, associated, plaintext, text, icv)
                                        : cipher_blocks(*encr_, keys.encr.view(), iv, plaintext, text, true) &&
                                              integrity_check(*integ_, keys.integ.view(), {associated, iv, text}, icv);
  if (!sealed) return fail(Errc::internal, "encryption");
  return out;
}

base::Result<Buffer> Encryption::open(const DirectionKeys& keys, Bytes iv, Bytes associated, Bytes ciphertext) const {
  const CipherSizes size = sizes();
  if (!fits(keys)) return fail(Errc::malformed, "size of a key");
  if (ciphertext.size() < size.icv || iv.size() != size.iv) return fail(Errc::truncated, "no room for IV and ICV");
  const Bytes text = ciphertext.first(ciphertext.size() - size.icv);
  const Bytes icv = ciphertext.last(size.icv);
  const QuietErrors quiet;
  Buffer out(text.size());
  if (integ_ == nullptr) {
    if (!aead_open(*encr_, keys.encr.view(), iv, associated, text, icv, out)) {
      return fail(Errc::bad_icv, "integrity check failed");
    }
    return out;
  }
  // The ICV first: nothing that anybody may have sent is ever decrypted, so padding tells nobody anything.
  Buffer expected(size.icv);
  if (!integrity_check(*integ_, keys.integ.view(), {associated, iv, text}, expected)) {
    return fail(Errc::internal, "HMAC");
  }
  if (!base::same_secret(expected, icv)) return fail(Errc::bad_icv, "integrity check failed");
  if (text.size() % size.block != 0) return fail(Errc::malformed, "not a multiple of the block");
  if (!cipher_blocks(*encr_, keys.encr.view(), iv, text, out, false)) return fail(Errc::internal, "decryption");
  return out;
}

}  // namespace latchkey::crypto
