#include "control/explain_text.h"

#include <fmt/format.h>

#include "control/json_fields.h"
#include "control/status_text.h"

namespace latchkey::control {
namespace {

using nlohmann::json;

std::string line(std::string_view step, std::string_view what) { return fmt::format("  {:<10} {}\n", step, what); }

std::string duration(const json& object, const char* key) { return duration_text(number<std::int64_t>(object, key)); }

/// A member that is an object, or nothing.
const json* part(const json& object, const char* key) {
  const auto place = object.find(key);
  return place != object.end() && place->is_object() ? &*place : nullptr;
}

bool has_text(const json& object, const char* key) {
  const auto place = object.find(key);
  return place != object.end() && place->is_string() && !place->get_ref<const std::string&>().empty();
}

/// "3 s ago, after 61 ms: released-tunnel (up=1)".
std::string outcome_text(const json& decision) {
  std::string text = fmt::format("{} ago, after {}: {}", duration(decision, "age_ms"), duration(decision, "took_ms"),
                                 word(decision, "verdict"));
  if (has_text(decision, "reason")) text += fmt::format(" ({})", word(decision, "reason"));
  return text;
}

std::string answer_text(const json& decision) {
  const json* answer = part(decision, "address");
  if (!answer) return line("addresses", "none that could have been given out");
  std::string text = line("addresses", fmt::format("{} of this type, {}, after {}", word(*answer, "count"),
                                                   word(*answer, "status"), duration(*answer, "after_ms")));
  if (has_text(*answer, "alias_end"))
    text += line("alias", fmt::format("leads to {}, {}", word(*answer, "alias_end"), word(*answer, "alias_status")));
  return text;
}

std::string key_text(const json& decision) {
  const json* key = part(decision, "ipseckey");
  if (!key) return line("IPSECKEY", "was not looked at");
  std::string text =
      line("IPSECKEY",
           fmt::format(
               "{} of {}, after {}; {} records, {} malformed, {} refused{}", word(*key, "status"), word(*key, "owner"),
               duration(*key, "after_ms"), word(*key, "records"), word(*key, "malformed"), word(*key, "refused"),
               key->value("seen_private", json()) == json(true) ? "; the name is known to have had a secure key" : ""));
  for (const json& record : list(*key, "usable")) {
    text += line("key", fmt::format("precedence {}, algorithm {}, gateway {}, {:.16}", word(record, "precedence"),
                                    word(record, "algorithm"), word(record, "gateway"), word(record, "key_digest")));
  }
  return text;
}

std::string address_text(const json& peer) {
  std::string text = fmt::format("{}: ", word(peer, "address"));
  const std::string outcome = word(peer, "outcome");
  if (outcome == "open") return text + "was not asked for a tunnel";
  text += outcome == "asked" ? "no outcome yet" : outcome;
  const auto answered = peer.find("answered_ms");
  if (answered != peer.end() && answered->is_number()) text += " after " + duration(peer, "answered_ms");
  if (has_text(peer, "reason")) text += fmt::format(" ({})", word(peer, "reason"));
  return text;
}

std::string end_text(const json& decision) {
  if (has_text(decision, "stopped_at")) {
    std::string text = "stopped at " + word(decision, "stopped_at");
    if (const json* error = part(decision, "extended_error"))
      text += fmt::format(": Extended DNS Error {}, {}", word(*error, "code"), word(*error, "text"));
    return line("end", text);
  }
  const auto ttl = decision.find("ttl_s");
  if (ttl == decision.end() || !ttl->is_number()) return line("end", "answered");
  return line("end", fmt::format("answered, with a TTL of at most {} s", ttl->dump()));
}

std::string decision_text(const json& decision) {
  std::string text = fmt::format("{}: {}\n", word(decision, "type"), outcome_text(decision));
  text += answer_text(decision) + key_text(decision);
  if (has_text(decision, "rule")) {
    const std::string group = has_text(decision, "group") ? word(decision, "group") : "no group";
    text += line("rule", fmt::format("{}: {}", group, word(decision, "rule")));
  }
  for (const json& peer : list(decision, "peers")) text += line("peer", address_text(peer));
  return text + end_text(decision);
}

std::string peer_now_text(const json& peer) {
  std::string text;
  if (const json* tunnel = part(peer, "tunnel")) text += tunnel_text(*tunnel);
  const std::string address = word(peer, "address");
  if (const json* negotiation = part(peer, "negotiation")) {
    text += fmt::format("  {}  negotiation for {} goes on since {}; {} questions wait\n", address,
                        word(*negotiation, "name"), duration(*negotiation, "since_ms"), word(*negotiation, "waiting"));
  }
  for (const json& failure : list(peer, "failures")) text += failure_text(failure);
  if (number<std::int64_t>(peer, "in_clear_ms") > 0)
    text +=
        fmt::format("  {}  was given out in clear; no short attempt for {}\n", address, duration(peer, "in_clear_ms"));
  return text.empty() ? fmt::format("  {}  no tunnel\n", address) : text;
}

}  // namespace

std::string explain_text(const json& reply) {
  std::string text = word(reply, "name") + "\n";
  if (list(reply, "decisions").empty()) text += "no question for this name is among the last decisions\n";
  for (const json& decision : list(reply, "decisions")) text += decision_text(decision);
  if (!list(reply, "earlier").empty()) text += "earlier:\n";
  for (const json& decision : list(reply, "earlier"))
    text += fmt::format("  {}: {}\n", word(decision, "type"), outcome_text(decision));
  if (!list(reply, "peers").empty()) text += "now:\n";
  for (const json& peer : list(reply, "peers")) text += peer_now_text(peer);
  return text;
}

}  // namespace latchkey::control
