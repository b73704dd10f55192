#include "ike-engine/crypto/groups.h"

#include <algorithm>
#include <array>

namespace latchkey::crypto {

namespace {

using base::KeMethod;

// MODP exponents: RFC 3526 section 8 estimates the strength of the groups at up to 160, 210 and 240 bits and asks for
// twice as much.
constexpr std::array kGroups{
    GroupRow{KeMethod::x25519, 32, 0xff, false, 32, x25519_public, x25519_shared},
    GroupRow{KeMethod::x448, 56, 0xff, false, 56, x448_public, x448_shared},
    GroupRow{KeMethod::ecp256, 32, 0xff, false, 64, ecp256_public, ecp256_shared},
    GroupRow{KeMethod::ecp384, 48, 0xff, false, 96, ecp384_public, ecp384_shared},
    GroupRow{KeMethod::ecp521, 66, 0x01, false, 132, ecp521_public, ecp521_shared},
    GroupRow{KeMethod::modp2048, 40, 0xff, true, 256, modp2048_public, modp2048_shared},
    GroupRow{KeMethod::modp3072, 53, 0xff, true, 384, modp3072_public, modp3072_shared},
    GroupRow{KeMethod::modp4096, 60, 0xff, true, 512, modp4096_public, modp4096_shared},
};

}  // namespace

const GroupRow* group_of(KeMethod method) {
  const auto row = std::ranges::find(kGroups, method, &GroupRow::method);
  return row == kGroups.end() ? nullptr : &*row;
}

}  // namespace latchkey::crypto
