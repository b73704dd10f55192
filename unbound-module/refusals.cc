#include "unbound-module/refusals.h"

#include <utility>

namespace latchkey::unbound {

void Refusals::note(Bound bound, const Want& want, base::TimePoint now) {
  Noted& noted = bounds_[static_cast<std::size_t>(bound)];
  ++noted.count;
  if (now < noted.quiet_until) return;
  noted.quiet_until = now + kQuiet;
  const std::uint64_t refused = noted.count - std::exchange(noted.told, noted.count);
  log_.warning("limit", {{"bound", to_string(bound)},
                         {"name", want.name},
                         {"peer", want.address.to_string()},
                         {"client", want.payer.client ? want.payer.client->to_string() : "-"},
                         {"refused", refused}});
}

}  // namespace latchkey::unbound
