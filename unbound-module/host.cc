#include "unbound-module/host.h"

#include <atomic>

#include "unbound-module/name_wire.h"
#include "unbound-module/query.h"

namespace latchkey::unbound {
namespace {

std::atomic<std::uint64_t> last_ticket{0};  // never reused in the life of the process
/// Names whose messages leave the cache in one turn; the rest after the worker's other events.
constexpr std::size_t kStaleAtOnce = 256;

}  // namespace

Ticket Worker::want(Query& query, std::size_t place, Want wish) {
  const Ticket ticket{++last_ticket};
  wish.ticket = ticket;
  wish.worker = id_;
  waiting_.emplace(ticket.value, Place{&query, place});
  gate.want(std::move(wish));
  return ticket;
}

void Worker::forget(Ticket ticket) {
  if (waiting_.erase(ticket.value) > 0) gate.forget(id_, ticket);
}

Query* Worker::hand_over(const Done& done) {
  const auto found = waiting_.find(done.ticket.value);
  if (found == waiting_.end()) return nullptr;
  const Place place = found->second;
  waiting_.erase(found);
  place.query->outcome(place.place, done);
  return place.query;
}

std::size_t Worker::deliver(std::size_t most) {
  drop_stale();
  const std::vector<Done> outcomes = gate.take(id_, most);
  // Running one question may end another, so each is looked up only when its turn comes.
  for (const Done& done : outcomes)
    if (Query* query = hand_over(done)) query->resume();
  return outcomes.size();
}

void Worker::drop_stale() {
  if (!cache) return;
  const Stale stale = gate.take_stale(kStaleAtOnce);
  if (stale.everything) cache->drop_all();
  for (const std::string& text : stale.names)
    if (const auto name = name_wire(text)) cache->drop(*name);
}

void Worker::deliver_at_once() {
  drop_stale();
  for (;;) {
    const std::vector<Done> outcomes = gate.take(id_, kAtATime);
    if (outcomes.empty()) return;
    for (const Done& done : outcomes) (void)hand_over(done);
  }
}

}  // namespace latchkey::unbound
