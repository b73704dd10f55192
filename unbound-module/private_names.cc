#include "unbound-module/private_names.h"

namespace latchkey::unbound {

void PrivateNames::remember(const std::string& name, std::uint64_t now_us) {
  const std::lock_guard lock(mutex_);
  expire(now_us);
  if (const auto found = places_.find(name); found != places_.end()) {
    found->second->at_us = now_us;
    entries_.splice(entries_.end(), entries_, found->second);
    return;
  }
  if (entries_.size() >= most_) {
    places_.erase(entries_.front().name);
    entries_.pop_front();
  }
  entries_.push_back({name, now_us});
  places_.emplace(name, std::prev(entries_.end()));
}

bool PrivateNames::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  if (found == places_.end()) return false;
  entries_.erase(found->second);
  places_.erase(found);
  return true;
}

bool PrivateNames::seen(const std::string& name, std::uint64_t now_us) {
  const std::lock_guard lock(mutex_);
  expire(now_us);
  return places_.contains(name);
}

std::size_t PrivateNames::size() {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void PrivateNames::expire(std::uint64_t now_us) {
  while (!entries_.empty() && now_us - entries_.front().at_us >= kMemoryUs) {
    places_.erase(entries_.front().name);
    entries_.pop_front();
  }
}

}  // namespace latchkey::unbound
