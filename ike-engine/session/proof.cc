#include "ike-engine/session/proof.h"

#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

namespace {

using api::ProofKind;
using base::AuthMethod;
using base::Errc;
using base::fail;
using base::PayloadType;

base::Result<crypto::AuthValue> value_of(AuthMethod method, const base::Result<base::SecretBytes>& mac) {
  if (!mac) return std::unexpected(mac.error());
  return crypto::AuthValue{method, base::to_buffer(mac->view())};
}

base::Result<crypto::AuthValue> signature_of(const crypto::PrivateKey& key, const ProofTask& task) {
  // A peer that names no hash does not know method 14 (RFC 7427 section 4). Methods 9 to 11 are left for it, which fix
  // the hash by the curve; method 1 is RSA with SHA-1, and weak.
  if (task.hashes.empty()) return key.sign_ecdsa_auth(task.octets);
  // RFC 7427 section 3
  //= If both ends send and receive SIGNATURE_HASH_ALGORITHMS Notify payloads, and signature authentication is to be
  //= used, then the authentication method specified in this Authentication payload MUST be used.
  auto signature = key.sign_auth(task.hashes, task.octets);
  if (!signature) return std::unexpected(signature.error());
  return crypto::AuthValue{AuthMethod::digital_signature, std::move(*signature)};
}

// A certificate that is not our key's would make every peer refuse us.
base::Result<void> check_certificate(const Proof& proof) {
  if (proof.certificates.empty()) return fail(Errc::malformed, "no certificate for the key");
  const auto certificate = crypto::Certificate::from_der(proof.certificates.front());
  if (!certificate) return std::unexpected(certificate.error());
  const auto key = certificate->public_key();
  if (!key) return std::unexpected(key.error());
  if (*key != proof.key->public_key()) return fail(Errc::mismatch, "the certificate is of another key");
  return crypto::check_identity(*certificate, {proof.id.type, proof.id.data});
}

}  // namespace

base::Result<Proof> prepare_proof(const api::OwnProof& own) {
  Proof proof{own.kind, own.id, std::nullopt, own.shared_secret.clone(), own.certificates};
  const bool signs = own.kind == ProofKind::raw_key || own.kind == ProofKind::certificate;
  if (signs) {
    const base::Bytes pem = own.private_key.view();
    auto key = crypto::PrivateKey::from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()});
    if (!key) return std::unexpected(key.error());
    proof.key = std::move(*key);
  }
  if (own.kind == ProofKind::shared_secret && own.shared_secret.empty()) {
    return fail(Errc::malformed, "an empty shared secret");
  }
  if (own.kind == ProofKind::certificate) {
    if (auto fits = check_certificate(proof); !fits) return std::unexpected(fits.error());
  }
  return proof;
}

base::Buffer id_body(const api::Identity& id) {
  base::Writer out;
  write(out, wire::Id{id.type, id.data});
  return out.take();
}

void add_certificates(wire::PayloadChain& chain, const Proof& proof) {
  for (const base::Buffer& certificate : proof.certificates) {
    chain.add(PayloadType::cert, [&](base::Writer& out) {
      write(out, wire::Cert{base::CertEncoding::x509_signature, certificate});
    });
  }
}

base::Result<crypto::AuthValue> auth_value(const Proof& proof, const ProofTask& task) {
  switch (proof.kind) {
    // RFC 7619 section 2.1: SK_p in the place of a shared secret.
    case ProofKind::anonymous: return value_of(AuthMethod::null, crypto::null_auth(task.prf, task.sk_p, task.octets));
    case ProofKind::shared_secret:
      return value_of(AuthMethod::shared_key, crypto::psk_auth(task.prf, proof.shared_secret.view(), task.octets));
    case ProofKind::raw_key:
    case ProofKind::certificate: return signature_of(*proof.key, task);
  }
  return fail(Errc::internal, "a proof that nobody makes");
}

base::Result<void> add_auth(wire::PayloadChain& chain, const Proof& proof, const ProofTask& task) {
  const auto value = auth_value(proof, task);
  if (!value) return std::unexpected(value.error());
  chain.add(PayloadType::auth, [&](base::Writer& out) { write(out, wire::Auth{value->method, value->data}); });
  return {};
}

}  // namespace latchkey::session
