// Which 32 octets are a usable Ed25519 public key.
#include <algorithm>
#include <array>

#include "ike-engine/crypto/keys.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;

struct Field {
  Number p;  ///< 2^255 - 19
  Number p_minus_1;
  Number d;          ///< -121665/121666
  Number y_order_8;  ///< y of a point of order 8; the others of that order have y or -y
};

Number from_hex(const char* digits) {
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, digits);
  return Number(number);
}

Field make_field() {
  return {from_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
          from_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
          from_hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"),
          from_hex("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7")};
}

const Field& field() {
  static const Field f = make_field();
  return f;
}

/// y as it is encoded: little-endian, without the sign bit of x.
Number y_of(Bytes encoded) {
  std::array<std::uint8_t, 32> big_endian;
  std::ranges::reverse_copy(encoded, big_endian.begin());
  big_endian[0] &= 0x7f;
  return number_from(big_endian);
}

/// The points of order 1, 2, 4 and 8 have y = 1, -1, 0, and plus or minus one other.
bool is_small_order_y(const BIGNUM* y) {
  const Number negated(BN_new());
  return BN_is_zero(y) || BN_is_one(y) || BN_cmp(y, field().p_minus_1.get()) == 0 ||
         BN_cmp(y, field().y_order_8.get()) == 0 ||
         (BN_sub(negated.get(), field().p.get(), y) == 1 && BN_cmp(negated.get(), field().y_order_8.get()) == 0);
}

/// Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a solution: then (y^2 - 1) (d y^2 + 1) is a square too.
bool has_x(const BIGNUM* y) {
  const BIGNUM* p = field().p.get();
  BN_CTX* context = number_context();
  const Number u(BN_new());
  const Number v(BN_new());
  const bool ok = BN_mod_sqr(u.get(), y, p, context) == 1 &&
                  BN_mod_mul(v.get(), u.get(), field().d.get(), p, context) == 1 && BN_sub_word(u.get(), 1) == 1 &&
                  BN_add_word(v.get(), 1) == 1 && BN_mod_mul(u.get(), u.get(), v.get(), p, context) == 1;
  return ok && BN_kronecker(u.get(), p, context) == 1;
}

}  // namespace

bool is_strong_ed25519_point(Bytes encoded) {
  if (encoded.size() != 32) return false;
  const Number y = y_of(encoded);
  return y && BN_cmp(y.get(), field().p.get()) < 0 && !is_small_order_y(y.get()) && has_x(y.get());
}

}  // namespace latchkey::crypto
