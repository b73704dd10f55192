#include "ike-engine/session/lifetime.h"

#include <algorithm>

#include "ike-engine/session/exchange.h"

namespace latchkey::session {

namespace {

// A renewal that fails is tried again after this time, as long as the old SA lives.
constexpr base::Duration kRenewalPause = std::chrono::seconds(60);
// And one attempt may take this long.
constexpr base::Duration kRenewalDeadline = std::chrono::seconds(30);

base::Duration jitter(base::Duration range, api::Random& random) {
  std::array<std::uint8_t, 4> octets{};
  random.fill(octets);
  return range * base::Reader(octets).u32() / std::int64_t{0xffffffff};
}

}  // namespace

void begin_life(IkeSa& sa, Context& context) {
  // Renewed somewhere between 80 and 90 % of the lifetime, so that tunnels made at once don't all end at once.
  const base::Duration lifetime = context.config.lifetime;
  sa.ends_at = context.now + lifetime;
  sa.renew_at = context.now + lifetime * 8 / 10 + jitter(lifetime / 10, context.random);
}

// Make before break: a whole new IKE SA; when its child is in the kernel this one is retired.
State renew(IkeSa& sa, Context& context, Input&) {
  sa.renew_at = context.now + kRenewalPause;
  if (sa.session == nullptr || !sa.session->initiator || sa.session->pending != base::IkeSpi{}) return sa.state;
  tell(context, sa, "renewal", {});
  context.successors.push_back({sa.session, {}, std::min(sa.ends_at, context.now + kRenewalDeadline)});
  return sa.state;
}

State end_of_life(IkeSa& sa, Context& context, Input&) {
  lose(sa, context, api::Reason::lifetime);
  return begin_delete(sa, context);
}

State retire(IkeSa& sa, Context& context, Input&) {
  // The policies belong to the new child now, so the old one must leave them where they are.
  for (Child& child : sa.children) child.tunnel->keep_guard();
  sa.children.clear();
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
