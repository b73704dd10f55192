#pragma once
// AUTH as the test responder makes it, the forbidden ways included.

#include <span>

#include "ike-engine/base/iana.h"
#include "ike-engine/crypto/signature.h"
#include "tests/support/behaviour.h"

namespace latchkey::support {

/// The body of an AUTH payload over `octets`. Errors: mismatch (the way does not fit the key), internal.
/// Signing::null is not made here.
base::Result<base::Buffer> make_auth(const crypto::PrivateKey& key, Signing signing,
                                     std::span<const base::HashAlgorithm> hashes, base::Bytes octets);

}  // namespace latchkey::support
