#include "ike-engine/crypto/legacy_signature.h"

#include "ike-engine/crypto/keys.h"

namespace latchkey::crypto::legacy {

using base::Bytes;
using base::Errc;
using base::fail;

base::Result<std::string_view> verify_rsa_sha1(const PublicKey& key, Bytes signature, Bytes octets) {
  const QuietErrors quiet;
  if (key.type() != KeyType::rsa) return fail(Errc::mismatch, "authentication method of another key type");
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* sha1 = digest_of(base::HashAlgorithm::sha1);
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, sha1, nullptr, key.impl().pkey.get()) != 1) {
    return fail(Errc::internal, "signature context");
  }
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), octets.data(), octets.size()) != 1) {
    return fail(Errc::bad_signature, "signature does not verify");
  }
  return "RSA-PKCS1-SHA1";
}

}  // namespace latchkey::crypto::legacy
