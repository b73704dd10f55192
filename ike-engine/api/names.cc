#include "ike-engine/api/names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace latchkey::api {

namespace {

using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;

template <class Id>
struct Named {
  Id id;
  std::string_view name;
};

constexpr std::array kEncr{
    Named{EncrId::aes_cbc, "AES_CBC"},       Named{EncrId::aes_ctr, "AES_CTR"},
    Named{EncrId::aes_ccm_8, "AES_CCM_8"},   Named{EncrId::aes_ccm_12, "AES_CCM_12"},
    Named{EncrId::aes_ccm_16, "AES_CCM_16"}, Named{EncrId::aes_gcm_8, "AES_GCM_8"},
    Named{EncrId::aes_gcm_12, "AES_GCM_12"}, Named{EncrId::aes_gcm_16, "AES_GCM_16"},
};
constexpr std::array kEncrOfOneSize{
    Named{EncrId::des3, "3DES"},
    Named{EncrId::null, "NULL"},
    Named{EncrId::chacha20_poly1305, "CHACHA20_POLY1305"},
};
constexpr std::array kInteg{
    Named{IntegId::none, "NONE"},
    Named{IntegId::hmac_md5_96, "HMAC_MD5_96"},
    Named{IntegId::hmac_sha1_96, "HMAC_SHA1_96"},
    Named{IntegId::hmac_sha1_160, "HMAC_SHA1_160"},
    Named{IntegId::hmac_sha2_256_128, "HMAC_SHA2_256_128"},
    Named{IntegId::hmac_sha2_384_192, "HMAC_SHA2_384_192"},
    Named{IntegId::hmac_sha2_512_256, "HMAC_SHA2_512_256"},
};
constexpr std::array kPrf{
    Named{PrfId::hmac_md5, "PRF_HMAC_MD5"},           Named{PrfId::hmac_sha1, "PRF_HMAC_SHA1"},
    Named{PrfId::hmac_sha2_256, "PRF_HMAC_SHA2_256"}, Named{PrfId::hmac_sha2_384, "PRF_HMAC_SHA2_384"},
    Named{PrfId::hmac_sha2_512, "PRF_HMAC_SHA2_512"},
};
constexpr std::array kKe{
    Named{KeMethod::none, "NONE"},          Named{KeMethod::modp768, "MODP_768"},
    Named{KeMethod::modp1024, "MODP_1024"}, Named{KeMethod::modp1536, "MODP_1536"},
    Named{KeMethod::modp2048, "MODP_2048"}, Named{KeMethod::modp3072, "MODP_3072"},
    Named{KeMethod::modp4096, "MODP_4096"}, Named{KeMethod::ecp256, "ECP_256"},
    Named{KeMethod::ecp384, "ECP_384"},     Named{KeMethod::ecp521, "ECP_521"},
    Named{KeMethod::x25519, "CURVE25519"},  Named{KeMethod::x448, "CURVE448"},
};

/// Empty for a number that is not in the table.
template <class Id, std::size_t size>
std::string name_of(const std::array<Named<Id>, size>& table, Id id) {
  const auto row = std::ranges::find(table, id, &Named<Id>::id);
  return row == table.end() ? std::string() : std::string(row->name);
}

template <class Id>
std::string numbered(const char* prefix, Id id) {
  return prefix + std::to_string(static_cast<unsigned>(id));
}

}  // namespace

std::string encr_name(EncrId encr, std::uint16_t key_bits) {
  if (std::string whole = name_of(kEncrOfOneSize, encr); !whole.empty()) return whole;
  const std::string name = name_of(kEncr, encr);
  return (name.empty() ? numbered("ENCR_", encr) : name) + "_" + std::to_string(key_bits);
}

std::string integ_name(IntegId integ) {
  const std::string name = name_of(kInteg, integ);
  return name.empty() ? numbered("INTEG_", integ) : name;
}

std::string prf_name(PrfId prf) {
  const std::string name = name_of(kPrf, prf);
  return name.empty() ? numbered("PRF_", prf) : name;
}

std::string ke_name(KeMethod ke) {
  const std::string name = name_of(kKe, ke);
  return name.empty() ? numbered("KE_", ke) : name;
}

}  // namespace latchkey::api
