#pragma once
// The transforms that security rule 7 keeps out of the engine, to look at what others sent: linked to iketool and tests
// alone (tests/structure_test). What they give goes where the engine's own goes: Encryption into Protection, Prf into
// the key schedule.
//
// 3DES-CBC, AES with keys of 192 bits, AES-GCM with short ICVs; HMAC-MD5-96, HMAC-SHA1-96 and HMAC-SHA1-160; the PRFs
// HMAC-MD5 and HMAC-SHA1; sizes of MODP-768, MODP-1024 and MODP-1536 values.

#include "ike-engine/crypto/encryption.h"
#include "ike-engine/crypto/prf.h"

namespace latchkey::crypto::legacy {

/// Encryption::find() with the old transforms beside the others. `key_bits` of 3DES is 192, or 0, since its transform
/// has no such attribute. Errors: unsupported.
base::Result<Encryption> find_encryption(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ);

/// What a cipher that has an integrity algorithm beside it gives, whatever the ICV says: to show what a message with a
/// wrong one may have said. `key` is SK_e; `ciphertext` ends before the ICV. Errors: unsupported (an AEAD, or no such
/// cipher), malformed (a size), internal.
base::Result<base::Buffer> decrypt_unchecked(base::EncrId encr, std::uint16_t key_bits, base::Bytes key, base::Bytes iv,
                                             base::Bytes ciphertext);

/// The PRF, old or not; of size 0 if we have neither.
Prf find_prf(base::PrfId id);

/// Size of a public value on the wire in octets, of groups old or not; 0 for a method that we do not have.
std::size_t ke_public_size(base::KeMethod method);

}  // namespace latchkey::crypto::legacy
