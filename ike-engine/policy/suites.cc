#include "ike-engine/policy/suites.h"

#include <algorithm>
#include <array>
#include <span>

namespace latchkey::policy {

namespace {

using api::EspSuite;
using api::IkeSuite;
using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;

struct Cipher {
  EncrId encr;
  std::uint16_t key_bits;
};

// Best first. AES-192 is in no list that we know of and would only make offers longer.
constexpr std::array kOffered{Cipher{EncrId::aes_gcm_16, 256}, Cipher{EncrId::chacha20_poly1305, 256},
                              Cipher{EncrId::aes_gcm_16, 128}};
constexpr std::array kAeadToo{Cipher{EncrId::aes_ccm_16, 256}, Cipher{EncrId::aes_ccm_16, 128}};
constexpr std::array kWithInteg{Cipher{EncrId::aes_cbc, 256}, Cipher{EncrId::aes_cbc, 128},
                                Cipher{EncrId::aes_ctr, 256}, Cipher{EncrId::aes_ctr, 128}};
// RFC 8247 section 2.3
//= AUTH_HMAC_SHA2_256_128 MUST be implemented in order to replace AUTH_HMAC_SHA1_96.
constexpr std::array kInteg{IntegId::hmac_sha2_256_128, IntegId::hmac_sha2_512_256, IntegId::hmac_sha2_384_192};
// RFC 8247 section 2.2
//= PRF_HMAC_SHA2_256 MUST be implemented in order to replace SHA1 and PRF_HMAC_SHA1.
constexpr std::array kPrf{PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512};
constexpr std::array kOfferedKe{KeMethod::x25519, KeMethod::ecp256, KeMethod::modp2048};
// RFC 8247 section 2.4
//= | 14 | 2048-bit MODP Group | MUST |
constexpr std::array kKe{KeMethod::x25519, KeMethod::ecp256,   KeMethod::ecp384,   KeMethod::x448,
                         KeMethod::ecp521, KeMethod::modp3072, KeMethod::modp4096, KeMethod::modp2048};

bool contains(const auto& list, const auto& value) { return std::ranges::find(list, value) != std::end(list); }

bool is_strong_cipher(EncrId encr, std::uint16_t key_bits, IntegId integ) {
  const bool aes_size = key_bits == 128 || key_bits == 256;
  switch (encr) {
    case EncrId::chacha20_poly1305: return key_bits == 256 && integ == IntegId::none;
    // A short ICV costs CCM no more than its length says, so RFC 8247 section 2.1 has a place for it. GCM's lets its
    // authentication key leak: ENCR_AES_GCM_8 and ENCR_AES_GCM_12 are not here.
    case EncrId::aes_ccm_8:
    case EncrId::aes_ccm_12:
    case EncrId::aes_ccm_16:
    case EncrId::aes_gcm_16: return aes_size && integ == IntegId::none;
    // RFC 8247 section 2.1
    //= Algorithms that are not AEAD MUST be used in conjunction with one of the integrity algorithms in Section 2.3.
    case EncrId::aes_cbc:
    case EncrId::aes_ctr: return aes_size && contains(kInteg, integ);
    default: return false;
  }
}

/// Calls `add(cipher, integ)` for what a responder takes beside what is offered.
void each_cipher_too(auto add) {
  for (const Cipher& cipher : kAeadToo) add(cipher, IntegId::none);
  for (const Cipher& cipher : kWithInteg) {
    for (const IntegId integ : kInteg) add(cipher, integ);
  }
}

void add_suites(std::vector<IkeSuite>& suites, const Cipher& cipher, IntegId integ, std::span<const KeMethod> methods) {
  for (const PrfId prf : kPrf) {
    for (const KeMethod ke : methods) suites.push_back({cipher.encr, cipher.key_bits, prf, ke, integ});
  }
}

}  // namespace

bool is_acceptable(KeMethod method) { return contains(kKe, method); }

bool is_acceptable(const IkeSuite& suite) {
  return contains(kPrf, suite.prf) && is_acceptable(suite.ke) &&
         is_strong_cipher(suite.encr, suite.key_bits, suite.integ);
}

bool is_acceptable(const EspSuite& suite) { return is_strong_cipher(suite.encr, suite.key_bits, suite.integ); }

std::vector<IkeSuite> default_ike_suites() {
  std::vector<IkeSuite> suites;
  for (const Cipher& cipher : kOffered) add_suites(suites, cipher, IntegId::none, kOfferedKe);
  return suites;
}

std::vector<EspSuite> default_esp_suites() {
  std::vector<EspSuite> suites;
  const auto add = [&suites](const Cipher& cipher, bool esn) {
    suites.push_back({cipher.encr, cipher.key_bits, esn, IntegId::none});
  };
  // Without ESN at the end: strongSwan's own default proposals have none.
  for (const bool esn : {true, false}) {
    add({EncrId::aes_gcm_16, 256}, esn);
    add({EncrId::aes_gcm_16, 128}, esn);
    add({EncrId::chacha20_poly1305, 256}, esn);
  }
  return suites;
}

std::vector<KeMethod> answered_ke_methods() { return {kKe.begin(), kKe.end()}; }

std::vector<IkeSuite> answered_ike_suites() {
  std::vector<IkeSuite> suites;
  for (const Cipher& cipher : kOffered) add_suites(suites, cipher, IntegId::none, kKe);
  each_cipher_too([&](const Cipher& cipher, IntegId integ) { add_suites(suites, cipher, integ, kKe); });
  return suites;
}

std::vector<EspSuite> answered_esp_suites() {
  std::vector<EspSuite> suites = default_esp_suites();
  for (const bool esn : {true, false}) {
    each_cipher_too([&](const Cipher& cipher, IntegId integ) {
      suites.push_back({cipher.encr, cipher.key_bits, esn, integ});
    });
  }
  return suites;
}

}  // namespace latchkey::policy
