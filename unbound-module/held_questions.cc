#include "unbound-module/held_questions.h"

#include <algorithm>

#include "unbound-module/budget.h"

namespace latchkey::unbound {
namespace {

std::string key_of(const std::optional<base::Address>& client) {
  const base::Bytes octets = client_octets(client);
  return {octets.begin(), octets.end()};
}

}  // namespace

void HeldQuestions::set_most(std::size_t most) {
  const std::lock_guard lock(mutex_);
  most_ = most;
}

std::optional<Bound> HeldQuestions::enter(const std::optional<base::Address>& client) {
  std::string key = key_of(client);
  const std::lock_guard lock(mutex_);
  if (held_ >= most_) return Bound::waiting;
  const auto known = by_client_.find(key);
  if (known != by_client_.end() && known->second >= std::max<std::size_t>(most_ / 2, 1)) return Bound::client_waiting;
  ++by_client_[std::move(key)];
  ++held_;
  return std::nullopt;
}

void HeldQuestions::leave(const std::optional<base::Address>& client) {
  const std::string key = key_of(client);
  const std::lock_guard lock(mutex_);
  const auto known = by_client_.find(key);
  if (known == by_client_.end()) return;
  --held_;
  if (--known->second == 0) by_client_.erase(known);
}

std::size_t HeldQuestions::size() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace latchkey::unbound
