#pragma once
// Who we are: our own AUTH payload and what goes with it.

#include <optional>
#include <span>
#include <vector>

#include "ike-engine/api/credentials.h"
#include "ike-engine/crypto/signature.h"
#include "ike-engine/wire/message.h"

namespace latchkey::session {

/// An OwnProof, prepared.
struct Proof {
  api::ProofKind kind = api::ProofKind::anonymous;
  api::Identity id;
  std::optional<crypto::PrivateKey> key;
  base::SecretBytes shared_secret;
  std::vector<base::Buffer> certificates;  ///< DER, ours first
};

/// Errors: malformed (the key's own words; an empty secret; no certificate), mismatch (the certificate is of another
/// key or name), weak, unsupported.
base::Result<Proof> prepare_proof(const api::OwnProof& own);

/// The ID payload's body, which AUTH covers.
base::Buffer id_body(const api::Identity& id);

/// What our AUTH is made over and for whom.
struct ProofTask {
  base::PrfId prf{};
  base::Bytes octets;                           ///< what AUTH covers
  base::Bytes sk_p;                             ///< ours
  std::span<const base::HashAlgorithm> hashes;  ///< the peer's SIGNATURE_HASH_ALGORITHMS; empty: it sent none
};

/// Adds CERT payloads, if there are any. They stand before AUTH.
void add_certificates(wire::PayloadChain& chain, const Proof& proof);
/// AUTH's method and data. Errors: as add_auth().
base::Result<crypto::AuthValue> auth_value(const Proof& proof, const ProofTask& task);
/// Adds AUTH. Errors: mismatch (no hash in common, or a key that the old methods can't carry), internal.
base::Result<void> add_auth(wire::PayloadChain& chain, const Proof& proof, const ProofTask& task);

}  // namespace latchkey::session
