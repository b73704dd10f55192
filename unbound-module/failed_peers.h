#pragma once
// The memory of peers that failed, so that a second question fails at once.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"
#include "unbound-module/key_set.h"

namespace latchkey::unbound {

/// A peer as a question sees it. Keyed by address *and* keys, or one name's failures could deny another's; and by
/// whether it was only a short attempt, whose failure says little.
struct PeerId {
  base::Address address;
  KeyDigest keys{};  ///< KeySet::digest()
  bool attempt = false;

  friend auto operator<=>(const PeerId&, const PeerId&) = default;
};

struct Failure {
  std::string reason;
  unsigned times = 0;
  base::TimePoint until;  ///< till then a question fails at once
};

/// Longer reasons are cut.
inline constexpr std::size_t kMostReason = 160;

/// 5 s after the first failure, doubling up to 5 min, unless the configuration says otherwise. Bounded: when full, the
/// failure that ends soonest gives way.
class FailedPeers {
 public:
  FailedPeers(base::Duration first, base::Duration max, std::size_t bound) : first_(first), max_(max), bound_(bound) {}

  void remember(const PeerId& peer, std::string reason, base::TimePoint now);
  /// A failure whose time has not ended.
  const Failure* find(const PeerId& peer, base::TimePoint now) const;
  void forget(const PeerId& peer);
  /// The network is another one: everything may be tried again.
  void clear();
  std::size_t size() const { return failures_.size(); }
  const std::map<PeerId, Failure>& all() const { return failures_; }

 private:
  /// How often it failed is known for one more `max` after the time has ended.
  void drop_old(base::TimePoint now);

  base::Duration first_, max_;
  std::size_t bound_;
  std::map<PeerId, Failure> failures_;
  std::set<std::pair<base::TimePoint, const PeerId*>> by_end_;
};

}  // namespace latchkey::unbound
