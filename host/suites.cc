#include "host/suites.h"

#include <array>
#include <span>

namespace latchkey::host {
namespace {

struct Cipher {
  std::string_view name;
  base::EncrId encr;
  std::uint16_t key_bits;
};
constexpr std::array kCiphers{
    Cipher{"AES_GCM_16_256", base::EncrId::aes_gcm_16, 256},
    Cipher{"AES_GCM_16_128", base::EncrId::aes_gcm_16, 128},
    Cipher{"CHACHA20_POLY1305", base::EncrId::chacha20_poly1305, 256},
};

template <class Id>
struct Named {
  std::string_view name;
  Id id;
};
constexpr std::array kPrfs{
    Named{"PRF_HMAC_SHA2_256", base::PrfId::hmac_sha2_256},
    Named{"PRF_HMAC_SHA2_384", base::PrfId::hmac_sha2_384},
    Named{"PRF_HMAC_SHA2_512", base::PrfId::hmac_sha2_512},
};
constexpr std::array kGroups{
    Named{"CURVE25519", base::KeMethod::x25519},
    Named{"ECP_256", base::KeMethod::ecp256},
    Named{"MODP_2048", base::KeMethod::modp2048},
};

template <class Row>
const Row* find(std::span<const Row> rows, std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// Cuts off and returns what is in front of the next '/'.
std::string_view next_part(std::string_view& text) {
  const std::size_t slash = text.find('/');
  const std::string_view part = text.substr(0, slash);
  text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  return part;
}

}  // namespace

std::optional<api::IkeSuite> parse_ike_suite(std::string_view text) {
  const auto* cipher = find<Cipher>(kCiphers, next_part(text));
  const auto* prf = find<Named<base::PrfId>>(kPrfs, next_part(text));
  const auto* group = find<Named<base::KeMethod>>(kGroups, next_part(text));
  if (!cipher || !prf || !group || !text.empty()) return std::nullopt;
  return api::IkeSuite{cipher->encr, cipher->key_bits, prf->id, group->id};
}

std::optional<api::EspSuite> parse_esp_suite(std::string_view text) {
  const auto* cipher = find<Cipher>(kCiphers, next_part(text));
  const std::string_view esn = next_part(text);
  if (!cipher || (esn != "ESN" && esn != "NO_ESN") || !text.empty()) return std::nullopt;
  return api::EspSuite{cipher->encr, cipher->key_bits, esn == "ESN"};
}

std::string_view ike_suite_form() {
  return "CIPHER/PRF/GROUP of AES_GCM_16_256, AES_GCM_16_128, CHACHA20_POLY1305 / PRF_HMAC_SHA2_256, "
         "PRF_HMAC_SHA2_384, "
         "PRF_HMAC_SHA2_512 / CURVE25519, ECP_256, MODP_2048";
}

std::string_view esp_suite_form() {
  return "CIPHER/ESN of AES_GCM_16_256, AES_GCM_16_128, CHACHA20_POLY1305 / ESN, NO_ESN";
}

}  // namespace latchkey::host
