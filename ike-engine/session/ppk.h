#pragma once
// Postquantum preshared keys (RFC 8784): a secret that both sides have beforehand goes into the keys, so that whoever
// breaks the key exchange one day still has not got them.

#include <map>
#include <optional>

#include "ike-engine/api/credentials.h"
#include "ike-engine/crypto/ike_keys.h"

namespace latchkey::session {

/// A responder's, by their identifiers.
using Ppks = std::map<base::Buffer, base::SecretBytes>;

/// PPK_IDENTITY's data: a fixed identifier (RFC 8784 section 5.1).
base::Buffer ppk_identity(base::Bytes id);
/// The identifier in it; nothing if it is not a fixed one.
std::optional<base::Bytes> parse_ppk_identity(base::Bytes data);

/// The three keys that a PPK changes.
struct AuthKeySet {
  base::SecretBytes sk_d, sk_pi, sk_pr;

  AuthKeySet clone() const { return {sk_d.clone(), sk_pi.clone(), sk_pr.clone()}; }
};
/// The same with the PPK mixed in. Errors: unsupported, internal.
base::Result<AuthKeySet> with_ppk(base::PrfId prf, base::Bytes ppk, const AuthKeySet& keys);

}  // namespace latchkey::session
