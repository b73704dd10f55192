#include "ike-engine/session/exchange.h"

#include <algorithm>

#include "ike-engine/session/children.h"
#include "ike-engine/session/complaints.h"
#include "ike-engine/session/create_child.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/wire/delete.h"

namespace latchkey::session {

namespace {

using base::ExchangeType;
using base::PayloadType;

wire::PayloadChain delete_chain(const wire::Delete& del) {
  wire::PayloadChain chain;
  chain.add(PayloadType::delete_, [&](base::Writer& out) { write(out, del); });
  return chain;
}

bool is_pointless(IkeSa& sa, const Wish& wanted) {
  const Child* child = sa.child_in(wanted.child);
  if (wanted.errand == Errand::delete_child) return child == nullptr;
  return wanted.errand == Errand::rekey_child && (child == nullptr || child->standing != Standing::in_use);
}

base::Result<void> begin(IkeSa& sa, Context& context, const Wish& wanted) {
  sa.exchange = std::make_unique<OwnExchange>(OwnExchange{wanted, nullptr});
  switch (wanted.errand) {
    case Errand::liveness: return send_request(sa, context, ExchangeType::informational, {});
    case Errand::delete_child:
    case Errand::disown_child:
      return send_request(sa, context, ExchangeType::informational, delete_children_chain({wanted.child}));
    case Errand::delete_ike: return send_request(sa, context, ExchangeType::informational, delete_ike_chain());
    case Errand::complain: return send_request(sa, context, ExchangeType::informational, complaint(sa));
    case Errand::new_child:
    case Errand::rekey_child:
    case Errand::rekey_ike: begin_creation(sa, context); return {};
  }
  return base::fail(base::Errc::internal, "an errand that nobody runs");
}

}  // namespace

wire::PayloadChain delete_ike_chain() { return delete_chain({base::ProtocolId::ike, {}}); }

wire::PayloadChain delete_children_chain(const std::vector<base::Spi>& spis) {
  return delete_chain({base::ProtocolId::esp, spis});
}

base::Result<void> send_request(IkeSa& sa, Context& context, ExchangeType exchange, const wire::PayloadChain& chain) {
  const base::MessageId id = sa.next_request;
  auto datagrams = sa.protection->seal(header_of(sa, exchange, false, id), chain,
                                       sa.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return std::unexpected(datagrams.error());
  ++sa.next_request.value;
  sa.request.begin(id, std::move(*datagrams), context.patience(), context.now, context.random);
  send(context, sa, sa.path, sa.request.datagrams());
  return {};
}

void wish(IkeSa& sa, Context& context, const Wish& wanted) {
  if (sa.wants(wanted)) return;
  sa.wishes.push_back(wanted);
  (void)pursue(sa, context);  // what could not be sent now is tried with the next wish, or the IKE SA ends in its time
}

base::Result<void> pursue(IkeSa& sa, Context& context) {
  while (!sa.request.pending() && !sa.wishes.empty()) {
    const Wish next = sa.wishes.front();
    sa.wishes.erase(sa.wishes.begin());
    if (is_pointless(sa, next)) continue;
    if (auto begun = begin(sa, context, next); !begun) {
      sa.exchange.reset();
      return begun;
    }
  }
  return {};
}

Wish end_exchange(IkeSa& sa) {
  sa.request.end();
  const Wish over = sa.exchange ? sa.exchange->wish : Wish{};
  sa.exchange.reset();
  return over;
}

State begin_delete(IkeSa& sa, Context& context) {
  if (!sa.protection) return State::dead;
  sa.renew_at = sa.ends_at = base::kNever;
  for (Child& child : sa.children) child.rekey_at = child.ends_at = base::kNever;
  // Of two rekeyings that crossed the peer's own has made an IKE SA already.
  if (sa.exchange && sa.exchange->creation && sa.exchange->creation->rival) {
    context.superseded.push_back(sa.exchange->creation->rival->ike_sa);
  }
  // RFC 7296 section 2.3
  //= An IKE endpoint MUST wait for a response to each of its messages before sending a subsequent message
  // So what is under way comes to its end first; nothing else does.
  sa.wishes.assign(1, {Errand::delete_ike, {}});
  return pursue(sa, context) ? State::deleting : State::dead;
}

State conclude_informational(IkeSa& sa, Context& context, Input& input) {
  const Wish over = end_exchange(sa);
  if (tells_of_the_end(input.payloads)) {
    lose(sa, context, api::Reason::deleted_by_peer);
    return linger(sa, context);
  }
  if (over.errand == Errand::delete_child) {
    drop_child(sa, context, over.child);
    if (sa.current_child() == nullptr) return after_loss(sa, context, api::Reason::kernel);
  }
  (void)pursue(sa, context);
  return sa.state;
}

State conclude_as_bystander(IkeSa& sa, Context&, Input&) {
  end_exchange(sa);
  return sa.state;
}

State conclude_while_deleting(IkeSa& sa, Context& context, Input&) {
  if (end_exchange(sa).errand == Errand::delete_ike) return State::dead;
  return pursue(sa, context) ? sa.state : State::dead;
}

}  // namespace latchkey::session
