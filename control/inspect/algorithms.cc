#include "control/inspect/algorithms.h"

#include <algorithm>
#include <array>

#include "ike-engine/crypto/legacy.h"

namespace latchkey::inspect {
namespace {

using base::EncrId;
using base::IntegId;

struct Encr {
  std::string_view name;
  EncrId id;
  std::uint16_t key_bits;
};
constexpr std::array kEncr{
    Encr{"AES-GCM-128 with 16 octet ICV", EncrId::aes_gcm_16, 128},
    Encr{"AES-GCM-192 with 16 octet ICV", EncrId::aes_gcm_16, 192},
    Encr{"AES-GCM-256 with 16 octet ICV", EncrId::aes_gcm_16, 256},
    Encr{"ChaCha20-Poly1305", EncrId::chacha20_poly1305, 256},
    Encr{"AES-GCM-128 with 12 octet ICV", EncrId::aes_gcm_12, 128},
    Encr{"AES-GCM-192 with 12 octet ICV", EncrId::aes_gcm_12, 192},
    Encr{"AES-GCM-256 with 12 octet ICV", EncrId::aes_gcm_12, 256},
    Encr{"AES-GCM-128 with 8 octet ICV", EncrId::aes_gcm_8, 128},
    Encr{"AES-GCM-192 with 8 octet ICV", EncrId::aes_gcm_8, 192},
    Encr{"AES-GCM-256 with 8 octet ICV", EncrId::aes_gcm_8, 256},
    Encr{"AES-CCM-128 with 16 octet ICV", EncrId::aes_ccm_16, 128},
    Encr{"AES-CCM-192 with 16 octet ICV", EncrId::aes_ccm_16, 192},
    Encr{"AES-CCM-256 with 16 octet ICV", EncrId::aes_ccm_16, 256},
    Encr{"AES-CCM-128 with 12 octet ICV", EncrId::aes_ccm_12, 128},
    Encr{"AES-CCM-192 with 12 octet ICV", EncrId::aes_ccm_12, 192},
    Encr{"AES-CCM-256 with 12 octet ICV", EncrId::aes_ccm_12, 256},
    Encr{"AES-CCM-128 with 8 octet ICV", EncrId::aes_ccm_8, 128},
    Encr{"AES-CCM-192 with 8 octet ICV", EncrId::aes_ccm_8, 192},
    Encr{"AES-CCM-256 with 8 octet ICV", EncrId::aes_ccm_8, 256},
    Encr{"AES-CBC-128", EncrId::aes_cbc, 128},
    Encr{"AES-CBC-192", EncrId::aes_cbc, 192},
    Encr{"AES-CBC-256", EncrId::aes_cbc, 256},
    Encr{"AES-CTR-128", EncrId::aes_ctr, 128},
    Encr{"AES-CTR-192", EncrId::aes_ctr, 192},
    Encr{"AES-CTR-256", EncrId::aes_ctr, 256},
    Encr{"3DES", EncrId::des3, 192},
};

struct Integ {
  std::string_view name;
  IntegId id;
};
constexpr std::array kInteg{
    Integ{"NONE", IntegId::none},
    Integ{"HMAC_SHA2_256_128", IntegId::hmac_sha2_256_128},
    Integ{"HMAC_SHA2_384_192", IntegId::hmac_sha2_384_192},
    Integ{"HMAC_SHA2_512_256", IntegId::hmac_sha2_512_256},
    Integ{"HMAC_SHA1_96", IntegId::hmac_sha1_96},
    Integ{"HMAC_SHA1_160", IntegId::hmac_sha1_160},
    Integ{"HMAC_MD5_96", IntegId::hmac_md5_96},
};

std::optional<Algorithm> find(const Encr& encr, const Integ& integ) {
  const auto found = crypto::legacy::find_encryption(encr.id, encr.key_bits, integ.id);
  return found ? std::optional(Algorithm{encr.id, encr.key_bits, *found}) : std::nullopt;
}

std::vector<Algorithm> find_all() {
  std::vector<Algorithm> all;
  for (const Encr& encr : kEncr) {
    for (const Integ& integ : kInteg) {
      if (const auto found = find(encr, integ)) all.push_back(*found);
    }
  }
  return all;
}

std::string_view without_reference(std::string_view name) {
  name = name.substr(0, name.find('['));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

}  // namespace

const std::vector<Algorithm>& all_algorithms() {
  static const std::vector<Algorithm> all = find_all();
  return all;
}

std::optional<Algorithm> wireshark_algorithm(std::string_view encr, std::string_view integ) {
  const auto* e = std::ranges::find(kEncr, without_reference(encr), &Encr::name);
  const auto* i = std::ranges::find(kInteg, without_reference(integ), &Integ::name);
  if (e == kEncr.end() || i == kInteg.end()) return std::nullopt;
  return find(*e, *i);
}

}  // namespace latchkey::inspect
