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

}  // namespace latchkey::session
