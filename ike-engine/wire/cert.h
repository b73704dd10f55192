#pragma once
// Certificate and Certificate Request payloads (RFC 7296 sections 3.6 and 3.7).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

struct Cert {
  base::CertEncoding encoding{};
  base::Bytes data;  ///< for x509_signature: one certificate in DER
};

/// Errors: truncated (no encoding); malformed (no data).
base::Result<Cert> parse_cert(base::Bytes body);
void write(base::Writer& out, const Cert& cert);

/// Octets of a SHA-1 hash over the SubjectPublicKeyInfo of a trust anchor.
inline constexpr std::size_t kAuthorityHash = 20;
/// More authorities than this in one CERTREQ are refused.
inline constexpr std::size_t kMaxAuthorities = 1024;

struct CertReq {
  base::CertEncoding encoding{};
  base::Bytes authorities;  ///< for X.509: kAuthorityHash octets each, side by side; none means "any"
};

/// Errors: truncated (no encoding); malformed (for X.509: not a multiple of kAuthorityHash); exhausted.
base::Result<CertReq> parse_certreq(base::Bytes body);
void write(base::Writer& out, const CertReq& request);

/// Whether a request for X.509 certificates names this authority (kAuthorityHash octets).
bool asks_for(const CertReq& request, base::Bytes authority);

}  // namespace latchkey::wire
