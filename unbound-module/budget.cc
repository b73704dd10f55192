#include "unbound-module/budget.h"

#include <algorithm>

#include "ike-engine/crypto/digest.h"

namespace latchkey::unbound {
namespace {

Allowance within_refill(unsigned most) {
  const unsigned at_least_one = std::max(most, 1U);
  return {at_least_one, Budget::kRefill / at_least_one};
}

/// Where each label of a name in wire form begins, without the root.
std::vector<std::size_t> label_starts(std::string_view name) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < name.size() && name[at] != 0; at += 1U + static_cast<std::uint8_t>(name[at]))
    starts.push_back(at);
  return starts;
}

}  // namespace

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::peers: return "peers";
    case Bound::waiting: return "waiting";
    case Bound::client_waiting: return "client_waiting";
    case Bound::half_open: return "half_open";
    case Bound::engine: return "engine";
    case Bound::overall: return "overall";
    case Bound::destination: return "destination";
    case Bound::zone: return "zone";
    case Bound::client: return "client";
  }
  return "?";
}

base::Bytes client_octets(const std::optional<base::Address>& client) {
  constexpr std::size_t kSubnet = 64 / 8;
  if (!client) return {};
  return client->is_v4() ? client->bytes() : client->bytes().first(kSubnet);
}

std::uint64_t keyed_hash(const HashKey& key, base::Bytes what) {
  const auto digest = crypto::sha256({key, what});
  return base::Reader(digest).u64();
}

bool Bucket::has_token(const Allowance& allowance, base::TimePoint now) {
  if (used_ == 0) since_ = now;
  const auto gained = std::max<base::Duration::rep>((now - since_) / allowance.each, 0);
  used_ = gained >= used_ ? 0 : used_ - static_cast<unsigned>(gained);
  since_ = used_ == 0 ? now : since_ + gained * allowance.each;
  return used_ < allowance.most;
}

void Bucket::refund() {
  if (used_ > 0) --used_;
}

std::optional<Bound> Budget::take(const Payer* payer, const base::Address& destination, base::TimePoint now) {
  const std::vector<Charge> all = charges(payer, destination);
  for (const Charge& charge : all)
    if (!charge.bucket->has_token(charge.allowance, now)) return charge.bound;
  if (!overall_.has_token(kOverall, now)) return Bound::overall;
  for (const Charge& charge : all) charge.bucket->take();
  overall_.take();
  return std::nullopt;
}

void Budget::refund(const Payer* payer, const base::Address& destination) {
  for (const Charge& charge : charges(payer, destination)) charge.bucket->refund();
}

std::vector<Budget::Charge> Budget::charges(const Payer* payer, const base::Address& destination) {
  std::vector<Charge> all{{&destinations_.at(keyed_hash(key_, destination.bytes())), kDestination, Bound::destination}};
  if (!payer) return all;
  add_zones(payer->owner, all);
  all.push_back(
      {&clients_.at(keyed_hash(key_, client_octets(payer->client))), within_refill(limits_.per_client), Bound::client});
  return all;
}

void Budget::add_zones(std::string_view owner, std::vector<Charge>& charges) {
  const std::vector<std::size_t> starts = label_starts(owner);
  for (std::size_t labels = 1; labels <= std::min(starts.size(), zones_.size()); ++labels) {
    const std::string_view zone = owner.substr(starts[starts.size() - labels]);
    const unsigned most = limits_.per_zone * kHalvesOfZone[labels - 1] / 2;
    charges.push_back(
        {&zones_[labels - 1].at(keyed_hash(key_, base::as_bytes(zone))), within_refill(most), Bound::zone});
  }
}

}  // namespace latchkey::unbound
