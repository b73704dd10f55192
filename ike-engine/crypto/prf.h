#pragma once
// Pseudo-random functions and prf+ (RFC 7296 sections 2.13 to 2.17, RFC 4868).

#include <initializer_list>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"

namespace latchkey::crypto {

struct PrfRow;

/// A pseudo-random function. Comes from its number wherever one is at hand; other functions than the engine's own have
/// rows elsewhere (legacy.h). A small value.
class Prf {
 public:
  Prf(base::PrfId id);  // NOLINT(google-explicit-constructor): a PrfId is what callers have
  explicit Prf(const PrfRow& row) : row_(&row) {}

  /// Output size, which is also the preferred key size, in octets; 0 for a PRF that we do not have.
  std::size_t size() const;
  /// Null for a PRF that we do not have.
  const PrfRow* row() const { return row_; }

 private:
  const PrfRow* row_;
};

inline std::size_t prf_size(Prf f) { return f.size(); }

/// f(key, data joined). Errors: unsupported, internal.
base::Result<base::SecretBytes> prf(Prf f, base::Bytes key, std::initializer_list<base::Bytes> data);

/// The first `size` octets of f+(key, seed joined). Errors: unsupported; malformed beyond 255 blocks; internal.
base::Result<base::SecretBytes> prf_plus(Prf f, base::Bytes key, std::initializer_list<base::Bytes> seed,
                                         std::size_t size);

}  // namespace latchkey::crypto
