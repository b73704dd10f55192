#include "ike-engine/session/trust.h"

#include <algorithm>

#include "ike-engine/base/secret.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/signature.h"

namespace latchkey::session {

namespace {

using api::ProofKind;
using base::AuthMethod;
using base::Errc;
using base::fail;

/// Keys of one peer that are tried on its AUTH; further ones of a larger set are not looked at.
constexpr std::size_t kMaxKeys = 16;

base::Result<std::string_view> verify(const crypto::PublicKey& key, const wire::Auth& auth, base::Bytes octets) {
  switch (auth.method) {
    case AuthMethod::digital_signature: {
      const auto parts = wire::parse_signature_auth(auth.data);
      if (!parts) return std::unexpected(parts.error());
      return crypto::verify_digital_signature(key, parts->algorithm_identifier, parts->signature, octets);
    }
    case AuthMethod::ecdsa_256:
    case AuthMethod::ecdsa_384:
    case AuthMethod::ecdsa_521: return crypto::verify_ecdsa_auth(key, auth.method, auth.data, octets);
    // Security rule 7: method 1 is RSA with SHA-1. A shared key or no authentication at all prove no key.
    case AuthMethod::rsa: return fail(Errc::weak, "it signs with RSA and SHA-1");
    default: return fail(Errc::unsupported, "its authentication method proves no key");
  }
}

// Tries each key of the set. On failure the text of the last attempt that fitted the key's type.
base::Result<Proven> judge_key(const Trust& trust, const Claim& claim) {
  base::Error error{Errc::bad_signature, "no key of the set"};
  for (const PeerKey& key : trust.keys) {
    const auto verified = verify(key.key, claim.auth, claim.octets);
    if (verified) return Proven{&trust, &key, std::string(key.key.name()), *verified};
    if (verified.error().code != Errc::mismatch) error = verified.error();
  }
  return std::unexpected(error);
}

// The key that a chain from one of our authorities vouches for: the peer's first certificate is its own (RFC 7296
// section 3.6), and it is for the identity that the peer gives.
base::Result<crypto::PublicKey> certified_key(const Trust& trust, const Claim& claim, const wire::Id& id) {
  std::vector<crypto::Certificate> chain;
  for (const wire::Cert& cert : claim.certificates) {
    if (cert.encoding != base::CertEncoding::x509_signature) continue;
    auto certificate = crypto::Certificate::from_der(cert.data);
    if (!certificate) return std::unexpected(certificate.error());
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty()) return fail(Errc::not_found, "it sends no certificate");
  return crypto::verify_chain(*trust.authorities, chain.front(), std::span(chain).subspan(1), claim.unix_seconds,
                              {id.type, id.data});
}

base::Result<Proven> judge_certificate(const Trust& trust, const Claim& claim, const wire::Id& id) {
  const auto key = certified_key(trust, claim, id);
  if (!key) return std::unexpected(key.error());
  const auto scheme = verify(*key, claim.auth, claim.octets);
  if (!scheme) return std::unexpected(scheme.error());
  return Proven{&trust, nullptr, std::string(key->name()), *scheme};
}

// RFC 8247 section 3.1
//= | 2 | Shared Key Message Integrity Code | MUST |
base::Result<Proven> judge_shared(const Trust& trust, const Claim& claim) {
  if (claim.auth.method != AuthMethod::shared_key) {
    return fail(Errc::mismatch, "it does not authenticate by a shared secret");
  }
  const auto wanted = crypto::psk_auth(claim.prf, trust.shared_secret.view(), claim.octets);
  if (!wanted) return std::unexpected(wanted.error());
  if (!base::same_secret(wanted->view(), claim.auth.data)) return fail(Errc::bad_signature, "another shared secret");
  return Proven{&trust, nullptr, {}, "PSK"};
}

base::Result<Proven> judge_nobody(const Trust& trust, const Claim& claim, const wire::Id& id) {
  if (claim.auth.method != AuthMethod::null) return fail(Errc::mismatch, "it is not anonymous");
  // RFC 7619 section 2.2 lets other identities go with AUTH_NULL as hints. Nothing stands behind them, so nobody who
  // comes so bears a name with us.
  if (id.type != base::IdType::null) return fail(Errc::mismatch, "an identity without a proof");
  const auto wanted = crypto::null_auth(claim.prf, claim.sk_p, claim.octets);
  if (!wanted) return std::unexpected(wanted.error());
  if (!base::same_secret(wanted->view(), claim.auth.data)) return fail(Errc::bad_signature, "a wrong AUTH_NULL");
  return Proven{&trust, nullptr, {}, "NULL"};
}

bool is_named(const Trust& trust, const wire::Id& id) {
  return !trust.id || (trust.id->type == id.type && base::same(trust.id->data, id.data));
}

base::Result<Proven> judge_by(const Trust& trust, const Claim& claim, const wire::Id& id) {
  if (!is_named(trust, id)) return fail(Errc::mismatch, "another identity");
  switch (trust.kind) {
    case ProofKind::raw_key: return judge_key(trust, claim);
    case ProofKind::shared_secret: return judge_shared(trust, claim);
    case ProofKind::anonymous: return judge_nobody(trust, claim, id);
    case ProofKind::certificate: return judge_certificate(trust, claim, id);
  }
  return fail(Errc::internal, "a proof that nobody judges");
}

}  // namespace

std::vector<PeerKey> usable_keys(const std::vector<api::DnsKey>& keys) {
  std::vector<PeerKey> usable;
  for (const api::DnsKey& dns : keys) {
    if (usable.size() == kMaxKeys) break;
    auto key = crypto::PublicKey::from_ipseckey(dns.algorithm, dns.key);
    if (key) usable.push_back({dns, std::move(*key)});
  }
  return usable;
}

base::Buffer certificate_request(std::span<const Trust> trusted) {
  base::Writer out;
  for (const Trust& trust : trusted) {
    if (!trust.authorities) continue;
    if (out.size() == 0) out.u8(static_cast<std::uint8_t>(base::CertEncoding::x509_signature));
    out.bytes(trust.authorities->authority_hashes());
  }
  return out.take();
}

namespace {

base::Result<crypto::TrustStore> prepare_authorities(const std::vector<base::Buffer>& ders) {
  std::vector<crypto::Certificate> authorities;
  for (const base::Buffer& der : ders) {
    auto authority = crypto::Certificate::from_der(der);
    if (!authority) return std::unexpected(authority.error());
    authorities.push_back(std::move(*authority));
  }
  return crypto::TrustStore::of(authorities);
}

}  // namespace

base::Result<Trust> prepare_trust(const api::PeerProof& proof) {
  Trust trust{proof.name, proof.kind, proof.id, usable_keys(proof.keys), proof.shared_secret.clone(), {}};
  if (trust.kind == ProofKind::certificate) {
    auto authorities = prepare_authorities(proof.authorities);
    if (!authorities) return std::unexpected(authorities.error());
    trust.authorities = std::move(*authorities);
  }
  if (trust.kind == ProofKind::raw_key && trust.keys.empty()) return fail(Errc::malformed, "no usable key");
  if (trust.kind == ProofKind::shared_secret && trust.shared_secret.empty()) {
    return fail(Errc::malformed, "an empty shared secret");
  }
  return trust;
}

base::Result<Proven> judge(std::span<const Trust> trusted, const Claim& claim) {
  const auto id = wire::parse_id(claim.id);
  if (!id) return std::unexpected(id.error());
  base::Error error{Errc::mismatch, "nobody of that identity is expected"};
  for (const Trust& trust : trusted) {
    auto proven = judge_by(trust, claim, *id);
    if (proven) return proven;
    if (proven.error().code != Errc::mismatch) error = proven.error();
  }
  return std::unexpected(error);
}

}  // namespace latchkey::session
