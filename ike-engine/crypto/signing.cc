// AUTH as we make it.

#include <openssl/ecdsa.h>

#include <algorithm>
#include <optional>

#include "ike-engine/crypto/keys.h"
#include "ike-engine/crypto/pss.h"
#include "ike-engine/crypto/schemes.h"

namespace latchkey::crypto {

namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using base::fail;
using base::HashAlgorithm;

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>>;

/// The strongest hash that both sides have.
std::optional<HashAlgorithm> strongest(KeyType type, std::span<const HashAlgorithm> hashes) {
  // RFC 7427 section 4
  //= When calculating the digital signature, a peer MUST pick one algorithm sent by the other peer.
  const auto offered = [hashes](HashAlgorithm hash) { return std::ranges::find(hashes, hash) != hashes.end(); };
  if (type == KeyType::ed25519) {
    return offered(HashAlgorithm::identity) ? std::optional(HashAlgorithm::identity) : std::nullopt;
  }
  for (const HashAlgorithm hash : {HashAlgorithm::sha2_512, HashAlgorithm::sha2_384, HashAlgorithm::sha2_256}) {
    if (offered(hash)) return hash;
  }
  return std::nullopt;
}

Padding padding_of(KeyType type, bool pkcs1) {
  if (type != KeyType::rsa) return Padding::none;
  return pkcs1 ? Padding::pkcs1 : Padding::pss;
}

base::Result<Buffer> sign(EVP_PKEY* key, Padding padding, HashAlgorithm hash, Bytes octets) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!context || EVP_DigestSignInit(context.get(), &options, digest_of(hash), nullptr, key) != 1) {
    return fail(Errc::internal, "signature context");
  }
  if (padding == Padding::pss && !choose_pss(options)) return fail(Errc::internal, "PSS");
  // RFC 7427 section 3
  //= For hash truncation, the method specified in ANSI X9.62:2005 [X9.62] MUST be used.
  // OpenSSL's ECDSA does.
  Buffer out(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = out.size();
  if (EVP_DigestSign(context.get(), out.data(), &size, octets.data(), octets.size()) != 1) {
    return fail(Errc::internal, "signing");
  }
  out.resize(size);
  return out;
}

/// RFC 4754 section 3: r and s side by side, each as wide as a coordinate.
base::Result<Buffer> r_s_from_der(Bytes der, std::size_t size) {
  const unsigned char* at = der.data();
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  Buffer out(2 * size);
  const auto width = static_cast<int>(size);
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), width) != width ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + size, width) != width) {
    return fail(Errc::internal, "ECDSA signature");
  }
  return out;
}

}  // namespace

base::Result<Buffer> PrivateKey::sign_auth(std::span<const HashAlgorithm> hashes, Bytes octets, bool pkcs1) const {
  const QuietErrors quiet;
  const auto hash = strongest(type(), hashes);
  if (!hash) return fail(Errc::mismatch, "no signature hash in common");
  const Padding padding = padding_of(type(), pkcs1);
  const Buffer identifier = algorithm_identifier(family_of(type()), padding, *hash);
  const auto signature = sign(impl_->pkey.get(), padding, *hash, octets);
  if (!signature) return std::unexpected(signature.error());
  // RFC 7427 section 3: the AlgorithmIdentifier behind its length, then the signature value.
  return base::concat({std::array{static_cast<std::uint8_t>(identifier.size())}, identifier, *signature});
}

base::Result<AuthValue> PrivateKey::sign_ecdsa_auth(Bytes octets) const {
  const QuietErrors quiet;
  const EcdsaMethod* method = ecdsa_method_of(type());
  if (method == nullptr) return fail(Errc::mismatch, "no authentication method without a signature hash for this key");
  const auto der = sign(impl_->pkey.get(), Padding::none, method->scheme.hash, octets);
  if (!der) return std::unexpected(der.error());
  auto r_s = r_s_from_der(*der, coordinate_size(type()));
  if (!r_s) return std::unexpected(r_s.error());
  return AuthValue{method->method, std::move(*r_s)};
}

}  // namespace latchkey::crypto
