#pragma once
// Inner addresses that a responder leases, one a client (RFC 7296 section 2.19).

#include <optional>
#include <set>
#include <vector>

#include "ike-engine/api/types.h"

namespace latchkey::session {

/// The pools and who holds what. Taking and giving back is O(log n); an address comes round again as late as can be.
class Leases {
 public:
  explicit Leases(std::vector<api::AddressPool> pools = {});

  /// An address of `family` that nobody holds: `wanted` if it is one of ours and free. Nothing if there is no pool of
  /// the family, or none is left.
  std::optional<base::Address> take(base::Family family, const std::optional<base::Address>& wanted);
  void give_back(const base::Address& address);
  /// Other pools from now on. What is held stays held.
  void configure(std::vector<api::AddressPool> pools) {
    pools_ = std::move(pools);
    next_.clear();
  }
  /// Whether there is a pool of the family.
  bool offers(base::Family family) const;
  /// Whether the address is of a pool.
  bool offers(const base::Address& address) const;
  std::size_t held() const { return held_.size(); }

 private:
  std::vector<api::AddressPool> pools_;
  std::vector<std::optional<base::Address>> next_;  ///< of each pool: where to look first
  std::set<base::Address> held_;
};

}  // namespace latchkey::session
