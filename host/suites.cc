#include "host/suites.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ike-engine/api/names.h"

namespace latchkey::host {
namespace {

using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;

struct Cipher {
  EncrId encr;
  std::uint16_t key_bits;
  bool aead;
};
// In the order in which a message lists them.
constexpr std::array kCiphers{
    Cipher{EncrId::aes_gcm_16, 256, true},        Cipher{EncrId::aes_gcm_16, 128, true},
    Cipher{EncrId::chacha20_poly1305, 256, true}, Cipher{EncrId::aes_ccm_16, 256, true},
    Cipher{EncrId::aes_ccm_16, 128, true},        Cipher{EncrId::aes_ccm_12, 256, true},
    Cipher{EncrId::aes_ccm_12, 128, true},        Cipher{EncrId::aes_ccm_8, 256, true},
    Cipher{EncrId::aes_ccm_8, 128, true},         Cipher{EncrId::aes_cbc, 256, false},
    Cipher{EncrId::aes_cbc, 128, false},          Cipher{EncrId::aes_ctr, 256, false},
    Cipher{EncrId::aes_ctr, 128, false},
};
constexpr std::array kInteg{IntegId::hmac_sha2_256_128, IntegId::hmac_sha2_384_192, IntegId::hmac_sha2_512_256};
constexpr std::array kPrfs{PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512};
constexpr std::array kGroups{KeMethod::x25519, KeMethod::x448,     KeMethod::ecp256,   KeMethod::ecp384,
                             KeMethod::ecp521, KeMethod::modp2048, KeMethod::modp3072, KeMethod::modp4096};

std::string name_of(const Cipher& cipher) { return api::encr_name(cipher.encr, cipher.key_bits); }
std::string name_of(IntegId integ) { return api::integ_name(integ); }
std::string name_of(PrfId prf) { return api::prf_name(prf); }
std::string name_of(KeMethod method) { return api::ke_name(method); }

/// The one of that name, or nullptr.
template <class Value, std::size_t size>
const Value* find(const std::array<Value, size>& values, std::string_view name) {
  const auto it = std::ranges::find_if(values, [name](const Value& one) { return name_of(one) == name; });
  return it == values.end() ? nullptr : &*it;
}

/// Cuts off and returns what is in front of the next '/'.
std::string_view next_part(std::string_view& text) {
  const std::size_t slash = text.find('/');
  const std::string_view part = text.substr(0, slash);
  text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  return part;
}

struct Encryption {
  Cipher cipher;
  IntegId integ;
};

/// A cipher and, unless it is an AEAD, its integrity algorithm.
std::optional<Encryption> next_encryption(std::string_view& text) {
  if (text.ends_with('/')) return std::nullopt;
  const Cipher* cipher = find(kCiphers, next_part(text));
  if (cipher == nullptr) return std::nullopt;
  if (cipher->aead) return Encryption{*cipher, IntegId::none};
  const IntegId* integ = find(kInteg, next_part(text));
  if (integ == nullptr) return std::nullopt;
  return Encryption{*cipher, *integ};
}

/// "A, B, C".
template <class Value, std::size_t size>
std::string list(const std::array<Value, size>& values) {
  std::string all;
  for (const Value& one : values) all += (all.empty() ? "" : ", ") + name_of(one);
  return all;
}

/// "AES_GCM_16_256, ... or AES_CBC_256, ... with HMAC_SHA2_256_128, ...".
std::string encryption_words() {
  std::string aeads, others;
  for (const Cipher& one : kCiphers) {
    std::string& names = one.aead ? aeads : others;
    names += (names.empty() ? "" : ", ") + name_of(one);
  }
  return aeads + ", or CIPHER/INTEGRITY of " + others + " / " + list(kInteg);
}

}  // namespace

std::optional<api::IkeSuite> parse_ike_suite(std::string_view text) {
  const auto encryption = next_encryption(text);
  const PrfId* prf = find(kPrfs, next_part(text));
  const KeMethod* group = find(kGroups, next_part(text));
  if (!encryption || prf == nullptr || group == nullptr || !text.empty()) return std::nullopt;
  return api::IkeSuite{encryption->cipher.encr, encryption->cipher.key_bits, *prf, *group, encryption->integ};
}

std::optional<api::EspSuite> parse_esp_suite(std::string_view text) {
  const auto encryption = next_encryption(text);
  const std::string_view esn = next_part(text);
  if (!encryption || (esn != "ESN" && esn != "NO_ESN") || !text.empty()) return std::nullopt;
  return api::EspSuite{encryption->cipher.encr, encryption->cipher.key_bits, esn == "ESN", encryption->integ};
}

std::string_view ike_suite_form() {
  static const std::string form =
      "CIPHER/PRF/GROUP of " + encryption_words() + "; " + list(kPrfs) + "; " + list(kGroups);
  return form;
}

std::string_view esp_suite_form() {
  static const std::string form = "CIPHER/ESN of " + encryption_words() + "; ESN, NO_ESN";
  return form;
}

}  // namespace latchkey::host
