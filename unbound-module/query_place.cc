// A question's place among those that are held, on its worker and over all.

#include <utility>

#include "unbound-module/query.h"

namespace latchkey::unbound {

/// Among the questions that are held, for their key as for tunnels: a zone that answers for addresses at once and for
/// keys never must not have us hold without bound.
bool Query::take_place() {
  const auto client = resolver_.first_client();
  const auto bound = worker_.held.enter(client);
  if (!worker_.gate.hold(name_, client, bound)) {
    if (!bound) worker_.held.leave(client);
    return false;
  }
  held_for_ = client;
  return held_ = true;
}

void Query::leave_place() {
  if (!std::exchange(held_, false)) return;
  worker_.held.leave(held_for_);
  worker_.gate.let_go(held_for_);
}

}  // namespace latchkey::unbound
