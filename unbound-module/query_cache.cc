// When the answer to a question about a protected name may be given out again without us: from the message cache, as
// long as the tunnels are up that it was given out for.

#include <algorithm>

#include "unbound-module/name_wire.h"
#include "unbound-module/query.h"

namespace latchkey::unbound {

/// With CD nothing has been validated, and the message would answer those who rely on that. The engine thread knows a
/// name by its text, by which alone it leaves the cache.
bool Query::may_be_kept() const {
  if (!worker_.cache || !worker_.settings.keep_while_up || cd_) return false;
  const auto name = name_wire(name_text(name_));
  if (!name || !same_name(*name, name_)) return false;
  return std::ranges::all_of(race_.candidates(), [](const Race::Candidate& c) {
    return !c.own || (c.standing == Race::Standing::up && c.kept);
  });
}

/// Store, then check again. The engine thread writes `kept` first and takes what is cached out then; so whatever it
/// finds nothing of, since it is stored a moment too late, is seen here to be too late.
void Query::keep_while_up() {
  // The cache counts in whole seconds: one that has begun is over.
  const std::uint32_t ttl_s = ttl_cap(std::chrono::milliseconds(1));
  if (ttl_s == 0) return;
  resolver_.store_while_up(ttl_s);
  const bool still_up =
      std::ranges::all_of(race_.candidates(), [](const Race::Candidate& c) { return !c.own || *c.kept; });
  if (!still_up) worker_.cache->drop(name_);
}

}  // namespace latchkey::unbound
