#include "ike-engine/session/children.h"

#include <algorithm>

#include "ike-engine/session/lifetime.h"

namespace latchkey::session {

namespace {

// How long a peer may take to delete what it has replaced; then we do.
constexpr base::Duration kReplacedLife = std::chrono::seconds(60);

void add(api::ChildCounters& sum, const api::ChildCounters& more) {
  sum.bytes_in += more.bytes_in;
  sum.bytes_out += more.bytes_out;
  sum.packets_in += more.packets_in;
  sum.packets_out += more.packets_out;
}

Child* find(IkeSa& sa, Standing standing) {
  const auto found = std::ranges::find_if(sa.children, [&](const Child& child) {
    return child.standing == standing && !sa.wants({Errand::delete_child, child.spi_in});
  });
  return found == sa.children.end() ? nullptr : &*found;
}

void tell_rekeyed(const IkeSa& sa, Context& context, base::Spi old, const Child& fresh) {
  ++context.stats.rekeyed;
  if (sa.session == nullptr) return;
  context.out.events.push_back(api::Rekeyed{sa.session->id, fresh.suite, old, fresh.spi_in, fresh.spi_out});
}

// The peer's own half of two rekeyings that crossed, or the child that it thought to have replaced.
void fill_the_gap(IkeSa& sa, Context& context, base::Spi gone) {
  Child* heir = find(sa, Standing::rival);
  if (heir == nullptr) heir = find(sa, Standing::replaced);
  if (heir == nullptr) return;
  heir->standing = Standing::in_use;
  begin_child_life(*heir, context);
  tell_rekeyed(sa, context, gone, *heir);
}

}  // namespace

bool start_sending(IkeSa& sa) {
  bool done = true;
  for (Child& child : sa.children) {
    if (child.sending || child.standing != Standing::in_use) continue;
    child.sending = true;
    done = child.tunnel->start_sending().has_value() && done;
  }
  return done;
}

void begin_child_life(Child& child, Context& context) {
  const base::Duration lifetime = context.config.lifetime;
  child.rekey_at = rekeying_time(lifetime, context);
  child.ends_at = context.now + lifetime;
}

void set_aside(IkeSa& sa, Context& context, base::Spi spi_in) {
  Child* child = sa.child_in(spi_in);
  if (child == nullptr) return;
  child->standing = Standing::replaced;
  child->rekey_at = base::kNever;
  child->ends_at = std::min(child->ends_at, context.now + kReplacedLife);
}

void take_over(IkeSa& sa, Context& context, base::Spi old, base::Spi fresh) {
  set_aside(sa, context, old);
  Child& child = *sa.child_in(fresh);
  child.standing = Standing::in_use;
  begin_child_life(child, context);
  tell_rekeyed(sa, context, old, child);
}

void drop_child(IkeSa& sa, Context& context, base::Spi spi_in) {
  Child* child = sa.child_in(spi_in);
  if (child == nullptr) return;
  const auto counters = child->tunnel->counters();
  if (counters && sa.session != nullptr) add(sa.session->carried, *counters);
  if (!counters) sa.pulse.traffic = context.now;  // nobody knows that there was none
  child->tunnel->keep_guard();
  std::erase_if(sa.children, [&](const Child& each) { return each.spi_in == spi_in; });
  if (sa.current_child() == nullptr) fill_the_gap(sa, context, spi_in);
  // RFC 7296 section 2.8
  //= When rekeying an SA, the responder continues to send traffic on the old SA until one of those events occurs.
  // The one that we see is the request to close the replaced SA; the end of its time does as well.
  if (!start_sending(sa)) lose(sa, context, api::Reason::kernel);
}

const Child* child_of(const IkeSa& sa, const api::Expired& what) {
  const bool inbound = what.destination == sa.path.local.address;
  if (!inbound && what.destination != sa.path.remote.address) return nullptr;
  const auto found = std::ranges::find(sa.children, what.spi, inbound ? &Child::spi_in : &Child::spi_out);
  return found == sa.children.end() ? nullptr : &*found;
}

base::Result<api::ChildCounters> counters_of(const IkeSa& sa) {
  api::ChildCounters sum = sa.session != nullptr ? sa.session->carried : api::ChildCounters{};
  for (const Child& child : sa.children) {
    const auto counters = child.tunnel->counters();
    if (!counters) return counters;
    add(sum, *counters);
  }
  return sum;
}

}  // namespace latchkey::session
