#include "ike-engine/crypto/transforms.h"

#include <algorithm>
#include <array>

#include "ike-engine/crypto/hmac.h"

namespace latchkey::crypto {

namespace {

using base::EncrId;
using base::IntegId;
using base::PrfId;
using enum CipherMode;

constexpr char kGcm128[] = "AES-128-GCM";
constexpr char kGcm256[] = "AES-256-GCM";
constexpr char kCcm128[] = "AES-128-CCM";
constexpr char kCcm256[] = "AES-256-CCM";
constexpr char kChaCha20[] = "ChaCha20-Poly1305";
constexpr char kCbc128[] = "AES-128-CBC";
constexpr char kCbc256[] = "AES-256-CBC";
constexpr char kCtr128[] = "AES-128-CTR";
constexpr char kCtr256[] = "AES-256-CTR";

// Salt and IV: RFC 4106 sections 4 and 8.1 (GCM), RFC 4309 sections 3.1 and 4 (CCM), RFC 7634 section 2, RFC 3602
// section 3 (CBC), RFC 3686 sections 3.1 and 4 (CTR); for IKE, RFC 5282 section 7 and RFC 5930 section 2 say the same.
constexpr std::array kEncrRows{
    EncrRow{EncrId::aes_gcm_16, 128, aead, 4, 8, 16, 1, context_of<kGcm128, aead>},
    EncrRow{EncrId::aes_gcm_16, 256, aead, 4, 8, 16, 1, context_of<kGcm256, aead>},
    EncrRow{EncrId::chacha20_poly1305, 256, aead, 4, 8, 16, 1, context_of<kChaCha20, aead>},
    EncrRow{EncrId::aes_ccm_8, 128, ccm, 3, 8, 8, 1, context_of<kCcm128, ccm>},
    EncrRow{EncrId::aes_ccm_8, 256, ccm, 3, 8, 8, 1, context_of<kCcm256, ccm>},
    EncrRow{EncrId::aes_ccm_12, 128, ccm, 3, 8, 12, 1, context_of<kCcm128, ccm>},
    EncrRow{EncrId::aes_ccm_12, 256, ccm, 3, 8, 12, 1, context_of<kCcm256, ccm>},
    EncrRow{EncrId::aes_ccm_16, 128, ccm, 3, 8, 16, 1, context_of<kCcm128, ccm>},
    EncrRow{EncrId::aes_ccm_16, 256, ccm, 3, 8, 16, 1, context_of<kCcm256, ccm>},
    EncrRow{EncrId::aes_cbc, 128, cbc, 0, 16, 0, 16, context_of<kCbc128, cbc>},
    EncrRow{EncrId::aes_cbc, 256, cbc, 0, 16, 0, 16, context_of<kCbc256, cbc>},
    EncrRow{EncrId::aes_ctr, 128, ctr, 4, 8, 0, 1, context_of<kCtr128, ctr>},
    EncrRow{EncrId::aes_ctr, 256, ctr, 4, 8, 0, 1, context_of<kCtr256, ctr>},
};

// RFC 4868 section 2.1.
constexpr std::array kIntegRows{
    IntegRow{IntegId::hmac_sha2_256_128, 32, 16, hmac<kSha2_256>},
    IntegRow{IntegId::hmac_sha2_384_192, 48, 24, hmac<kSha2_384>},
    IntegRow{IntegId::hmac_sha2_512_256, 64, 32, hmac<kSha2_512>},
};

constexpr std::array kPrfRows{
    PrfRow{PrfId::hmac_sha2_256, 32, hmac<kSha2_256>},
    PrfRow{PrfId::hmac_sha2_384, 48, hmac<kSha2_384>},
    PrfRow{PrfId::hmac_sha2_512, 64, hmac<kSha2_512>},
};

constexpr int kCcmNonce = 11;

}  // namespace

CipherContext cipher_context(const char* name, CipherMode mode) {
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!cipher || !context || EVP_CipherInit_ex2(context.get(), cipher.get(), nullptr, nullptr, 1, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
    return nullptr;
  }
  if (mode == ccm && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, kCcmNonce, nullptr) != 1) {
    return nullptr;
  }
  return context;
}

const EncrRow* encr_row(EncrId id, std::uint16_t key_bits) {
  const auto row =
      std::ranges::find_if(kEncrRows, [&](const EncrRow& one) { return one.id == id && one.key_bits == key_bits; });
  return row == kEncrRows.end() ? nullptr : &*row;
}

const IntegRow* integ_row(IntegId id) {
  const auto row = std::ranges::find(kIntegRows, id, &IntegRow::id);
  return row == kIntegRows.end() ? nullptr : &*row;
}

const PrfRow* prf_row(PrfId id) {
  const auto row = std::ranges::find(kPrfRows, id, &PrfRow::id);
  return row == kPrfRows.end() ? nullptr : &*row;
}

}  // namespace latchkey::crypto
