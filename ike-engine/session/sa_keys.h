#pragma once
// From SKEYSEED to the keys of an IKE SA and the ciphers made of them (RFC 7296 sections 2.14 and 2.18).

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/session/ike_sa.h"

namespace latchkey::session {

struct SaKeys {
  crypto::IkeKeys keys;  ///< SK_d, SK_pi, SK_pr; the rest has gone into protection
  Protection protection;
};

/// `role` is ours in the IKE SA that the keys are for. Errors: unsupported, internal.
base::Result<SaKeys> derive_sa_keys(const api::IkeSuite& suite, Role role, base::Bytes skeyseed,
                                    const crypto::KeyInputs& inputs);
/// The same after one more key exchange of an IKE SA that is being set up: of SK_d so far, the new secret, and what
/// `inputs` say of IKE_SA_INIT (RFC 9370 section 2.2.2).
base::Result<SaKeys> derive_next_keys(const api::IkeSuite& suite, Role role, base::Bytes sk_d,
                                      base::Bytes shared_secret, const crypto::KeyInputs& inputs);

}  // namespace latchkey::session
