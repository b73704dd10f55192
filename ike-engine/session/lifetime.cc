#include "ike-engine/session/lifetime.h"

#include <algorithm>

#include "ike-engine/session/children.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/jitter.h"
#include "ike-engine/session/pulse.h"

namespace latchkey::session {

namespace {

// After this time and up to half as much more it is tried again: what the peer could not do, but in good time before it
// is too late, ...
constexpr base::Duration kPause = std::chrono::seconds(10);
constexpr base::Duration kLeastPause = std::chrono::seconds(1);
// ... and a negotiation that has failed, as long as the old SA lives.
constexpr base::Duration kRenewalPause = std::chrono::seconds(60);
// And one such negotiation may take this long.
constexpr base::Duration kRenewalDeadline = std::chrono::seconds(30);

void again_at(IkeSa& sa, const Wish& wanted, base::TimePoint when) {
  if (wanted.errand == Errand::rekey_ike) {
    sa.renew_at = when;
  } else if (Child* child = sa.child_in(wanted.child); child != nullptr && child->standing == Standing::in_use) {
    child->rekey_at = when;
  }
}

base::TimePoint end_of(IkeSa& sa, const Wish& wanted) {
  if (wanted.errand == Errand::rekey_ike) return sa.ends_at;
  const Child* child = sa.child_in(wanted.child);
  return child == nullptr ? base::kNever : child->ends_at;
}

// Both sides wait when their requests have crossed, so neither may come at a foreseeable moment.
base::Duration pause(base::Duration left, Context& context) {
  const base::Duration most = std::clamp(left / 2, kLeastPause, kPause * 3 / 2);
  return most - jitter(most / 3, context.random);
}

bool may_start_over(const IkeSa& sa) { return sa.session != nullptr && sa.session->initiator; }

}  // namespace

base::TimePoint rekeying_time(base::Duration lifetime, Context& context) {
  // RFC 7296 section 2.8.1
  //= To reduce the probability of this happening, the timing of rekeying requests SHOULD be jittered
  return context.now + lifetime * 8 / 10 + jitter(lifetime / 10, context.random);
}

void begin_ike_life(IkeSa& sa, Context& context) {
  begin_pulse(sa, context);
  sa.renew_at = rekeying_time(context.config.ike_lifetime, context);
  sa.ends_at = context.now + context.config.ike_lifetime;
}

void begin_life(IkeSa& sa, Context& context) {
  begin_ike_life(sa, context);
  for (Child& child : sa.children) begin_child_life(child, context);
}

State postpone(IkeSa& sa, Context& context, const Wish& wanted) {
  again_at(sa, wanted, context.now + pause(end_of(sa, wanted) - context.now, context));
  return sa.state;
}

// Make before break.
State start_over(IkeSa& sa, Context& context, const Wish& wanted) {
  const bool possible = may_start_over(sa);
  const bool pointless = !possible && sa.rekeying_refused;
  again_at(sa, wanted, pointless ? base::kNever : context.now + kRenewalPause);
  if (!possible || sa.session->pending != base::IkeSpi{}) return sa.state;
  tell(context, sa, "renewal", {});
  context.successors.push_back({sa.session, {}, context.now + kRenewalDeadline});
  return sa.state;
}

State part_with(IkeSa& sa, Context& context, const Wish& wanted) {
  if (may_start_over(sa)) return start_over(sa, context, wanted);
  lose(sa, context, api::Reason::peer_refused);
  return begin_delete(sa, context);
}

State after_loss(IkeSa& sa, Context& context, api::Reason reason) {
  if (sa.current_child() != nullptr) return sa.state;
  lose(sa, context, reason);
  return begin_delete(sa, context);  // an IKE SA without its child is of no use to anybody
}

State rekey(IkeSa& sa, Context& context, Input&) {
  const Wish wanted{Errand::rekey_ike, {}};
  if (sa.rekeying_refused) return start_over(sa, context, wanted);
  sa.renew_at = base::kNever;  // until it is known what comes of it
  wish(sa, context, wanted);
  return sa.state;
}

State rekey_child(IkeSa& sa, Context& context, Input& input) {
  const Wish wanted{Errand::rekey_child, input.child};
  if (sa.rekeying_refused) return start_over(sa, context, wanted);
  again_at(sa, wanted, base::kNever);
  wish(sa, context, wanted);
  return sa.state;
}

State end_child(IkeSa& sa, Context& context, Input& input) {
  Child* child = sa.child_in(input.child);
  if (child == nullptr) return sa.state;
  child->ends_at = base::kNever;
  if (child->standing == Standing::in_use) set_aside(sa, context, input.child);
  // RFC 7296 section 2.8
  //= When the lifetime of a Security Association expires, the Security Association MUST NOT be used.
  if (sa.current_child() == nullptr) return after_loss(sa, context, api::Reason::lifetime);
  wish(sa, context, {Errand::delete_child, input.child});
  return sa.state;
}

State end_of_life(IkeSa& sa, Context& context, Input&) {
  lose(sa, context, api::Reason::lifetime);
  return begin_delete(sa, context);
}

State retire(IkeSa& sa, Context& context, Input&) {
  // The policies belong to the new child now, so the old one must leave them where they are. What comes in by it until
  // the peer knows is still welcome.
  for (Child& child : sa.children) child.tunnel->keep_guard();
  sa.session = nullptr;
  return begin_delete(sa, context);
}

State close_established(IkeSa& sa, Context& context, Input&) {
  sa.children.clear();
  lose(sa, context, api::Reason::closed);
  return begin_delete(sa, context);
}

State declare_dead(IkeSa& sa, Context& context, Input&) {
  lose(sa, context, api::Reason::dead_peer);
  return State::dead;
}

}  // namespace latchkey::session
