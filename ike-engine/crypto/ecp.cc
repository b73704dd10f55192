// ECP groups: P-256, P-384 and P-521 (RFC 5903).
//
// Points are multiplied through EC_POINT_mul, whose secret scalars OpenSSL treats in constant time: an EVP_PKEY costs
// an import each time (15 us) and can't be made from a private value alone.
#include <openssl/obj_mac.h>

#include <algorithm>
#include <array>

#include "ike-engine/crypto/groups.h"
#include "ike-engine/crypto/openssl.h"

namespace latchkey::crypto {

namespace {

using base::Bytes;
using base::Errc;
using base::fail;

constexpr std::size_t kLargest = 66;

struct Curve {
  Group group;
  std::size_t size;  ///< of a coordinate and of a scalar, in octets
};

Curve make_curve(int nid, std::size_t size) { return {Group(EC_GROUP_new_by_curve_name(nid)), size}; }

const Curve& p256() {
  static const Curve curve = make_curve(NID_X9_62_prime256v1, 32);
  return curve;
}

const Curve& p384() {
  static const Curve curve = make_curve(NID_secp384r1, 48);
  return curve;
}

const Curve& p521() {
  static const Curve curve = make_curve(NID_secp521r1, kLargest);
  return curve;
}

/// A scalar in 1..order-1, or nullptr.
Number scalar_from(const Curve& curve, Bytes octets) {
  if (octets.size() != curve.size) return nullptr;
  Number scalar = number_from(octets);
  if (!scalar || BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(curve.group.get())) >= 0) {
    return nullptr;
  }
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

/// x | y of a point that is not at infinity (RFC 5903 section 7).
bool coordinates(const Curve& curve, const EC_POINT* point, base::MutableBytes out) {
  const Number x(BN_new());
  const Number y(BN_new());
  const auto size = static_cast<int>(curve.size);
  return EC_POINT_get_affine_coordinates(curve.group.get(), point, x.get(), y.get(), number_context()) == 1 &&
         BN_bn2binpad(x.get(), out.data(), size) == size && BN_bn2binpad(y.get(), out.data() + size, size) == size;
}

base::Result<base::Buffer> ecp_public(const Curve& curve, Bytes private_value) {
  const Number scalar = scalar_from(curve, private_value);
  if (!scalar) return fail(Errc::malformed, "ECP private value");
  const EC_GROUP* group = curve.group.get();
  const Point point(EC_POINT_new(group));
  base::Buffer out(2 * curve.size);
  if (EC_POINT_mul(group, point.get(), scalar.get(), nullptr, nullptr, number_context()) != 1 ||
      !coordinates(curve, point.get(), out)) {
    return fail(Errc::internal, "ECP");
  }
  return out;
}

/// The point with these coordinates; nullptr if it is not on the curve.
Point point_from(const Curve& curve, Bytes public_value) {
  std::array<std::uint8_t, 1 + 2 * kLargest> encoded{POINT_CONVERSION_UNCOMPRESSED};
  std::ranges::copy(public_value, encoded.begin() + 1);
  Point point(EC_POINT_new(curve.group.get()));
  const bool ok = EC_POINT_oct2point(curve.group.get(), point.get(), encoded.data(), 1 + public_value.size(),
                                     number_context()) == 1;
  return ok ? std::move(point) : nullptr;
}

base::Result<base::SecretBytes> ecp_shared(const Curve& curve, const OwnHalf& own, Bytes peer_public) {
  const EC_GROUP* group = curve.group.get();
  const Point peer = point_from(curve, peer_public);
  if (!peer) return fail(Errc::weak, "ECP public value is not on the curve");
  const Number scalar = scalar_from(curve, own.private_value);
  const Point point(EC_POINT_new(group));
  base::SecretBytes both(2 * curve.size);
  if (!scalar || EC_POINT_mul(group, point.get(), nullptr, peer.get(), scalar.get(), number_context()) != 1 ||
      !coordinates(curve, point.get(), both.mutable_view())) {
    return fail(Errc::internal, "ECP");
  }
  // RFC 5903 section 7
  //= The Diffie-Hellman shared secret value consists of the x value of the Diffie-Hellman common value.
  return base::SecretBytes(both.view().first(curve.size));
}

}  // namespace

base::Result<base::Buffer> ecp256_public(Bytes private_value) { return ecp_public(p256(), private_value); }
base::Result<base::SecretBytes> ecp256_shared(const OwnHalf& own, Bytes peer_public) {
  return ecp_shared(p256(), own, peer_public);
}
base::Result<base::Buffer> ecp384_public(Bytes private_value) { return ecp_public(p384(), private_value); }
base::Result<base::SecretBytes> ecp384_shared(const OwnHalf& own, Bytes peer_public) {
  return ecp_shared(p384(), own, peer_public);
}
base::Result<base::Buffer> ecp521_public(Bytes private_value) { return ecp_public(p521(), private_value); }
base::Result<base::SecretBytes> ecp521_shared(const OwnHalf& own, Bytes peer_public) {
  return ecp_shared(p521(), own, peer_public);
}

}  // namespace latchkey::crypto
