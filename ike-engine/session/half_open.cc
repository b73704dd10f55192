#include "ike-engine/session/half_open.h"

#include <utility>

namespace latchkey::session {

std::size_t HalfOpens::ByRequest::operator()(const InitKey& key) const noexcept {
  const std::size_t address = std::hash<base::Address>()(key.remote.address);
  return std::hash<std::uint64_t>()(key.spi_i.value) ^ (address * 31 + key.remote.port);
}

const HalfOpen& HalfOpens::add(std::unique_ptr<HalfOpen> fresh) {
  const base::IkeSpi spi = fresh->spi_r;
  by_request_.insert(fresh.get());
  by_age_.push_back(spi);
  return *waiting_.emplace(spi, std::move(fresh)).first->second;
}

const HalfOpen* HalfOpens::find(base::IkeSpi spi_r) const {
  const auto found = waiting_.find(spi_r);
  return found == waiting_.end() ? nullptr : found->second.get();
}

const HalfOpen* HalfOpens::answered(const InitKey& key) const {
  const auto found = by_request_.find(key);
  return found == by_request_.end() ? nullptr : *found;
}

std::unique_ptr<HalfOpen> HalfOpens::take(base::IkeSpi spi_r) {
  const auto found = waiting_.find(spi_r);
  if (found == waiting_.end()) return nullptr;
  std::unique_ptr<HalfOpen> taken = std::move(found->second);
  waiting_.erase(found);
  return taken;
}

void HalfOpens::skip_taken() {
  while (!by_age_.empty() && !waiting_.contains(by_age_.front())) by_age_.pop_front();
}

std::unique_ptr<HalfOpen> HalfOpens::take_expired(base::TimePoint now) {
  if (next_deadline() > now) return nullptr;
  return take(by_age_.front());
}

base::TimePoint HalfOpens::next_deadline() {
  skip_taken();
  return by_age_.empty() ? base::kNever : find(by_age_.front())->deadline;
}

}  // namespace latchkey::session
