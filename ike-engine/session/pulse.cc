#include "ike-engine/session/pulse.h"

#include <algorithm>

#include "ike-engine/session/children.h"
#include "ike-engine/session/exchange.h"

namespace latchkey::session {

namespace {

bool needs_keepalives(const IkeSa& sa, const Context& context) {
  return sa.behind_nat && sa.path.nat_port && context.config.keepalive > base::Duration::zero();
}

bool may_idle_out(const IkeSa& sa, const Context& context) {
  return sa.session != nullptr && !sa.session->initiator && context.config.idle > base::Duration::zero();
}

void schedule(IkeSa& sa, Context& context) {
  Pulse& pulse = sa.pulse;
  pulse.look_at = base::kNever;
  const auto look_in = [&](base::Duration wait) { pulse.look_at = std::min(pulse.look_at, context.now + wait); };
  if (context.config.liveness > base::Duration::zero()) look_in(context.config.liveness);
  // Twice as often as a keep-alive is due: an ESP packet seen may have been sent just after the look before.
  if (needs_keepalives(sa, context)) look_in(context.config.keepalive / 2);
  if (may_idle_out(sa, context))
    look_in(std::max(pulse.traffic + context.config.idle - context.now, base::Duration(1)));
}

void read_counters(IkeSa& sa, Context& context) {
  Pulse& pulse = sa.pulse;
  const auto counters = counters_of(sa);
  if (!counters) {
    // Nobody knows that there was none, nor how much of what the next look finds went out before the peer was heard.
    pulse.traffic = pulse.looked_at = context.now;
    return;
  }
  const bool in = counters->packets_in != pulse.packets_in;
  const bool out = counters->packets_out != pulse.packets_out;
  pulse.packets_in = counters->packets_in;
  pulse.packets_out = counters->packets_out;
  if (in) sa.last_heard = context.now;
  if (out) pulse.esp_out = context.now;
  if (in || out) pulse.traffic = context.now;
  // What has been sent before the peer was heard, or meanwhile, is no reason to doubt.
  if (sa.last_heard > pulse.looked_at) pulse.out_when_heard = pulse.packets_out;
  pulse.looked_at = context.now;
}

void check_liveness(IkeSa& sa, Context& context) {
  const base::Duration patience = context.config.liveness;
  if (patience <= base::Duration::zero() || context.now - sa.last_heard < patience) return;
  // RFC 7296 section 2.4
  //= If there has only been outgoing traffic on all of the SAs associated with an IKE SA, it is essential to confirm
  //= liveness of the other endpoint to avoid black holes.
  // Without any, nothing is lost in a black hole: an idle tunnel makes no traffic of its own.
  if (sa.pulse.packets_out == sa.pulse.out_when_heard) return;
  // A request that waits for its answer is a liveness check already.
  if (!sa.request.pending()) wish(sa, context, {Errand::liveness, {}});
}

void keep_nat_open(IkeSa& sa, Context& context) {
  if (!needs_keepalives(sa, context)) return;
  const base::TimePoint sent = std::max(sa.last_sent, sa.pulse.esp_out);
  if (context.now - sent < context.config.keepalive) return;
  // RFC 3948 section 2.3
  //= The sender MUST use a one-octet-long payload with the value 0xFF.
  context.out.datagrams.push_back({sa.path, {0xff}, true});
  ++context.stats.sent;
  sa.last_sent = context.now;
}

}  // namespace

void begin_pulse(IkeSa& sa, Context& context) {
  Pulse& pulse = sa.pulse;
  sa.last_heard = sa.last_sent = pulse.looked_at = context.now;
  pulse.out_when_heard = pulse.packets_out;
  if (pulse.traffic == base::TimePoint{}) pulse.traffic = context.now;
  schedule(sa, context);
}

State feel_pulse(IkeSa& sa, Context& context, Input&) {
  read_counters(sa, context);
  if (may_idle_out(sa, context) && context.now - sa.pulse.traffic >= context.config.idle) {
    lose(sa, context, api::Reason::idle);
    return begin_delete(sa, context);
  }
  check_liveness(sa, context);
  keep_nat_open(sa, context);
  schedule(sa, context);
  return sa.state;
}

}  // namespace latchkey::session
