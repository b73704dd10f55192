#pragma once
// AEADs with keys, nonces and tags of sizes that IKE never uses, for test vectors of the algorithms themselves. IKE's
// own are crypto/encryption.h. Linked to iketool and tests alone (tests/structure_test).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/result.h"

namespace latchkey::crypto::legacy {

/// What an AEAD takes to open something.
struct Sealed {
  base::Bytes key;    ///< 16, 24 or 32 octets
  base::Bytes nonce;  ///< GCM: one or more octets; CCM: 7 to 13
  base::Bytes associated;
  base::Bytes ciphertext;
  base::Bytes tag;  ///< GCM: 16 octets; CCM: 4, 6, ... 16
};

/// AES-GCM (NIST SP 800-38D) with a nonce of any length: OpenSSL's EVP stops at 128 octets. Errors: unsupported (a
/// size), bad_icv, internal.
base::Result<base::Buffer> open_gcm(const Sealed& sealed);
/// AES-CCM (NIST SP 800-38C). Errors: unsupported (a size), bad_icv, internal.
base::Result<base::Buffer> open_ccm(const Sealed& sealed);

}  // namespace latchkey::crypto::legacy
