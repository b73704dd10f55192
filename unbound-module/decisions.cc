#include "unbound-module/decisions.h"

#include <utility>

namespace latchkey::unbound {
namespace {

void cut(std::string& reason) {
  if (reason.size() > Decisions::kMostReason) reason.resize(Decisions::kMostReason);
}

}  // namespace

void Decisions::add(Decision decision) {
  cut(decision.reason);
  for (AddressAccount& address : decision.addresses) cut(address.reason);
  const std::lock_guard lock(mutex_);
  if (ring_.size() < kMost) {
    ring_.push_back(std::move(decision));
    return;
  }
  std::swap(ring_[oldest_], decision);  // the old one is freed after the lock
  oldest_ = (oldest_ + 1) % kMost;
}

std::vector<Decision> Decisions::about(std::string_view name, std::size_t most) const {
  std::vector<Decision> found;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = ring_.size(); i > 0 && found.size() < most; --i) {
    const Decision& decision = ring_[(oldest_ + i - 1) % ring_.size()];
    if (decision.name == name) found.push_back(decision);
  }
  return found;
}

}  // namespace latchkey::unbound
