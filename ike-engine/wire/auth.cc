#include "ike-engine/wire/auth.h"

namespace latchkey::wire {

using base::Errc;

base::Result<Auth> parse_auth(base::Bytes body) {
  base::Reader r(body);
  Auth auth;
  auth.method = base::AuthMethod{r.u8()};
  // RFC 7296 section 3.8
  //= MUST be sent as zero; MUST be ignored on receipt.
  r.skip(3);
  auth.data = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "auth");
  return auth;
}

void write(base::Writer& out, const Auth& auth) {
  out.u8(static_cast<std::uint8_t>(auth.method));
  out.bytes(std::array<std::uint8_t, 3>{});
  out.bytes(auth.data);
}

base::Result<SignatureAuth> parse_signature_auth(base::Bytes data) {
  base::Reader r(data);
  SignatureAuth auth;
  const std::size_t size = r.u8();
  auth.algorithm_identifier = r.bytes(size);
  auth.signature = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "auth: algorithm identifier");
  if (auth.algorithm_identifier.empty()) return base::fail(Errc::malformed, "auth: no algorithm identifier");
  if (auth.signature.empty()) return base::fail(Errc::truncated, "auth: no signature");
  return auth;
}

void write(base::Writer& out, const SignatureAuth& auth) {
  out.u8(static_cast<std::uint8_t>(auth.algorithm_identifier.size()));
  out.bytes(auth.algorithm_identifier);
  out.bytes(auth.signature);
}

}  // namespace latchkey::wire
