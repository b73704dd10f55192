#pragma once
// Whom we believe: a peer's AUTH, judged by what its owner may be known by (RFC 7296 section 2.15, RFC 7427, RFC 7619).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ike-engine/api/credentials.h"
#include "ike-engine/base/time.h"
#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/public_key.h"
#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

/// A key of the peer's set, ready to verify with.
struct PeerKey {
  api::DnsKey dns;
  crypto::PublicKey key;
};

/// A PeerProof, prepared. Move-only where it holds a shared secret.
struct Trust {
  std::string name = {};
  api::ProofKind kind = api::ProofKind::raw_key;
  std::optional<api::Identity> id = {};
  std::vector<PeerKey> keys = {};
  base::SecretBytes shared_secret = {};
  std::optional<crypto::TrustStore> authorities = {};
};

/// Errors: malformed (no usable key, an empty secret, a CA that is none).
base::Result<Trust> prepare_trust(const api::PeerProof& proof);
/// The body of a CERTREQ for the authorities of all who may come with a certificate; empty if nobody may.
base::Buffer certificate_request(std::span<const Trust> trusted);
/// Keys that can't verify anything are skipped: somebody else's record in the set must not spoil the set.
std::vector<PeerKey> usable_keys(const std::vector<api::DnsKey>& keys);

/// What a peer says of itself in IKE_AUTH. Views.
struct Claim {
  base::Bytes id;  ///< the ID payload's body
  wire::Auth auth;
  std::vector<wire::Cert> certificates;
  base::PrfId prf{};
  base::Bytes octets;  ///< what AUTH covers
  base::Bytes sk_p;    ///< the peer's: for AUTH_NULL
  std::int64_t unix_seconds = 0;
};

/// What a claim has proven.
struct Proven {
  const Trust* by = nullptr;
  const PeerKey* key = nullptr;  ///< raw_key: the one that matched
  std::string key_name;          ///< "RSA-3072"; empty without a key
  std::string_view scheme;       ///< "RSA-PSS-SHA256", "PSK", "NULL"
};

/// Tries each trust that fits the claim's identity and method, in order. On failure the text of the one that came
/// closest. Errors: bad_signature, weak, unsupported, mismatch, malformed.
base::Result<Proven> judge(std::span<const Trust> trusted, const Claim& claim);

}  // namespace latchkey::session
