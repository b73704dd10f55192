#pragma once
// Requests of our own within an established IKE SA: one after the other, since our window is one (RFC 7296
// section 2.3).

#include "ike-engine/session/table.h"

namespace latchkey::session {

/// Wants something of the peer, once: the same wish twice is one. It begins when its turn comes.
void wish(IkeSa& sa, Context& context, const Wish& wanted);

/// Begins the next wish if nothing is under way. Wishes that have become pointless (their child is gone) fall away.
/// Errors: internal (a message could not be made: the IKE SA is of no use any more).
base::Result<void> pursue(IkeSa& sa, Context& context);

/// Sends a request in its turn and keeps it for retransmission. Errors: internal.
base::Result<void> send_request(IkeSa& sa, Context& context, base::ExchangeType exchange,
                                const wire::PayloadChain& chain);

/// The exchange under way is over, whatever came of it. What it was about.
Wish end_exchange(IkeSa& sa);

/// The octets of a DELETE for the IKE SA, or for the children whose packets we receive with `spis`.
wire::PayloadChain delete_ike_chain();
wire::PayloadChain delete_children_chain(const std::vector<base::Spi>& spis);

/// Sends our DELETE for the IKE SA as soon as the window allows. Returns State::deleting, or State::dead if that can't
/// be done.
State begin_delete(IkeSa& sa, Context& context);

// Actions.
State conclude_informational(IkeSa& sa, Context& context, Input& input);
State conclude_as_bystander(IkeSa& sa, Context& context, Input& input);
State conclude_while_deleting(IkeSa& sa, Context& context, Input& input);

}  // namespace latchkey::session
