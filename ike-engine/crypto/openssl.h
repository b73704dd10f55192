#pragma once
// What the files of this folder share of OpenSSL. Included here and nowhere else.
//
// Algorithms are fetched once and are immutable from then on; a fetch by name for each use costs more than most of what
// is used (3 us against 0.3). Contexts are one per thread and algorithm. A thread's context keeps the last key until
// the next use overwrites it, and is wiped by OpenSSL when the thread ends.

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"

namespace latchkey::crypto {

template <auto Free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD, FreedBy<EVP_MD_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, FreedBy<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreedBy<EVP_MAC_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, FreedBy<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreedBy<EVP_CIPHER_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, FreedBy<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, FreedBy<BN_CTX_free>>;
using Montgomery = std::unique_ptr<BN_MONT_CTX, FreedBy<BN_MONT_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, FreedBy<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreedBy<EC_POINT_clear_free>>;

/// Takes back what OpenSSL says about failures while it lives: a peer's wrong signature must not turn up in
/// the error queue of somebody else's TLS connection on the same thread.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

/// SHA-1 or SHA-2, fetched once; nullptr if OpenSSL does not have it.
const EVP_MD* digest_of(base::HashAlgorithm hash);

/// The thread's scratch space for big numbers.
BN_CTX* number_context();

/// From big-endian octets; nullptr only when memory is exhausted.
inline Number number_from(base::Bytes octets) {
  return Number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

/// An EVP_PKEY of `type` ("RSA", "EC", "ED25519", "X25519", "X448") from its parts; nullptr if the parts are refused.
/// Much cheaper than the way through DER (3 us against 109 for RSA).
Pkey pkey_from_parts(const char* type, int selection, OSSL_PARAM* parts);

}  // namespace latchkey::crypto
