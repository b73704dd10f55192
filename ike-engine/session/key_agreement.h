#pragma once
// The key exchange of a CREATE_CHILD_SA, as its responder does it.

#include "ike-engine/session/context.h"
#include "ike-engine/wire/ke.h"

namespace latchkey::session {

struct KeyAgreement {
  crypto::KeyExchange own;
  base::SecretBytes g_ir;
};

/// A fresh key of ours and what it makes with the peer's. Errors: malformed, weak (the peer's public value),
/// unsupported, internal.
base::Result<KeyAgreement> agree_on_key(Context& context, const wire::Ke& peer);

/// A fresh key. Errors: unsupported, internal.
base::Result<crypto::KeyExchange> fresh_key(Context& context, base::KeMethod method);

}  // namespace latchkey::session
