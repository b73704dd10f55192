#include "unbound-module/verdict.h"

namespace latchkey::unbound {
namespace {

bool any_bogus(const Statuses& s) {
  return s.address == Security::bogus || s.alias == Security::bogus || s.key == KeyStatus::bogus;
}

Action by_configuration(Unsigned word, Action when_opportunistic, Action when_required) {
  switch (word) {
    case Unsigned::ignore: return Action::release;
    case Unsigned::opportunistic: return when_opportunistic;
    case Unsigned::require: return when_required;
  }
  return when_required;
}

/// No key was found, or none that may be used, and no secure denial either.
Action without_key(const Statuses& s, Action refusal) {
  if (answer_secure(s)) return refusal;
  return by_configuration(s.unsigned_keys, Action::release, refusal);
}

}  // namespace

std::string_view to_string(Action action) {
  switch (action) {
    case Action::release: return "release";
    case Action::negotiate: return "negotiate";
    case Action::attempt: return "attempt";
    case Action::refuse_bogus: return "refuse_bogus";
    case Action::refuse_lookup: return "refuse_lookup";
    case Action::refuse_unusable: return "refuse_unusable";
    case Action::refuse_group: return "refuse_group";
    case Action::refuse_no_key: return "refuse_no_key";
    case Action::refuse_memory: return "refuse_memory";
  }
  return "?";
}

std::string_view to_string(KeyStatus status) {
  switch (status) {
    case KeyStatus::secure: return "secure";
    case KeyStatus::insecure: return "insecure";
    case KeyStatus::bogus: return "bogus";
    case KeyStatus::absent_secure: return "absent_secure";
    case KeyStatus::absent_insecure: return "absent_insecure";
    case KeyStatus::failed: return "failed";
    case KeyStatus::unusable: return "unusable";
  }
  return "?";
}

std::string_view to_string(Security security) {
  switch (security) {
    case Security::insecure: return "insecure";
    case Security::secure: return "secure";
    case Security::bogus: return "bogus";
  }
  return "?";
}

Action decide(const Statuses& s) {
  if (any_bogus(s)) return Action::refuse_bogus;
  if (s.key == KeyStatus::secure) return Action::negotiate;
  if (s.key == KeyStatus::absent_secure) return Action::release;
  if (s.seen_private) return Action::refuse_memory;
  switch (s.key) {
    case KeyStatus::insecure: return by_configuration(s.unsigned_keys, Action::attempt, Action::negotiate);
    case KeyStatus::absent_insecure:
      // A secure address has its denial in a signed zone: an unproven one is a lookup that went wrong.
      return answer_secure(s) ? Action::refuse_lookup : Action::release;
    case KeyStatus::unusable: return without_key(s, Action::refuse_unusable);
    default: return without_key(s, Action::refuse_lookup);
  }
}

Action decide_in_group(host::GroupKind group, const Statuses& s) {
  using host::GroupKind;
  if (group == GroupKind::block) return Action::refuse_group;
  if (any_bogus(s)) return Action::refuse_bogus;
  const bool unsigned_counts = s.unsigned_keys != Unsigned::ignore;
  const bool has_key = s.key == KeyStatus::secure || (s.key == KeyStatus::insecure && unsigned_counts);
  if (group == GroupKind::private_only) {
    if (has_key) return Action::negotiate;
    if (s.key == KeyStatus::failed) return Action::refuse_lookup;
    return s.key == KeyStatus::unusable ? Action::refuse_unusable : Action::refuse_no_key;
  }
  return group == GroupKind::private_or_clear && has_key ? Action::attempt : Action::release;
}

bool answer_secure(const Statuses& s) { return s.address == Security::secure && s.alias == Security::secure; }

bool verified(const Statuses& s) { return s.key == KeyStatus::secure && answer_secure(s); }

}  // namespace latchkey::unbound
