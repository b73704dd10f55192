#pragma once
// Who was released on one tunnel: what binds tunnel, key and answer, and what stands in the way of another key. Pure.

#include <map>
#include <string>
#include <vector>

#include "ike-engine/base/time.h"
#include "unbound-module/key_set.h"

namespace latchkey::unbound {

class Leases {
 public:
  struct Limits {
    std::size_t names = 256;  ///< of one tunnel; further ones count without their name
    /// After its lease a name may still have connections. For so long its word about keys stands.
    base::Duration promise = std::chrono::hours(1);
  };
  /// A name with more keys than these is taken for one that publishes none of a newcomer's.
  static constexpr std::size_t kKnownKeys = 4;

  /// The name is released until `end`, with these keys. `verified`: all of it is DNSSEC-secure.
  void extend(const std::string& name, const KeySet& keys, bool verified, base::TimePoint end, const Limits& limits);
  /// When the last TTL that was given out ends; the epoch if none was.
  base::TimePoint end() const { return end_; }
  /// Those whose lease lives.
  std::vector<std::string> names(base::TimePoint now) const;
  /// All that are known, also those whose lease has ended.
  std::vector<std::string> names() const;
  /// Whether the name's lease lives.
  bool holds(const std::string& name, base::TimePoint now) const;
  bool knows(const std::string& name) const { return holders_.contains(name); }

  /// The name has no key any more: it has no say, nor a share in the tunnel. Whether it had one.
  bool leave(const std::string& name);
  /// Whether every name that was released here has left again: a connection may be older than any lease.
  bool deserted() const { return holders_.empty() && !unnamed_; }

  /// What DNSSEC says of a verified name's keys now, if it was released here.
  void hear(const std::string& name, const KeySet& keys);
  /// Whether another verified name stands in the way of a tunnel that any of `keys` proves, since it does not publish
  /// all of them (security rule 3).
  bool object(const std::string& name, const KeySet& keys, base::TimePoint now, const Limits& limits) const;
  /// Whether the name may have the tunnel replaced by one that any of `keys` proves: it is a verified one of the
  /// tunnel's own, and nobody objects.
  bool may_roll_over(const std::string& name, const KeySet& keys, base::TimePoint now, const Limits& limits) const;
  /// For the tunnel in this one's place: without the names that do not publish its key.
  Leases inherited(const KeyDigest& key) const;
  /// Forgets names that have no say any more, if there is no room for others.
  void prune(base::TimePoint now, const Limits& limits);

 private:
  struct Holder {
    base::TimePoint end;
    KeySet keys;
    bool verified = false;
  };

  std::map<std::string, Holder> holders_;
  base::TimePoint end_{};
  base::TimePoint unnamed_end_ = base::TimePoint::min();  ///< of verified names that found no room
  bool unnamed_ = false;  ///< a name found no room, or was forgotten: nobody will know when it leaves
};

}  // namespace latchkey::unbound
