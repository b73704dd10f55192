#pragma once
// This host's addresses.

#include <set>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"

namespace latchkey::host {

/// The addresses of this host's interfaces that are up, asked of the kernel; none if it does not say.
std::set<base::Address> own_addresses();

/// The same, looked up at most once a second.
class OwnAddresses {
 public:
  /// Looks again if the last look is older than a second. True if the addresses have changed since (never at first).
  bool refresh(base::TimePoint now);
  bool contains(const base::Address& address) const { return addresses_.contains(address); }

 private:
  std::set<base::Address> addresses_;
  base::TimePoint next_{};
  bool looked_ = false;
};

}  // namespace latchkey::host
