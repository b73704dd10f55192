#include "unbound-module/failed_peers.h"

#include <algorithm>

namespace latchkey::unbound {

void FailedPeers::remember(const PeerId& peer, std::string reason, base::TimePoint now) {
  drop_old(now);
  if (reason.size() > kMostReason) reason.resize(kMostReason);
  const auto [place, is_new] = failures_.try_emplace(peer);
  Failure& failure = place->second;
  if (!is_new) by_end_.erase({failure.until, &place->first});
  base::Duration wait = first_;
  for (unsigned i = 0; i < failure.times && wait < max_; ++i) wait *= 2;
  failure = {std::move(reason), failure.times + 1, now + std::min(wait, max_)};
  by_end_.insert({failure.until, &place->first});
  if (failures_.size() > bound_) forget(PeerId(*by_end_.begin()->second));
}

const Failure* FailedPeers::find(const PeerId& peer, base::TimePoint now) const {
  const auto place = failures_.find(peer);
  return place == failures_.end() || place->second.until <= now ? nullptr : &place->second;
}

void FailedPeers::forget(const PeerId& peer) {
  const auto place = failures_.find(peer);
  if (place == failures_.end()) return;
  by_end_.erase({place->second.until, &place->first});
  failures_.erase(place);
}

void FailedPeers::clear() {
  by_end_.clear();
  failures_.clear();
}

void FailedPeers::drop_old(base::TimePoint now) {
  while (!by_end_.empty() && by_end_.begin()->first + max_ <= now) forget(PeerId(*by_end_.begin()->second));
}

}  // namespace latchkey::unbound
