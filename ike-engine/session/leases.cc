#include "ike-engine/session/leases.h"

#include <algorithm>

namespace latchkey::session {

namespace {

bool holds(const api::AddressPool& pool, const base::Address& address) {
  return address.family() == pool.first.family() && pool.first <= address && address <= pool.last;
}

// The next address of the pool, its first after its last.
base::Address after(const api::AddressPool& pool, const base::Address& address) {
  if (address == pool.last) return pool.first;
  base::Buffer octets = base::to_buffer(address.bytes());
  for (auto octet = octets.rbegin(); octet != octets.rend() && ++*octet == 0; ++octet) {
  }
  return *base::Address::from_bytes(octets);
}

}  // namespace

Leases::Leases(std::vector<api::AddressPool> pools) : pools_(std::move(pools)) {}

bool Leases::offers(base::Family family) const {
  return std::ranges::any_of(pools_, [&](const auto& pool) { return pool.first.family() == family; });
}

bool Leases::offers(const base::Address& address) const {
  return std::ranges::any_of(pools_, [&](const auto& pool) { return holds(pool, address); });
}

std::optional<base::Address> Leases::take(base::Family family, const std::optional<base::Address>& wanted) {
  next_.resize(pools_.size());
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const api::AddressPool& pool = pools_[i];
    if (pool.first.family() != family) continue;
    if (wanted && holds(pool, *wanted) && held_.insert(*wanted).second) return wanted;
    const base::Address start = next_[i].value_or(pool.first);
    base::Address address = start;
    // Held addresses lie close together behind the last one given out, so the walk is short until the pool is nearly
    // full.
    do {
      const base::Address candidate = address;
      address = after(pool, address);
      if (!held_.insert(candidate).second) continue;
      next_[i] = address;
      return candidate;
    } while (address != start);
  }
  return std::nullopt;
}

void Leases::give_back(const base::Address& address) { held_.erase(address); }

}  // namespace latchkey::session
