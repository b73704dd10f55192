// X25519 and X448 (RFC 7748 section 5, RFC 8031).
#include <array>

#include "ike-engine/crypto/groups.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

struct Curve {
  const char* name;  ///< OpenSSL's
  std::size_t size;  ///< of a scalar, a public value and a shared secret, in octets
};
constexpr Curve kX25519{"X25519", 32};
constexpr Curve kX448{"X448", 56};
constexpr std::size_t kLargest = 56;

OSSL_PARAM octets_part(const char* name, Bytes octets) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(octets.data()), octets.size());
}

/// With both halves given OpenSSL need not multiply again to find the public one (38 us).
Pkey own_key(const Curve& curve, const OwnHalf& own) {
  OSSL_PARAM parts[] = {octets_part(OSSL_PKEY_PARAM_PRIV_KEY, own.private_value),
                        octets_part(OSSL_PKEY_PARAM_PUB_KEY, own.public_value), OSSL_PARAM_construct_end()};
  return pkey_from_parts(curve.name, EVP_PKEY_KEYPAIR, parts);
}

Pkey peer_key(const Curve& curve, Bytes peer_public) {
  OSSL_PARAM parts[] = {octets_part(OSSL_PKEY_PARAM_PUB_KEY, peer_public), OSSL_PARAM_construct_end()};
  return pkey_from_parts(curve.name, EVP_PKEY_PUBLIC_KEY, parts);
}

base::Result<base::Buffer> public_of(const Curve& curve, Bytes private_value) {
  if (private_value.size() != curve.size) return fail(Errc::malformed, "size of a scalar");
  OSSL_PARAM parts[] = {octets_part(OSSL_PKEY_PARAM_PRIV_KEY, private_value), OSSL_PARAM_construct_end()};
  const Pkey key = pkey_from_parts(curve.name, EVP_PKEY_KEYPAIR, parts);
  base::Buffer out(curve.size);
  std::size_t size = out.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) != 1) return fail(Errc::internal, curve.name);
  return out;
}

base::Result<base::SecretBytes> shared_of(const Curve& curve, const OwnHalf& own, Bytes peer_public) {
  const Pkey key = own_key(curve, own);
  const Pkey peer = peer_key(curve, peer_public);
  if (!key || !peer) return fail(Errc::internal, curve.name);
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  base::SecretBytes out(curve.size);
  std::size_t size = out.size();
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) != 1) {
    return fail(Errc::internal, curve.name);
  }
  // RFC 7748 section 6.1
  //= Both MAY check, without leaking extra information about the value of K, whether K is the all-zero value and
  //= abort if so
  // OpenSSL fails for a result of zeros; we look for ourselves too.
  static constexpr std::array<std::uint8_t, kLargest> kZero{};
  if (EVP_PKEY_derive(context.get(), out.mutable_view().data(), &size) != 1 || size != curve.size ||
      base::same_secret(out.view(), Bytes(kZero).first(curve.size))) {
    return fail(Errc::weak, "a public value of small order");
  }
  return out;
}

}  // namespace

base::Result<base::Buffer> x25519_public(Bytes private_value) { return public_of(kX25519, private_value); }
base::Result<base::SecretBytes> x25519_shared(const OwnHalf& own, Bytes peer_public) {
  return shared_of(kX25519, own, peer_public);
}
base::Result<base::Buffer> x448_public(Bytes private_value) { return public_of(kX448, private_value); }
base::Result<base::SecretBytes> x448_shared(const OwnHalf& own, Bytes peer_public) {
  return shared_of(kX448, own, peer_public);
}

}  // namespace latchkey::crypto
