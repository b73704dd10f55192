#include "unbound-module/failed_peers.h"

#include <algorithm>
#include <iterator>

#include "ike-engine/crypto/digest.h"

namespace latchkey::unbound {

KeyDigest digest_of(const api::DnsKey& key) {
  const std::array<std::uint8_t, 1> algorithm{key.algorithm};
  return crypto::sha256({algorithm, key.key});
}

KeySet::KeySet(const std::vector<api::DnsKey>& keys) {
  std::ranges::transform(keys, std::back_inserter(keys_), digest_of);
  std::ranges::sort(keys_);
  const auto doubles = std::ranges::unique(keys_);
  keys_.erase(doubles.begin(), doubles.end());
  base::Writer all;
  for (const KeyDigest& key : keys_) all.bytes(key);
  digest_ = crypto::sha256({all.view()});
}

bool KeySet::holds(const KeyDigest& key) const { return std::ranges::binary_search(keys_, key); }

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
