#include "control/policy_explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/json_fields.h"
#include "unbound-module/address_rules.h"
#include "unbound-module/names.h"
#include "unbound-module/policy.h"
#include "unbound-module/verdict.h"

namespace latchkey::control {
namespace {

using nlohmann::json;
using unbound::Action;
using unbound::KeyStatus;
using unbound::Security;

std::string_view words(Action action) {
  switch (action) {
    case Action::release: return "released in clear, no IKE";
    case Action::negotiate: return "released when a tunnel is up, otherwise SERVFAIL";
    case Action::attempt: return "released when a tunnel is up, or in clear when the time is over";
    case Action::refuse_bogus: return "SERVFAIL: bogus";
    case Action::refuse_lookup: return "SERVFAIL: the key's lookup failed";
    case Action::refuse_unusable: return "SERVFAIL: no record may be used";
    case Action::refuse_no_key: return "SERVFAIL: the name is to be private and has no key";
    case Action::refuse_group: return "REFUSED";
    case Action::refuse_memory: return "SERVFAIL: the name had a secure key before";
  }
  return "?";
}

json match_json(const std::optional<unbound::Match>& match) {
  if (!match) return {};
  return {
      {"pattern", match->pattern}, {"group", host::to_string(match->rule->kind)}, {"override", match->rule->overrides}};
}

/// What the statuses come to: the group's word, or the table's.
Action decided(const host::Config& config, const unbound::Rule* rule, KeyStatus key, Security address) {
  unbound::Statuses statuses;
  statuses.key = key;
  statuses.address = statuses.alias = address;
  statuses.unsigned_keys = config.unsigned_policy;
  if (!rule) return decide(statuses);
  statuses.unsigned_keys = rule->unsigned_keys.value_or(unbound::Unsigned::require);
  if (!unbound::asks_for_key(rule->kind)) statuses.key = KeyStatus::failed;  // whatever it would have been
  return decide_in_group(rule->kind, statuses);
}

json outcomes_json(const host::Config& config, const unbound::Rule* rule) {
  json rows = json::array();
  for (const auto key : {KeyStatus::secure, KeyStatus::insecure, KeyStatus::absent_secure, KeyStatus::absent_insecure,
                         KeyStatus::failed, KeyStatus::unusable, KeyStatus::bogus}) {
    const Action if_secure = decided(config, rule, key, Security::secure);
    const Action if_insecure = decided(config, rule, key, Security::insecure);
    rows.push_back({{"ipseckey", to_string(key)},
                    {"address_secure", to_string(if_secure)},
                    {"address_insecure", to_string(if_insecure)},
                    {"address_secure_text", words(if_secure)},
                    {"address_insecure_text", words(if_insecure)}});
  }
  return rows;
}

std::int64_t deadline_ms(const host::Config& config, const unbound::Rule* rule) {
  const bool attempt = rule && rule->kind == host::GroupKind::private_or_clear;
  const std::int64_t general = attempt ? config.unsigned_deadline.count() : config.deadline.count();
  if (!rule || rule->deadline_us == 0) return general;
  return std::min<std::int64_t>(static_cast<std::int64_t>(rule->deadline_us / 1000), config.deadline.count());
}

std::string match_text(const json& explained, const char* key) {
  const auto match = explained.find(key);
  if (match == explained.end() || !match->is_object()) return "in no group";
  const bool overrides = match->value("override", json()) == json(true);
  return fmt::format("{} by {}{}", word(*match, "group"), word(*match, "pattern"), overrides ? ", overrides" : "");
}

}  // namespace

json explain_policy(const host::Config& config, const PolicyQuestion& question) {
  const unbound::Policy policy(config.groups);
  const std::vector<base::Bytes> names(question.names.begin(), question.names.end());
  const unbound::Ruling ruling = policy.judge(names, question.addresses);
  json out = {{"schema", 1},
              {"names", json::array()},
              {"addresses", json::array()},
              {"by_domain", match_json(ruling.by_name)},
              {"by_network", match_json(ruling.by_address)},
              {"group", ruling.rule ? json(host::to_string(ruling.rule->kind)) : json()},
              {"decided", ruling.text()},
              {"deadline_ms", deadline_ms(config, ruling.rule)},
              {"observe", config.observe},
              {"outcomes", outcomes_json(config, ruling.rule)}};
  for (const base::Bytes name : names) out["names"].push_back(unbound::name_text(name));
  for (const base::Address& address : question.addresses) {
    const auto rule = unbound::forbidden(address, config.allow_private, [](const base::Address&) { return false; });
    out["addresses"].push_back({{"address", address.to_string()}, {"no_ike", rule.empty() ? json() : json(rule)}});
  }
  return out;
}

std::string policy_text(const json& explained) {
  std::string text = fmt::format("domain    {}\n", match_text(explained, "by_domain"));
  if (!list(explained, "addresses").empty()) text += fmt::format("network   {}\n", match_text(explained, "by_network"));
  text += fmt::format("decides   {}\n", word(explained, "decided"));
  if (explained.value("observe", json()) == json(true)) text += "observe   nothing of this is done, only told\n";
  for (const json& address : list(explained, "addresses")) {
    if (const auto rule = address.find("no_ike"); rule != address.end() && rule->is_string())
      text += fmt::format("rule 4    no IKE to {}: {}\n", word(address, "address"), rule->get<std::string>());
  }
  text += fmt::format("deadline  {} ms\n", word(explained, "deadline_ms"));
  for (const json& row : list(explained, "outcomes")) {
    const std::string secure = word(row, "address_secure_text"), insecure = word(row, "address_insecure_text");
    text += fmt::format("IPSECKEY {:<16} {}\n", word(row, "ipseckey") + ":", secure);
    if (secure != insecure) text += fmt::format("{:<25} {}\n", "  (address unsigned:", insecure + ")");
  }
  return text;
}

}  // namespace latchkey::control
