#include "ike-engine/crypto/groups.h"

#include <algorithm>
#include <array>

namespace latchkey::crypto {

namespace {

using base::KeMethod;

// MODP-2048's exponent: RFC 3526 section 8 estimates the group's strength at 110 to 160 bits and asks for twice as
// much.
constexpr std::array kGroups{
    GroupRow{KeMethod::x25519, 32, false, 32, x25519_public, x25519_shared},
    GroupRow{KeMethod::ecp256, 32, false, 64, ecp256_public, ecp256_shared},
    GroupRow{KeMethod::ecp384, 48, false, 96, ecp384_public, ecp384_shared},
    GroupRow{KeMethod::modp2048, 40, true, 256, modp2048_public, modp2048_shared},
};

}  // namespace

const GroupRow* group_of(KeMethod method) {
  const auto row = std::ranges::find(kGroups, method, &GroupRow::method);
  return row == kGroups.end() ? nullptr : &*row;
}

}  // namespace latchkey::crypto
