#include "ike-engine/crypto/openssl.h"

#include <string_view>

namespace latchkey::crypto {

namespace {

Digest fetch(const char* name) { return Digest(EVP_MD_fetch(nullptr, name, nullptr)); }

PkeyContext import_context(const char* type) {
  PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  return context;
}

EVP_PKEY_CTX* import_context_of(std::string_view type) {
  thread_local const PkeyContext rsa = import_context("RSA");
  thread_local const PkeyContext ec = import_context("EC");
  thread_local const PkeyContext ed25519 = import_context("ED25519");
  thread_local const PkeyContext x25519 = import_context("X25519");
  thread_local const PkeyContext x448 = import_context("X448");
  if (type == "RSA") return rsa.get();
  if (type == "EC") return ec.get();
  if (type == "ED25519") return ed25519.get();
  return type == "X25519" ? x25519.get() : x448.get();
}

}  // namespace

const EVP_MD* digest_of(base::HashAlgorithm hash) {
  static const Digest sha1 = fetch("SHA1");
  static const Digest sha2_256 = fetch("SHA2-256");
  static const Digest sha2_384 = fetch("SHA2-384");
  static const Digest sha2_512 = fetch("SHA2-512");
  switch (hash) {
    case base::HashAlgorithm::sha1: return sha1.get();
    case base::HashAlgorithm::sha2_256: return sha2_256.get();
    case base::HashAlgorithm::sha2_384: return sha2_384.get();
    case base::HashAlgorithm::sha2_512: return sha2_512.get();
    case base::HashAlgorithm::identity: break;
  }
  return nullptr;
}

BN_CTX* number_context() {
  thread_local const NumberContext context(BN_CTX_secure_new());
  return context.get();
}

Pkey pkey_from_parts(const char* type, int selection, OSSL_PARAM* parts) {
  EVP_PKEY_CTX* context = import_context_of(type);
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata(context, &key, selection, parts) != 1) return nullptr;
  return Pkey(key);
}

}  // namespace latchkey::crypto
