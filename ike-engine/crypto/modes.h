#pragma once
// What Encryption does with its rows. Keys, IVs and ICVs have the rows' sizes; the caller has looked. Only for this
// folder.

#include <initializer_list>

#include "ike-engine/crypto/transforms.h"

namespace latchkey::crypto {

/// AES-GCM, AES-CCM, ChaCha20-Poly1305. `key` has the salt behind it. False only where OpenSSL fails.
bool aead_seal(const EncrRow& row, base::Bytes key, base::Bytes iv, base::Bytes associated, base::Bytes plaintext,
               base::MutableBytes ciphertext, base::MutableBytes icv);
/// False for a wrong ICV; `plaintext` must then not be used.
bool aead_open(const EncrRow& row, base::Bytes key, base::Bytes iv, base::Bytes associated, base::Bytes ciphertext,
               base::Bytes icv, base::MutableBytes plaintext);

/// CBC over whole blocks, or CTR; `out` is as long as `in`. False only where OpenSSL fails.
bool cipher_blocks(const EncrRow& row, base::Bytes key, base::Bytes iv, base::Bytes in, base::MutableBytes out,
                   bool encrypt);

/// The integrity checksum of parts joined, as many octets of it as `icv` takes. False only where OpenSSL fails.
bool integrity_check(const IntegRow& row, base::Bytes key, std::initializer_list<base::Bytes> data,
                     base::MutableBytes icv);

}  // namespace latchkey::crypto
