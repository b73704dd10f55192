#pragma once
// Encryption with integrity for IKE's own messages: an AEAD (RFC 5282, RFC 7634), or a cipher with the ICV of an
// integrity algorithm behind it (RFC 7296 section 3.14, RFC 5930). ESP takes keys of the same sizes.

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

struct EncrRow;
struct IntegRow;

/// What an encryption transform and its integrity transform take of keys and wire, in octets.
struct CipherSizes {
  std::size_t key = 0;        ///< without salt
  std::size_t salt = 0;       ///< stands behind the key; 0 for CBC
  std::size_t iv = 0;         ///< explicit, on the wire
  std::size_t icv = 0;        ///< on the wire, behind the ciphertext
  std::size_t integ_key = 0;  ///< SK_a; 0 for an AEAD
  std::size_t block = 1;      ///< plaintext and padding together are a multiple of it

  /// SK_e: key and salt.
  std::size_t encr_key() const { return key + salt; }
  /// One direction's share of KEYMAT, in this order (RFC 7296 section 2.17): key, salt, integrity key.
  std::size_t keymat() const { return key + salt + integ_key; }
};

/// The sizes of a combination. `key_bits` is 256 for ChaCha20-Poly1305; `integ` is none for an AEAD and only for one.
/// Errors: unsupported.
base::Result<CipherSizes> cipher_sizes(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ);

/// One direction's keys.
struct DirectionKeys {
  base::SecretBytes encr;   ///< SK_ei or SK_er: key and salt
  base::SecretBytes integ;  ///< SK_ai or SK_ar; empty for an AEAD
};

/// A combination of transforms, ready for use. A small value; two threads may use one at the same time.
class Encryption {
 public:
  /// Arguments and errors as of cipher_sizes().
  static base::Result<Encryption> find(base::EncrId encr, std::uint16_t key_bits, base::IntegId integ);
  /// Of rows, which live as long as the program and are null for transforms that there are not. Errors: unsupported.
  static base::Result<Encryption> combine(const EncrRow* encr, const IntegRow* integ);

  CipherSizes sizes() const;
  /// Whether keys are of the sizes that seal() and open() want.
  bool fits(const DirectionKeys& keys) const;

  /// The IV for the `counter`th message under `keys`, which may not come twice: the counter itself or, where an IV must
  /// be unpredictable (CBC), its encryption. Errors: internal.
  base::Result<base::Buffer> iv(const DirectionKeys& keys, std::uint64_t counter) const;
  /// Ciphertext and ICV. `associated` is what stands in front of the IV and is covered by the ICV. The plaintext must
  /// be a multiple of the block. Errors: malformed (a size), internal.
  base::Result<base::Buffer> seal(const DirectionKeys& keys, base::Bytes iv, base::Bytes associated,
                                  base::Bytes plaintext) const;
  /// The plaintext. Errors: bad_icv; truncated (no room for IV and ICV); malformed (keys of another size, or, behind a
  /// right ICV, not a multiple of the block); internal.
  base::Result<base::Buffer> open(const DirectionKeys& keys, base::Bytes iv, base::Bytes associated,
                                  base::Bytes ciphertext) const;

 private:
  Encryption(const EncrRow& encr, const IntegRow* integ) : encr_(&encr), integ_(integ) {}

  // Each IKE SA has one of these, so the sizes are made when they are asked for.
  const EncrRow* encr_;
  const IntegRow* integ_;
};

}  // namespace latchkey::crypto
