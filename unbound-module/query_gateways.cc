// Security rule 1 in a question's story: by which way an address may be reached, and what its own zone says of that.

#include <algorithm>

#include "unbound-module/query.h"
#include "unbound-module/reverse_name.h"

namespace latchkey::unbound {
namespace {

/// Reverse zones that one question asks: those of its first addresses that need it.
constexpr std::size_t kMostReverseZones = 4;

}  // namespace

/// Asks the zones of those addresses for which a signed set names gateways only, and none that is configured. Whether
/// there is anything to wait for.
bool Query::ask_reverse_zones() {
  reverse_asked_ = true;
  if (key_.status != KeyStatus::secure) return false;
  for (const base::Address& address : own_) {
    if (reverse_zones_.size() == kMostReverseZones) break;
    if (has_route(address, keys_, true, word_about(address)) || !has_foreign_gateway(address, keys_)) continue;
    base::Buffer name = reverse_name(address);
    const bool begun = resolver_.look_up(name, kTypeIpseckey, false);
    reverse_zones_.push_back({address, std::move(name), begun});
  }
  return awaits_reverse_zone();
}

bool Query::awaits_reverse_zone() const { return std::ranges::any_of(reverse_zones_, &ReverseZone::pending); }

void Query::give_up_reverse_zones() {
  for (ReverseZone& zone : reverse_zones_) zone.pending = false;
}

/// Whether the answer was for one of them. What is not secure from one end to the other says nothing.
bool Query::heard_reverse_zone(base::Bytes name, const lk_answer& answer) {
  const auto zone = std::ranges::find_if(
      reverse_zones_, [&](const ReverseZone& each) { return each.pending && same_name(each.name, name); });
  if (zone == reverse_zones_.end()) return false;
  zone->pending = false;
  if (answer.rcode != 0 || answer.security != LK_SECURE) return true;
  const Chain chain = follow_aliases(name, answer);
  std::vector<base::Bytes> rdatas;
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    const bool fits = rrset.section == LK_ANSWER && rrset.type == kTypeIpseckey;
    if (!fits || !same_name(view(rrset.owner), chain.end())) continue;
    zone->good_for_s = std::min({zone->good_for_s, rrset.ttl_s, rrset.signed_for_s});
    for (std::size_t n = 0; n < rrset.count; ++n) rdatas.push_back(view(rrset.rdata[n]));
  }
  zone->keys = parse_set(rdatas);
  worker_.gate.observed("reverse_zone", name_text(name_),
                        zone->address.to_string() + " records=" + std::to_string(rdatas.size()));
  return true;
}

GatewayWord Query::word_about(const base::Address& address) const {
  GatewayWord word;
  if (worker_.settings.gateways) word.configured = *worker_.settings.gateways;
  const auto zone = std::ranges::find(reverse_zones_, address, &ReverseZone::address);
  if (zone != reverse_zones_.end()) word.reverse = &zone->keys;
  return word;
}

std::vector<Route> Query::ways_to(const base::Address& address) const {
  return routes_to(address, keys_, key_.status == KeyStatus::secure, word_about(address)).ways;
}

/// The answer is good no longer than what has made one of its addresses usable.
void Query::add_candidate(const base::Address& address, bool own, bool allowed) {
  Race::Candidate candidate{address, own};
  candidate.has_key = allowed && has_route(address, keys_, key_.status == KeyStatus::secure, word_about(address));
  // A name may have thousands of addresses; those that the race does not keep need no more.
  const bool kept = race_.candidates().size() < 2 * kMaxAddresses;
  if (candidate.has_key && kept && has_foreign_gateway(address, keys_)) candidate.ways = ways_to(address).size();
  const auto zone = std::ranges::find(reverse_zones_, address, &ReverseZone::address);
  if (candidate.has_key && zone != reverse_zones_.end()) key_.good_for_s = std::min(key_.good_for_s, zone->good_for_s);
  race_.add(std::move(candidate));
}

}  // namespace latchkey::unbound
