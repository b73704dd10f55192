#include "ike-engine/crypto/legacy.h"

#include <algorithm>
#include <array>

#include "ike-engine/crypto/hmac.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/modes.h"
#include "ike-engine/crypto/transforms.h"

namespace latchkey::crypto::legacy {

namespace {

using base::EncrId;
using base::Errc;
using base::fail;
using base::IntegId;
using base::KeMethod;
using base::PrfId;
using enum CipherMode;

constexpr char kMd5[] = "MD5";
constexpr char kSha1[] = "SHA1";
constexpr char k3Des[] = "DES-EDE3-CBC";
constexpr char kCbc192[] = "AES-192-CBC";
constexpr char kCtr192[] = "AES-192-CTR";
constexpr char kCcm192[] = "AES-192-CCM";
constexpr char kGcm128[] = "AES-128-GCM";
constexpr char kGcm192[] = "AES-192-GCM";
constexpr char kGcm256[] = "AES-256-GCM";
constexpr std::uint16_t k3DesBits = 192;

// RFC 2451 (3DES), RFC 4106 (GCM); the rest as in transforms.cc.
constexpr std::array kEncrRows{
    EncrRow{EncrId::des3, k3DesBits, cbc, 0, 8, 0, 8, context_of<k3Des, cbc>},
    EncrRow{EncrId::aes_cbc, 192, cbc, 0, 16, 0, 16, context_of<kCbc192, cbc>},
    EncrRow{EncrId::aes_ctr, 192, ctr, 4, 8, 0, 1, context_of<kCtr192, ctr>},
    EncrRow{EncrId::aes_ccm_8, 192, ccm, 3, 8, 8, 1, context_of<kCcm192, ccm>},
    EncrRow{EncrId::aes_ccm_12, 192, ccm, 3, 8, 12, 1, context_of<kCcm192, ccm>},
    EncrRow{EncrId::aes_ccm_16, 192, ccm, 3, 8, 16, 1, context_of<kCcm192, ccm>},
    EncrRow{EncrId::aes_gcm_8, 128, aead, 4, 8, 8, 1, context_of<kGcm128, aead>},
    EncrRow{EncrId::aes_gcm_8, 192, aead, 4, 8, 8, 1, context_of<kGcm192, aead>},
    EncrRow{EncrId::aes_gcm_8, 256, aead, 4, 8, 8, 1, context_of<kGcm256, aead>},
    EncrRow{EncrId::aes_gcm_12, 128, aead, 4, 8, 12, 1, context_of<kGcm128, aead>},
    EncrRow{EncrId::aes_gcm_12, 192, aead, 4, 8, 12, 1, context_of<kGcm192, aead>},
    EncrRow{EncrId::aes_gcm_12, 256, aead, 4, 8, 12, 1, context_of<kGcm256, aead>},
    EncrRow{EncrId::aes_gcm_16, 192, aead, 4, 8, 16, 1, context_of<kGcm192, aead>},
};

// RFC 2403, RFC 2404, RFC 4595 section 4.
constexpr std::array kIntegRows{
    IntegRow{IntegId::hmac_md5_96, 16, 12, hmac<kMd5>},
    IntegRow{IntegId::hmac_sha1_96, 20, 12, hmac<kSha1>},
    IntegRow{IntegId::hmac_sha1_160, 20, 20, hmac<kSha1>},
};

constexpr PrfRow kPrfMd5{PrfId::hmac_md5, 16, hmac<kMd5>};
constexpr PrfRow kPrfSha1{PrfId::hmac_sha1, 20, hmac<kSha1>};

const EncrRow* any_encr_row(EncrId id, std::uint16_t key_bits) {
  if (id == EncrId::des3 && key_bits == 0) key_bits = k3DesBits;
  if (const EncrRow* row = encr_row(id, key_bits)) return row;
  const auto row =
      std::ranges::find_if(kEncrRows, [&](const EncrRow& one) { return one.id == id && one.key_bits == key_bits; });
  return row == kEncrRows.end() ? nullptr : &*row;
}

const IntegRow* any_integ_row(IntegId id) {
  if (const IntegRow* row = integ_row(id)) return row;
  const auto row = std::ranges::find(kIntegRows, id, &IntegRow::id);
  return row == kIntegRows.end() ? nullptr : &*row;
}

}  // namespace

base::Result<Encryption> find_encryption(EncrId encr, std::uint16_t key_bits, IntegId integ) {
  const IntegRow* mac = any_integ_row(integ);
  if (mac == nullptr && integ != IntegId::none) return fail(Errc::unsupported, "integrity algorithm");
  return Encryption::combine(any_encr_row(encr, key_bits), mac);
}

base::Result<base::Buffer> decrypt_unchecked(EncrId encr, std::uint16_t key_bits, base::Bytes key, base::Bytes iv,
                                             base::Bytes ciphertext) {
  const EncrRow* row = any_encr_row(encr, key_bits);
  if (row == nullptr || row->icv != 0 || row->context() == nullptr) return fail(Errc::unsupported, "cipher");
  if (key.size() != row->key_bits / 8U + row->salt || iv.size() != row->iv)
    return fail(Errc::malformed, "size of a key");
  if (ciphertext.size() % row->block != 0) return fail(Errc::malformed, "not a multiple of the block");
  base::Buffer out(ciphertext.size());
  if (!cipher_blocks(*row, key, iv, ciphertext, out, false)) return fail(Errc::internal, "decryption");
  return out;
}

Prf find_prf(PrfId id) {
  if (id == PrfId::hmac_md5) return Prf(kPrfMd5);
  return id == PrfId::hmac_sha1 ? Prf(kPrfSha1) : Prf(id);
}

std::size_t ke_public_size(KeMethod method) {
  switch (method) {
    case KeMethod::modp768: return 96;
    case KeMethod::modp1024: return 128;
    case KeMethod::modp1536: return 192;
    default: return crypto::ke_public_size(method);
  }
}

}  // namespace latchkey::crypto::legacy
