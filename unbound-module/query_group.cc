// The operator's groups in a question's story, and what is only observed.

#include <algorithm>
#include <array>

#include "unbound-module/query.h"

namespace latchkey::unbound {
namespace {

/// What `observe` tells instead of doing it.
const char* would_be(Action action) {
  switch (action) {
    case Action::release: return "released";
    case Action::negotiate: return "would-negotiate";
    case Action::attempt: return "would-attempt";
    case Action::refuse_bogus: return "would-servfail-bogus";
    case Action::refuse_lookup: return "would-servfail-lookup";
    case Action::refuse_unusable: return "would-servfail-unusable";
    case Action::refuse_no_key: return "would-servfail-nokey";
    case Action::refuse_group: return "would-refused-group";
    case Action::refuse_memory: return "would-servfail-private";
  }
  return "would-servfail";
}

}  // namespace

/// Whether no address could make the name anything but blocked.
bool Query::blocked_by_name() {
  const Policy* policy = worker_.settings.policy.get();
  if (!policy || policy->empty()) return false;
  const std::array names{base::Bytes(name_)};
  const Ruling ruling = policy->judge(names, {});
  if (!ruling.rule || ruling.rule->kind != host::GroupKind::block) return false;
  if (is_address_type(type_) && !ruling.rule->overrides && policy->networks_override()) return false;
  account_.group = ruling.text();
  return true;
}

/// One verdict for the name, whatever the way to its addresses.
void Query::judge(const Chain& chain) {
  const Policy* policy = worker_.settings.policy.get();
  if (!policy || policy->empty()) return;
  const Ruling ruling = policy->judge(chain.names, own_);
  rule_ = ruling.rule;
  if (!rule_) return;
  account_.group = ruling.text();
  statuses_.unsigned_keys = rule_->unsigned_keys.value_or(Unsigned::require);
}

/// The groups `block`, `clear` and `clear-or-private`.
lk_next Query::act_without_key() {
  const Action action = decide_in_group(rule_->kind, statuses_);
  if (action != Action::release || worker_.settings.observe) return act(action);
  account_.rule = to_string(action);
  return release_plain(true, "released-group", account_.group);
}

std::uint64_t Query::deadline_us() const {
  const bool own = rule_ && rule_->kind == host::GroupKind::private_only && rule_->deadline_us != 0;
  return own ? std::min(rule_->deadline_us, worker_.settings.deadline_us) : worker_.settings.deadline_us;
}

std::uint64_t Query::attempt_us() const {
  const bool own = rule_ && rule_->kind == host::GroupKind::private_or_clear && rule_->deadline_us != 0;
  return own ? rule_->deadline_us : worker_.settings.unsigned_deadline_us;
}

/// Of a short attempt, or of a lookup that may be given up: never later than Unbound waits for us.
std::uint64_t Query::attempt_deadline() const {
  return std::min(resolver_.now_us() + attempt_us(), begun_us_ + worker_.settings.deadline_us);
}

/// Whether a group says of an address of the other family that nothing is negotiated with it.
bool Query::is_kept_from_ike(const Chain& chain, const base::Address& address) const {
  const Policy* policy = worker_.settings.policy.get();
  if (!policy || policy->empty()) return false;
  const Rule* rule = policy->judge(chain.names, std::array{address}).rule;
  return rule != nullptr && !asks_for_key(rule->kind);
}

/// The answer stays as Unbound made it, and in its cache.
lk_next Query::would(Action action) {
  return finish(would_be(action), account_.group.empty() ? "observed" : account_.group);
}

}  // namespace latchkey::unbound
