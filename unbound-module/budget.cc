#include "unbound-module/budget.h"

#include <algorithm>

namespace latchkey::unbound {

bool Bucket::take(unsigned most, base::Duration per_token, base::TimePoint now) {
  if (used_ == 0) since_ = now;
  const auto gained = std::max<base::Duration::rep>((now - since_) / per_token, 0);
  used_ = gained >= used_ ? 0 : used_ - static_cast<unsigned>(gained);
  since_ = used_ == 0 ? now : since_ + gained * per_token;
  if (used_ >= most) return false;
  ++used_;
  return true;
}

void Bucket::refund(unsigned most) {
  if (used_ > 0 && used_ <= most) --used_;
}

bool Budget::take(const base::Address& destination, base::TimePoint now) {
  return bucket(destination).take(kDestination, kDestinationEach, now) && overall_.take(kOverall, kOverallEach, now);
}

void Budget::refund(const base::Address& destination) { bucket(destination).refund(kDestination); }

Bucket& Budget::bucket(const base::Address& destination) {
  return destinations_[std::hash<base::Address>{}(destination) % destinations_.size()];
}

}  // namespace latchkey::unbound
