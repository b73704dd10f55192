#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

base::Result<SaKeys> derive_sa_keys(const api::IkeSuite& suite, Role role, base::Bytes skeyseed,
                                    const crypto::KeyInputs& inputs) {
  const auto sizes = crypto::aead_sizes(suite.encr, suite.key_bits);
  if (!sizes) return std::unexpected(sizes.error());
  auto keys = crypto::derive_ike_keys(suite.prf, skeyseed, inputs, 0, sizes->key + sizes->salt);
  if (!keys) return std::unexpected(keys.error());
  auto& out = role == Role::initiator ? keys->sk_ei : keys->sk_er;
  auto& in = role == Role::initiator ? keys->sk_er : keys->sk_ei;
  auto protection = Protection::make(suite.encr, suite.key_bits, std::move(out), std::move(in));
  if (!protection) return std::unexpected(protection.error());
  return SaKeys{std::move(*keys), std::move(*protection)};
}

}  // namespace latchkey::session
