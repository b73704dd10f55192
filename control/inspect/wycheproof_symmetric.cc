// AEADs and MACs.
#include <fmt/format.h>

#include "control/inspect/kdf_vector.h"
#include "control/inspect/wycheproof_group.h"
#include "ike-engine/crypto/encryption.h"
#include "ike-engine/crypto/legacy.h"
#include "ike-engine/crypto/legacy_aead.h"

namespace latchkey::inspect {
namespace {

using base::Buffer;
using base::Bytes;
using base::EncrId;
using base::SecretBytes;

/// The octets of several fields, in their order.
template <std::size_t count>
std::expected<std::array<Buffer, count>, std::string> octets_of(const JsonObject& test,
                                                                const std::array<const char*, count>& names) {
  std::array<Buffer, count> values;
  for (std::size_t i = 0; i < count; ++i) {
    auto octets = test.octets(names[i]);
    if (!octets) return std::unexpected(octets.error());
    values[i] = std::move(*octets);
  }
  return values;
}

struct AeadVector {
  Buffer key, nonce, associated, text, ciphertext, tag;
};

std::expected<AeadVector, std::string> read_aead(const JsonObject& test) {
  auto fields = octets_of<6>(test, {"key", "iv", "aad", "msg", "ct", "tag"});
  if (!fields) return std::unexpected(fields.error());
  auto& [key, nonce, associated, text, ciphertext, tag] = *fields;
  return AeadVector{std::move(key),  std::move(nonce),      std::move(associated),
                    std::move(text), std::move(ciphertext), std::move(tag)};
}

/// IKE's form: the salt, the nonce's front, stands behind the key.
bool opens_and_seals(const crypto::Encryption& encryption, const AeadVector& vector) {
  const Bytes nonce = vector.nonce;
  const std::size_t salt = encryption.sizes().salt;
  const crypto::DirectionKeys keys{SecretBytes(base::concat({vector.key, nonce.first(salt)})), {}};
  const Bytes iv = nonce.subspan(salt);
  const Buffer sealed = base::concat({vector.ciphertext, vector.tag});
  const auto opened = encryption.open(keys, iv, vector.associated, sealed);
  if (!opened || *opened != vector.text) return false;
  const auto again = encryption.seal(keys, iv, vector.associated, vector.text);
  return again && *again == sealed;
}

/// The engine's own algorithm, if it has these sizes.
std::optional<crypto::Encryption> engine_aead(EncrId id, const AeadVector& vector) {
  const auto bits = static_cast<std::uint16_t>(vector.key.size() * 8);
  const auto encryption = crypto::Encryption::find(id, bits, base::IntegId::none);
  if (!encryption) return std::nullopt;
  const crypto::CipherSizes& sizes = encryption->sizes();
  const bool fits = vector.nonce.size() == sizes.salt + sizes.iv && vector.tag.size() == sizes.icv;
  return fits ? std::optional(*encryption) : std::nullopt;
}

EncrId ccm_with(std::size_t tag) {
  if (tag == 8) return EncrId::aes_ccm_8;
  return tag == 12 ? EncrId::aes_ccm_12 : EncrId::aes_ccm_16;
}

using OpenAnySize = base::Result<Buffer> (*)(const crypto::legacy::Sealed& sealed);

Ruling rule(EncrId id, OpenAnySize open_any_size, const AeadVector& vector) {
  if (const auto encryption = engine_aead(id, vector)) return {opens_and_seals(*encryption, vector)};
  if (open_any_size == nullptr) return {false};
  const auto opened = open_any_size({vector.key, vector.nonce, vector.associated, vector.ciphertext, vector.tag});
  return {opened && *opened == vector.text, false};
}

bool begins_with(Bytes whole, Bytes front) {
  return !front.empty() && front.size() <= whole.size() && base::same_secret(whole.first(front.size()), front);
}

}  // namespace

Ruled rule_on_aead(const WycheproofGroup& group, const JsonObject& test) {
  const auto vector = read_aead(test);
  if (!vector) return std::unexpected(vector.error());
  if (group.algorithm == "AES-GCM") return rule(EncrId::aes_gcm_16, crypto::legacy::open_gcm, *vector);
  if (group.algorithm == "AES-CCM") return rule(ccm_with(vector->tag.size()), crypto::legacy::open_ccm, *vector);
  if (group.algorithm == "CHACHA20-POLY1305") return rule(EncrId::chacha20_poly1305, nullptr, *vector);
  return std::unexpected("algorithm is no AEAD of IKE's");
}

Ruled rule_on_mac(const WycheproofGroup& group, const JsonObject& test) {
  const auto prf = prf_named(group.algorithm);
  if (!prf) return std::unexpected("algorithm is no MAC of IKE's");
  const auto fields = octets_of<3>(test, {"key", "msg", "tag"});
  if (!fields) return std::unexpected(fields.error());
  const auto& [key, text, tag] = *fields;
  const auto mac = crypto::prf(crypto::legacy::find_prf(*prf), key, {text});
  if (!mac) return std::unexpected("algorithm is no MAC of IKE's");
  return Ruling{begins_with(mac->view(), tag)};
}

}  // namespace latchkey::inspect
