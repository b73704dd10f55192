#include "ike-engine/wire/cert.h"

namespace latchkey::wire {

using base::CertEncoding;
using base::Errc;

namespace {
// RFC 7296 section 3.7
//= The contents of the Certification Authority field are defined only for X.509 certificates, which are types 4, 12,
//= and 13.
bool is_x509(CertEncoding encoding) {
  return encoding == CertEncoding::x509_signature || encoding == CertEncoding::hash_and_url_x509 ||
         encoding == CertEncoding::hash_and_url_bundle;
}
}  // namespace

base::Result<Cert> parse_cert(base::Bytes body) {
  base::Reader r(body);
  Cert cert;
  cert.encoding = CertEncoding{r.u8()};
  cert.data = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "cert");
  if (cert.data.empty()) return base::fail(Errc::malformed, "cert: no certificate");
  return cert;
}

void write(base::Writer& out, const Cert& cert) {
  out.u8(static_cast<std::uint8_t>(cert.encoding));
  out.bytes(cert.data);
}

base::Result<CertReq> parse_certreq(base::Bytes body) {
  base::Reader r(body);
  CertReq request;
  request.encoding = CertEncoding{r.u8()};
  request.authorities = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "certreq");
  if (!is_x509(request.encoding)) return request;
  // RFC 7296 section 3.7
  //= The 20-octet hashes are concatenated and included with no other formatting.
  if (request.authorities.size() % kAuthorityHash != 0) {
    return base::fail(Errc::malformed, "certreq: part of an authority's hash");
  }
  if (request.authorities.size() > kMaxAuthorities * kAuthorityHash) {
    return base::fail(Errc::exhausted, "certreq: more authorities than we read");
  }
  return request;
}

void write(base::Writer& out, const CertReq& request) {
  out.u8(static_cast<std::uint8_t>(request.encoding));
  out.bytes(request.authorities);
}

bool asks_for(const CertReq& request, base::Bytes authority) {
  if (!is_x509(request.encoding)) return false;
  for (base::Reader r(request.authorities); r.left() >= kAuthorityHash;) {
    if (base::same(r.bytes(kAuthorityHash), authority)) return true;
  }
  return false;
}

}  // namespace latchkey::wire
