#pragma once
// Pseudo-random functions and prf+ (RFC 7296 sections 2.13 to 2.17, RFC 4868).

#include <initializer_list>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

/// Output size, which is also the preferred key size, in octets; 0 for a PRF that we do not have.
std::size_t prf_size(base::PrfId prf);

/// prf(key, data joined). Errors: unsupported, internal.
base::Result<base::SecretBytes> prf(base::PrfId id, base::Bytes key, std::initializer_list<base::Bytes> data);

/// The first `size` octets of prf+(key, seed joined). Errors: unsupported; malformed beyond 255 blocks; internal.
base::Result<base::SecretBytes> prf_plus(base::PrfId id, base::Bytes key, std::initializer_list<base::Bytes> seed,
                                         std::size_t size);

}  // namespace latchkey::crypto
