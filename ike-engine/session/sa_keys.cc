#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

base::Result<SaKeys> derive_sa_keys(const api::IkeSuite& suite, Role role, base::Bytes skeyseed,
                                    const crypto::KeyInputs& inputs) {
  const auto sizes = crypto::cipher_sizes(suite.encr, suite.key_bits, suite.integ);
  if (!sizes) return std::unexpected(sizes.error());
  auto keys = crypto::derive_ike_keys(suite.prf, skeyseed, inputs, sizes->integ_key, sizes->encr_key());
  if (!keys) return std::unexpected(keys.error());
  DirectionKeys from_i{std::move(keys->sk_ei), std::move(keys->sk_ai)};
  DirectionKeys from_r{std::move(keys->sk_er), std::move(keys->sk_ar)};
  const bool initiator = role == Role::initiator;
  auto protection = Protection::make(suite.encr, suite.key_bits, suite.integ, std::move(initiator ? from_i : from_r),
                                     std::move(initiator ? from_r : from_i));
  if (!protection) return std::unexpected(protection.error());
  return SaKeys{std::move(*keys), std::move(*protection)};
}

base::Result<SaKeys> derive_next_keys(const api::IkeSuite& suite, Role role, base::Bytes sk_d,
                                      base::Bytes shared_secret, const crypto::KeyInputs& inputs) {
  const auto seed = crypto::skeyseed_additional(suite.prf, sk_d, shared_secret, inputs.nonce_i, inputs.nonce_r);
  if (!seed) return std::unexpected(seed.error());
  return derive_sa_keys(suite, role, seed->view(), inputs);
}

}  // namespace latchkey::session
