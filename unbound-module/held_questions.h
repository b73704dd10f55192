#pragma once
// How many questions are held, for their key or for tunnels, over all workers: security rule 9.

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "ike-engine/base/address.h"
#include "unbound-module/bound.h"

namespace latchkey::unbound {

/// Thread-safe.
class HeldQuestions {
 public:
  explicit HeldQuestions(std::size_t most) : most_(most) {}
  /// From now on; those that are held stay.
  void set_most(std::size_t most);

  /// One more for this client; or the bound that refuses it, and then nothing is counted. A client (an IPv6 one: its
  /// /64) has half of the places, so that its questions never keep another's from waiting.
  std::optional<Bound> enter(const std::optional<base::Address>& client);
  /// After enter(), once, with the same client.
  void leave(const std::optional<base::Address>& client);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::size_t most_;
  std::size_t held_ = 0;
  std::unordered_map<std::string, std::size_t> by_client_;  ///< as many at most as are held
};

}  // namespace latchkey::unbound
