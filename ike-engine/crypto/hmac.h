#pragma once
// HMAC, which PRFs and integrity algorithms are made of. Only for this folder.

#include <initializer_list>

#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

/// A context for HMAC with OpenSSL's digest of that name; nullptr if OpenSSL does not have it.
MacContext hmac_context(const char* digest);

/// This thread's context for HMAC with a digest. `Digest` is a constant array of characters.
template <const auto& Digest>
EVP_MAC_CTX* hmac() {
  thread_local const MacContext context = hmac_context(Digest);
  return context.get();
}

inline constexpr char kSha2_256[] = "SHA2-256";
inline constexpr char kSha2_384[] = "SHA2-384";
inline constexpr char kSha2_512[] = "SHA2-512";

/// The steps of one HMAC, or of several with the same key. Each is false only where OpenSSL fails.
bool hmac_key(EVP_MAC_CTX* context, base::Bytes key);
bool hmac_again(EVP_MAC_CTX* context);
bool hmac_update(EVP_MAC_CTX* context, base::Bytes data);
bool hmac_update(EVP_MAC_CTX* context, std::initializer_list<base::Bytes> data);
/// `out` has the digest's size.
bool hmac_finish(EVP_MAC_CTX* context, base::MutableBytes out);

}  // namespace latchkey::crypto
