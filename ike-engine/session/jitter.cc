#include "ike-engine/session/jitter.h"

namespace latchkey::session {

base::Duration jitter(base::Duration most, api::Random& random) {
  if (most.count() <= 0) return base::Duration{};
  std::array<std::uint8_t, 8> octets{};
  random.fill(octets);
  const auto values = static_cast<std::uint64_t>(most.count()) + 1;
  return base::Duration(static_cast<std::int64_t>(base::Reader(octets).u64() % values));
}

}  // namespace latchkey::session
