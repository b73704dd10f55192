#pragma once
// Authentication payload (RFC 7296 section 3.8, RFC 7427 section 3).

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"

namespace latchkey::wire {

struct Auth {
  base::AuthMethod method{};
  base::Bytes data;
};

/// Errors: truncated.
base::Result<Auth> parse_auth(base::Bytes body);
void write(base::Writer& out, const Auth& auth);

/// AUTH data of method 14: an ASN.1 AlgorithmIdentifier (DER, as it stands) and the signature value.
struct SignatureAuth {
  base::Bytes algorithm_identifier;
  base::Bytes signature;
};
/// Errors: truncated, malformed (no algorithm identifier).
base::Result<SignatureAuth> parse_signature_auth(base::Bytes data);
void write(base::Writer& out, const SignatureAuth& auth);

}  // namespace latchkey::wire
