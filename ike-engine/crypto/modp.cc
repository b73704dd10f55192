// MODP groups of RFC 3526 sections 3 to 5, all with g = 2 and a safe prime p:
//   2048: p = 2^2048 - 2^1984 - 1 + 2^64 * ( [2^1918 pi] + 124476 )
//   3072: p = 2^3072 - 2^3008 - 1 + 2^64 * ( [2^2942 pi] + 1690314 )
//   4096: p = 2^4096 - 2^4032 - 1 + 2^64 * ( [2^3966 pi] + 240904 )
#include "ike-engine/crypto/groups.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

struct Modulus {
  Number p;
  Number p_minus_1;
  Number g;
  Montgomery montgomery;
  int size;  ///< in octets
};

Modulus make_modulus(BIGNUM* prime) {
  Modulus m{Number(prime), Number(BN_new()), Number(BN_new()), Montgomery(BN_MONT_CTX_new()), BN_num_bytes(prime)};
  BN_set_word(m.g.get(), 2);
  BN_sub(m.p_minus_1.get(), m.p.get(), BN_value_one());
  BN_MONT_CTX_set(m.montgomery.get(), m.p.get(), number_context());
  return m;
}

/// `Prime` makes one of OpenSSL's constants.
template <BIGNUM* (*Prime)(BIGNUM*)>
const Modulus& modulus() {
  static const Modulus m = make_modulus(Prime(nullptr));
  return m;
}
constexpr auto modp2048 = modulus<BN_get_rfc3526_prime_2048>;
constexpr auto modp3072 = modulus<BN_get_rfc3526_prime_3072>;
constexpr auto modp4096 = modulus<BN_get_rfc3526_prime_4096>;

/// base^exponent mod p in constant time, padded to the modulus.
bool power(const Modulus& m, const BIGNUM* base_number, Bytes exponent, base::MutableBytes out) {
  const Number secret = number_from(exponent);
  const Number result(BN_new());
  if (!secret || !result || BN_is_zero(secret.get())) return false;
  BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
  return BN_mod_exp_mont_consttime(result.get(), base_number, secret.get(), m.p.get(), number_context(),
                                   m.montgomery.get()) == 1 &&
         BN_bn2binpad(result.get(), out.data(), m.size) == m.size;
}

base::Result<base::Buffer> public_of(const Modulus& m, Bytes private_value) {
  base::Buffer out(static_cast<std::size_t>(m.size));
  if (!power(m, m.g.get(), private_value, out)) return fail(Errc::malformed, "MODP private value");
  return out;
}

base::Result<base::SecretBytes> shared_of(const Modulus& m, const OwnHalf& own, Bytes peer_public) {
  const Number peer = number_from(peer_public);
  // p is a safe prime: beside 1 and p-1 every subgroup is large.
  if (!peer || BN_cmp(peer.get(), BN_value_one()) <= 0 || BN_cmp(peer.get(), m.p_minus_1.get()) >= 0) {
    return fail(Errc::weak, "MODP public value is degenerate");
  }
  // RFC 7296 section 2.14
  //= g^ir is represented as a string of octets in big endian order padded with zeros if necessary to make it the
  //= length of the modulus.
  base::SecretBytes out(static_cast<std::size_t>(m.size));
  if (!power(m, peer.get(), own.private_value, out.mutable_view())) return fail(Errc::internal, "MODP");
  return out;
}

}  // namespace

base::Result<base::Buffer> modp2048_public(Bytes private_value) { return public_of(modp2048(), private_value); }
base::Result<base::SecretBytes> modp2048_shared(const OwnHalf& own, Bytes peer_public) {
  return shared_of(modp2048(), own, peer_public);
}
base::Result<base::Buffer> modp3072_public(Bytes private_value) { return public_of(modp3072(), private_value); }
base::Result<base::SecretBytes> modp3072_shared(const OwnHalf& own, Bytes peer_public) {
  return shared_of(modp3072(), own, peer_public);
}
base::Result<base::Buffer> modp4096_public(Bytes private_value) { return public_of(modp4096(), private_value); }
base::Result<base::SecretBytes> modp4096_shared(const OwnHalf& own, Bytes peer_public) {
  return shared_of(modp4096(), own, peer_public);
}

}  // namespace latchkey::crypto
