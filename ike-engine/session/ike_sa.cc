#include "ike-engine/session/ike_sa.h"

#include <algorithm>

namespace latchkey::session {

namespace {

template <class Is>
Child* find_child(std::vector<Child>& children, Is is) {
  const auto found = std::ranges::find_if(children, is);
  return found == children.end() ? nullptr : &*found;
}

}  // namespace

bool IkeSa::pinned() const {
  // Who has not heard our answer to IKE_SA_INIT may be anybody, and would be given a tunnel in its own name.
  if (half_open) return true;
  return session == nullptr ? is_initiator() : session->initiator;
}

Child* IkeSa::child_in(base::Spi spi_in) {
  return find_child(children, [&](const Child& child) { return child.spi_in == spi_in; });
}

Child* IkeSa::child_out(base::Spi spi_out) {
  return find_child(children, [&](const Child& child) { return child.spi_out == spi_out; });
}

Child* IkeSa::current_child() {
  return find_child(children, [](const Child& child) { return child.standing == Standing::in_use; });
}

bool IkeSa::wants(const Wish& wish) const {
  return (exchange && exchange->wish == wish) || std::ranges::find(wishes, wish) != wishes.end();
}

wire::Header header_of(const IkeSa& sa, base::ExchangeType exchange, bool response, base::MessageId id) {
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = sa.spi_r;
  header.exchange = exchange;
  header.response = response;
  // RFC 7296 section 3.1
  //= This bit MUST be set in messages sent by the original initiator of the IKE SA and MUST be cleared in
  //= messages sent by the original responder.
  header.initiator = sa.is_initiator();
  header.message_id = id;
  return header;
}

}  // namespace latchkey::session
