#include "unbound-module/explain.h"

#include <algorithm>
#include <array>
#include <set>

#include "host/control_replies.h"
#include "unbound-module/name_wire.h"
#include "unbound-module/names.h"
#include "unbound-module/tunnel_json.h"

namespace latchkey::unbound {
namespace {

using nlohmann::json;

json after_json(const After& after) { return after ? json(whole_ms(*after)) : json(); }

/// Where the way of a question with this verdict has ended; null if it went to its end.
json stopped_at(const Decision& decision) {
  struct Row {
    std::string_view verdict, place;
  };
  static constexpr std::array kRows{
      Row{"servfail-lookup", "ipseckey"}, Row{"servfail-unusable", "ipseckey"}, Row{"servfail-private", "ipseckey"},
      Row{"servfail-nokey", "policy"},    Row{"refused-group", "policy"},       Row{"servfail-tunnel", "peer"},
      Row{"servfail-filtered", "peer"},   Row{"servfail-limit", "limit"},       Row{"servfail-memory", "memory"},
      Row{"servfail-dns64", "dns64"},
  };
  // Which of the three was bogus: without a lookup of the key it can only be the address or its aliases.
  if (decision.verdict == "servfail-bogus") return decision.key.status == "bogus" ? "ipseckey" : "address";
  const auto* row = std::ranges::find(kRows, decision.verdict, &Row::verdict);
  return row == kRows.end() ? json() : json(row->place);
}

json answer_json(const AnswerAccount& answer) {
  if (!answer.after) return {};
  json out = {{"after_ms", after_json(answer.after)}, {"count", answer.count}, {"status", answer.status}};
  if (!answer.alias_end.empty()) {
    out["alias_end"] = answer.alias_end;
    out["alias_status"] = answer.alias_status;
  }
  return out;
}

json key_json(const KeyAccount& key) {
  if (!key.after) return {};
  json usable = json::array();
  for (const RecordAccount& record : key.usable) {
    usable.push_back({{"precedence", record.precedence},
                      {"algorithm", record.algorithm},
                      {"gateway", record.gateway},
                      {"key_digest", record.key_digest}});
  }
  return {{"after_ms", after_json(key.after)},
          {"owner", key.owner},
          {"status", key.status},
          {"records", key.records},
          {"malformed", key.malformed},
          {"refused", key.refused},
          {"usable", std::move(usable)},
          {"seen_private", key.seen_private}};
}

json addresses_json(const Decision& decision) {
  json out = json::array();
  for (const AddressAccount& address : decision.addresses) {
    out.push_back({{"address", address.address.to_string()},
                   {"outcome", address.outcome},
                   {"reason", address.reason},
                   {"asked_ms", after_json(address.asked)},
                   {"answered_ms", after_json(address.answered)},
                   {"lease_s", address.lease_left_s}});
  }
  return out;
}

json brief_json(const Decision& decision, base::TimePoint now) {
  return {{"type", decision.type},
          {"verdict", decision.verdict},
          {"reason", decision.reason},
          {"age_ms", whole_ms(std::max(now - decision.begun, base::Duration::zero()))},
          {"took_ms", whole_ms(decision.took)},
          {"stopped_at", stopped_at(decision)}};
}

json full_json(const Decision& decision, base::TimePoint now) {
  json out = brief_json(decision, now);
  out["address"] = answer_json(decision.answer);
  out["ipseckey"] = key_json(decision.key);
  out["group"] = decision.group.empty() ? json() : json(decision.group);
  out["rule"] = decision.rule.empty() ? json() : json(decision.rule);
  out["peers"] = addresses_json(decision);
  out["ttl_s"] = decision.ttl_s ? json(*decision.ttl_s) : json();
  out["extended_error"] = json();
  if (decision.error) out["extended_error"] = {{"code", decision.error->code}, {"text", decision.error->text}};
  return out;
}

json peer_json(const PeerView& peer) {
  json out = {{"address", peer.address.to_string()},
              {"tunnel", peer.tunnel ? tunnel_json(*peer.tunnel) : json()},
              {"negotiation", json()},
              {"failures", json::array()},
              {"in_clear_ms", whole_ms(peer.in_clear)}};
  if (peer.negotiation) {
    out["negotiation"] = {{"name", peer.negotiation->name},
                          {"since_ms", whole_ms(peer.negotiation->since)},
                          {"waiting", peer.negotiation->waiting}};
  }
  for (const FailureView& failure : peer.failures) out["failures"].push_back(failure_json(failure));
  return out;
}

}  // namespace

json explain(const json& request, Peers& peers, const Decisions& decisions, base::TimePoint now) {
  const auto asked = request.find("name");
  const auto wire = asked != request.end() && asked->is_string() ? name_wire(asked->get<std::string>()) : std::nullopt;
  if (!wire) return host::refusal_json("\"name\" is no DNS name");
  const std::string name = name_text(*wire);
  json out = {
      {"schema", 1},           {"ok", true}, {"name", name}, {"decisions", json::array()}, {"earlier", json::array()},
      {"peers", json::array()}};
  std::set<std::string> types;
  const std::vector<base::Address> leased = peers.leased_to(name, now);
  std::set<base::Address> addresses(leased.begin(), leased.end());
  for (const Decision& decision : decisions.about(name, Decisions::kMost)) {
    if (types.insert(decision.type).second) {
      out["decisions"].push_back(full_json(decision, now));
      for (const AddressAccount& address : decision.addresses) addresses.insert(address.address);
    } else if (out["earlier"].size() < kMostEarlier) {
      out["earlier"].push_back(brief_json(decision, now));
    }
  }
  for (const base::Address& address : addresses)
    if (out["peers"].size() < kMostPeers) out["peers"].push_back(peer_json(peers.peer(address, now)));
  return out;
}

}  // namespace latchkey::unbound
