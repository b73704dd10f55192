// MODP-2048 (RFC 3526 section 3): p = 2^2048 - 2^1984 - 1 + 2^64 * ( [2^1918 pi] + 124476 ), g = 2.
#include "ike-engine/crypto/groups.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

constexpr int kSize = 256;

struct Modulus {
  Number p;
  Number p_minus_1;
  Number g;
  Montgomery montgomery;
};

Modulus make_modulus() {
  Modulus m{Number(BN_get_rfc3526_prime_2048(nullptr)), Number(BN_new()), Number(BN_new()),
            Montgomery(BN_MONT_CTX_new())};
  BN_set_word(m.g.get(), 2);
  BN_sub(m.p_minus_1.get(), m.p.get(), BN_value_one());
  BN_MONT_CTX_set(m.montgomery.get(), m.p.get(), number_context());
  return m;
}

const Modulus& modulus() {
  static const Modulus m = make_modulus();
  return m;
}

/// base^exponent mod p in constant time, padded to the modulus.
bool power(const BIGNUM* base_number, Bytes exponent, base::MutableBytes out) {
  const Number secret = number_from(exponent);
  const Number result(BN_new());
  if (!secret || !result || BN_is_zero(secret.get())) return false;
  BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
  const Modulus& m = modulus();
  return BN_mod_exp_mont_consttime(result.get(), base_number, secret.get(), m.p.get(), number_context(),
                                   m.montgomery.get()) == 1 &&
         BN_bn2binpad(result.get(), out.data(), kSize) == kSize;
}

}  // namespace

base::Result<base::Buffer> modp2048_public(Bytes private_value) {
  base::Buffer out(kSize);
  if (!power(modulus().g.get(), private_value, out)) return fail(Errc::malformed, "MODP private value");
  return out;
}

base::Result<base::SecretBytes> modp2048_shared(const OwnHalf& own, Bytes peer_public) {
  const Number peer = number_from(peer_public);
  // p is a safe prime: beside 1 and p-1 every subgroup is large.
  if (!peer || BN_cmp(peer.get(), BN_value_one()) <= 0 || BN_cmp(peer.get(), modulus().p_minus_1.get()) >= 0) {
    return fail(Errc::weak, "MODP public value is degenerate");
  }
  // RFC 7296 section 2.14
  //= g^ir is represented as a string of octets in big endian order padded with zeros if necessary to make it the
  //= length of the modulus.
  base::SecretBytes out(kSize);
  if (!power(peer.get(), own.private_value, out.mutable_view())) return fail(Errc::internal, "MODP");
  return out;
}

}  // namespace latchkey::crypto
