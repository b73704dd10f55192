#include "unbound-module/refusals.h"

#include <utility>

namespace latchkey::unbound {

void Refusals::note(Bound bound, const Want& want, base::TimePoint now) {
  note({bound, want.name, want.payer.client}, want.address.to_string(), now);
}

void Refusals::note(const Turned& turned, base::TimePoint now) { note(turned, "-", now); }

void Refusals::note(const Turned& turned, const std::string& peer, base::TimePoint now) {
  Noted& noted = bounds_[static_cast<std::size_t>(turned.bound)];
  noted.count += turned.count;
  if (now < noted.quiet_until) return;
  noted.quiet_until = now + kQuiet;
  const std::uint64_t refused = noted.count - std::exchange(noted.told, noted.count);
  log_.warning("limit", {{"bound", to_string(turned.bound)},
                         {"name", turned.name},
                         {"peer", peer},
                         {"client", turned.client ? turned.client->to_string() : "-"},
                         {"refused", refused}});
}

}  // namespace latchkey::unbound
