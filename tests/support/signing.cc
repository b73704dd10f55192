#include "tests/support/signing.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>

#include "ike-engine/crypto/keys.h"
#include "ike-engine/wire/auth.h"

namespace latchkey::support {

using base::AuthMethod;
using base::Buffer;
using base::Bytes;
using base::Errc;

namespace {
enum class Padding { none, pkcs1, pss };

// AlgorithmIdentifiers of RFC 7427 appendix A that nobody may use any more.
constexpr std::string_view kSha1WithRsa = "300d06092a864886f70d0101050500";
constexpr std::string_view kPssOfDefaults = "300d06092a864886f70d01010a3000";
constexpr std::string_view kEcdsaWithSha1 = "300906072a8648ce3d0401";

base::Result<Buffer> sign(const crypto::PrivateKey& key, const EVP_MD* digest, Padding padding, Bytes octets) {
  EVP_PKEY* pkey = key.impl().pkey.get();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestSignInit(context.get(), &options, digest, nullptr, pkey) != 1) {
    return base::fail(Errc::internal, "signing: init");
  }
  if (padding == Padding::pss && (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
                                  EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return base::fail(Errc::internal, "signing: PSS");
  }
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(pkey));
  Buffer signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, octets.data(), octets.size()) != 1) {
    return base::fail(Errc::internal, "signing");
  }
  signature.resize(size);
  return signature;
}

base::Result<Buffer> body(AuthMethod method, base::Result<Buffer> data) {
  if (!data) return data;
  base::Writer out;
  write(out, wire::Auth{method, *data});
  return out.take();
}

base::Result<Buffer> named(std::string_view identifier, base::Result<Buffer> signature) {
  if (!signature) return signature;
  const Buffer algorithm = base::from_hex(identifier).value();
  base::Writer out;
  write(out, wire::SignatureAuth{algorithm, *signature});
  return body(AuthMethod::digital_signature, out.take());
}

base::Result<Buffer> ecdsa(const crypto::PrivateKey& key, Bytes octets) {
  auto auth = key.sign_ecdsa_auth(octets);
  if (!auth) return std::unexpected(auth.error());
  return body(auth->method, std::move(auth->data));
}

bool fits(crypto::KeyType type, Signing signing) {
  using enum Signing;
  const bool is_rsa = type == crypto::KeyType::rsa;
  if (signing == pkcs1 || signing == sha1_rsa || signing == sha1_pkcs1 || signing == sha1_pss) return is_rsa;
  if (signing == ecdsa_method || signing == sha1_ecdsa) return !is_rsa && type != crypto::KeyType::ed25519;
  return signing != null;
}
}  // namespace

base::Result<Buffer> make_auth(const crypto::PrivateKey& key, Signing signing,
                               std::span<const base::HashAlgorithm> hashes, Bytes octets) {
  if (!fits(key.type(), signing)) return base::fail(Errc::mismatch, "signing: not with this key");
  switch (signing) {
    case Signing::pkcs1: return body(AuthMethod::digital_signature, key.sign_auth(hashes, octets, true));
    case Signing::ecdsa_method: return ecdsa(key, octets);
    case Signing::sha1_rsa: return body(AuthMethod::rsa, sign(key, EVP_sha1(), Padding::pkcs1, octets));
    case Signing::sha1_pkcs1: return named(kSha1WithRsa, sign(key, EVP_sha1(), Padding::pkcs1, octets));
    case Signing::sha1_pss: return named(kPssOfDefaults, sign(key, EVP_sha1(), Padding::pss, octets));
    case Signing::sha1_ecdsa: return named(kEcdsaWithSha1, sign(key, EVP_sha1(), Padding::none, octets));
    default: break;
  }
  auto auth = body(AuthMethod::digital_signature, key.sign_auth(hashes, octets));
  if (auth && signing == Signing::broken) auth->back() ^= 1;
  return auth;
}

}  // namespace latchkey::support
