#pragma once
// This host's addresses, looked up at most once a second.

#include <set>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"

namespace latchkey::host {

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
