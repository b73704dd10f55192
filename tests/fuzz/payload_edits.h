#pragma once
// What a fuzzer changes in a message that somebody honest has built, before it is sealed.

#include <algorithm>

#include "ike-engine/base/bytes.h"
#include "ike-engine/wire/auth.h"
#include "tests/support/behaviour.h"

namespace latchkey::fuzz {

inline const support::Payload* find(const support::Payloads& payloads, base::PayloadType type) {
  const auto it = std::ranges::find(payloads, type, &support::Payload::type);
  return it == payloads.end() ? nullptr : &*it;
}

inline bool has_once(const support::Payloads& payloads, base::PayloadType type) {
  return std::ranges::count(payloads, type, &support::Payload::type) == 1;
}

/// Whether both say the same, whatever stands in the reserved octets, which nobody looks at (RFC 7296 section 3.8).
inline bool same_auth(base::Bytes a, base::Bytes b) {
  const auto one = wire::parse_auth(a);
  const auto other = wire::parse_auth(b);
  return one && other && one->method == other->method && base::same(one->data, other->data);
}

/// Which fragment of how many a forged one says it is.
struct FragmentNumbers {
  std::uint16_t number = 0, total = 0;
};

/// One message in eight has a number that is none of its total's.
inline FragmentNumbers fragment_numbers(base::Reader& r) {
  const auto total = static_cast<std::uint16_t>(1 + r.u8() % 8);
  const std::uint8_t which = r.u8();
  return {static_cast<std::uint16_t>(which < 224 ? 1 + which % total : which % (total + 2)), total};
}

/// Changes an octet of a payload, takes a payload away, doubles one, cuts one short or adds one: what and where is read
/// from `r`.
inline void edit(support::Payloads& payloads, base::Reader& r) {
  const std::uint8_t how = r.u8();
  const std::size_t which = r.u8() % (payloads.size() + 1);
  const auto at = payloads.begin() + static_cast<std::ptrdiff_t>(which);
  if (how % 5 == 4 || at == payloads.end()) {
    payloads.insert(at, {base::PayloadType{static_cast<std::uint8_t>(32 + r.u8() % 24)}, base::to_buffer(r.rest())});
    return;
  }
  switch (how % 5) {
    case 0: {
      const std::size_t where = r.u16();
      if (!at->body.empty()) at->body[where % at->body.size()] ^= r.u8();
      break;
    }
    case 1: payloads.erase(at); break;
    case 2: payloads.insert(at, support::Payload(*at)); break;
    default: at->body.resize(std::min<std::size_t>(at->body.size(), r.u8())); break;
  }
}

}  // namespace latchkey::fuzz
