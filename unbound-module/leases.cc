#include "unbound-module/leases.h"

#include <algorithm>

namespace latchkey::unbound {

void Leases::extend(const std::string& name, const KeySet& keys, bool verified, base::TimePoint end,
                    const Limits& limits) {
  end_ = std::max(end_, end);
  auto known = holders_.find(name);
  if (known == holders_.end()) {
    if (holders_.size() >= limits.names) {
      unnamed_ = true;
      if (verified) unnamed_end_ = std::max(unnamed_end_, end);
      return;
    }
    known = holders_.try_emplace(name).first;
  }
  Holder& holder = known->second;
  holder.end = std::max(holder.end, end);
  if (holder.verified && !verified) return;  // what DNSSEC said of its keys stands
  holder.verified = verified;
  holder.keys = keys.size() <= kKnownKeys ? keys : KeySet();
}

std::vector<std::string> Leases::names(base::TimePoint now) const {
  std::vector<std::string> out;
  for (const auto& [name, holder] : holders_) {
    if (holder.end > now) out.push_back(name);
  }
  return out;
}

std::vector<std::string> Leases::names() const {
  std::vector<std::string> out;
  for (const auto& entry : holders_) out.push_back(entry.first);
  return out;
}

bool Leases::holds(const std::string& name, base::TimePoint now) const {
  const auto own = holders_.find(name);
  return own != holders_.end() && own->second.end > now;
}

bool Leases::leave(const std::string& name) { return holders_.erase(name) > 0; }

void Leases::hear(const std::string& name, const KeySet& keys) {
  const auto own = holders_.find(name);
  if (own != holders_.end()) own->second.keys = keys.size() <= kKnownKeys ? keys : KeySet();
}

bool Leases::object(const std::string& name, const KeySet& keys, base::TimePoint now, const Limits& limits) const {
  if (unnamed_end_ + limits.promise > now) return true;
  return std::ranges::any_of(holders_, [&](const auto& entry) {
    const auto& [other, holder] = entry;
    return other != name && holder.verified && holder.end + limits.promise > now && !holder.keys.holds_all(keys);
  });
}

bool Leases::may_roll_over(const std::string& name, const KeySet& keys, base::TimePoint now,
                           const Limits& limits) const {
  const auto own = holders_.find(name);
  return own != holders_.end() && own->second.verified && !object(name, keys, now, limits);
}

Leases Leases::inherited(const KeyDigest& key) const {
  Leases out = *this;
  if (std::erase_if(out.holders_, [&](const auto& entry) { return !entry.second.keys.holds(key); }) > 0)
    out.unnamed_ = true;
  return out;
}

void Leases::prune(base::TimePoint now, const Limits& limits) {
  if (holders_.size() < limits.names) return;
  if (std::erase_if(holders_, [&](const auto& entry) { return entry.second.end + limits.promise <= now; }) > 0)
    unnamed_ = true;
}

}  // namespace latchkey::unbound
