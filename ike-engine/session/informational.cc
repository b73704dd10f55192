#include "ike-engine/session/informational.h"

#include <algorithm>

#include "ike-engine/session/children.h"
#include "ike-engine/session/complaints.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/session/opening.h"
#include "ike-engine/wire/delete.h"

namespace latchkey::session {

namespace {

using base::PayloadType;

// How long a peer may go on repeating the request that ended the IKE SA, since our answer to it got lost.
constexpr base::Duration kLinger = std::chrono::seconds(30);

/// What a request's DELETE payloads name.
struct Deleted {
  bool ike = false;
  std::vector<base::Spi> children;  ///< spi_in of those that are ours
};

Deleted read_deletes(IkeSa& sa, std::span<const wire::RawPayload> payloads) {
  Deleted deleted;
  for (const auto& payload : payloads) {
    if (payload.type != PayloadType::delete_) continue;
    const auto del = wire::parse_delete(payload.body);
    if (!del) continue;  // cannot be: the request's payloads were parsed before it became an event
    if (del->protocol == base::ProtocolId::ike) deleted.ike = true;
    if (del->protocol != base::ProtocolId::esp) continue;
    // RFC 7296 section 1.4.1: the SPIs named are those that the sender expects in its inbound packets.
    for (const base::Spi spi : del->spis) {
      const Child* child = sa.child_out(spi);
      if (child != nullptr && std::ranges::find(deleted.children, child->spi_in) == deleted.children.end()) {
        deleted.children.push_back(child->spi_in);
      }
    }
  }
  return deleted;
}

// Takes the children away and says which of them the answer has to name.
std::vector<base::Spi> delete_children(IkeSa& sa, Context& context, const std::vector<base::Spi>& spis) {
  std::vector<base::Spi> named;
  for (const base::Spi spi : spis) {
    // RFC 7296 section 1.4.1
    //= If a node receives a delete request for SAs for which it has already issued a delete request, it MUST delete
    //= the outgoing SAs while processing the request and the incoming SAs while processing the response.  In that
    //= case, the responses MUST NOT include Delete payloads for the deleted SAs
    const bool crossed = sa.exchange && sa.exchange->wish == Wish{Errand::delete_child, spi};
    if (!crossed) named.push_back(spi);
    drop_child(sa, context, spi);
  }
  return named;
}

// RFC 7296 section 2.25.2
//= If a peer receives a request to close an IKE SA that it is currently rekeying, it SHOULD reply as usual, and forget
//= about its own rekeying request.
// If the peer has rekeyed it meanwhile, the children belong to what that has made.
void inherit_or_lose(IkeSa& sa, Context& context) {
  const bool rekeying = sa.is_under_way(Errand::rekey_ike);
  if (rekeying && sa.exchange->creation->rival) {
    context.handovers.push_back({sa.own_spi(), sa.exchange->creation->rival->ike_sa});
  } else {
    lose(sa, context, api::Reason::deleted_by_peer);
  }
}

}  // namespace

bool ends_ike_sa(base::NotifyType type) {
  // RFC 7296 section 2.21
  //= Only authentication failures (AUTHENTICATION_FAILED and EAP failure) and malformed messages (INVALID_SYNTAX) lead to
  //= a deletion of the IKE SA without requiring an explicit INFORMATIONAL exchange carrying a Delete payload.
  return type == base::NotifyType::authentication_failed || type == base::NotifyType::invalid_syntax;
}

bool tells_of_the_end(std::span<const wire::RawPayload> payloads) {
  return std::ranges::any_of(payloads, [](const wire::RawPayload& payload) {
    const auto notify = payload.type == PayloadType::notify ? wire::parse_notify(payload.body)
                                                            : base::fail(base::Errc::not_found, "another payload");
    return notify && ends_ike_sa(notify->type);
  });
}

State linger(IkeSa& sa, Context& context) {
  end_exchange(sa);
  sa.wishes.clear();
  sa.renew_at = base::kNever;
  sa.ends_at = context.now + kLinger;
  return State::lingering;
}

bool respond(IkeSa& sa, Context& context, const Input& input, const wire::PayloadChain& chain) {
  auto datagrams = sa.protection->seal(header_of(sa, input.header.exchange, true, input.header.message_id), chain,
                                       sa.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return false;
  // RFC 7296 section 2.11
  //= An implementation MUST accept incoming requests even if the source port is not 500 or 4500, and MUST
  //= respond to the address and port from which the request was received.
  send(context, sa, input.path, *datagrams);
  sa.peer.answered(std::move(*datagrams));
  return true;
}

void respond_notify(IkeSa& sa, Context& context, const Input& input, base::NotifyType type, base::Bytes data) {
  respond_notify(sa, context, input, {base::ProtocolId::none, {}, type, data});
}

void respond_notify(IkeSa& sa, Context& context, const Input& input, const wire::Notify& notify) {
  wire::PayloadChain chain;
  add_notify(chain, notify);
  respond(sa, context, input, chain);
}

void answer_again(IkeSa& sa, Context& context, const Protection& protection, const wire::Message& message,
                  const api::Path& path) {
  const auto copy = protection.open(message);
  if (!copy) return count_drop(context.stats, copy.error().code);
  // RFC 7383 section 2.6.1
  //= that event MUST only trigger a retransmission of the response message (fragmented or not) if the
  //= Fragment Number field in the received fragment is set to 1; otherwise, it MUST be ignored.
  if (!is_first_fragment(message)) return count_drop(context.stats, base::Errc::mismatch);
  send(context, sa, path, sa.peer.last_response());
  context.stats.retransmitted += sa.peer.last_response().size();
}

State answer_informational(IkeSa& sa, Context& context, Input& input) {
  const Deleted deleted = read_deletes(sa, input.payloads);
  if (deleted.ike || tells_of_the_end(input.payloads)) {
    // RFC 7296 section 1.4.1
    //= The response to a request that deletes the IKE SA is an empty INFORMATIONAL response.
    respond(sa, context, input, {});
    inherit_or_lose(sa, context);
    return linger(sa, context);
  }
  const bool had_child = sa.current_child() != nullptr;
  const std::vector<base::Spi> named = delete_children(sa, context, deleted.children);
  hear_complaints(sa, context, input.payloads);
  // RFC 7296 section 1.4.1
  //= Normally, the response in the INFORMATIONAL exchange will contain Delete payloads for the paired SAs going
  //= in the other direction.
  respond(sa, context, input, named.empty() ? wire::PayloadChain{} : delete_children_chain(named));
  return had_child ? after_loss(sa, context, api::Reason::deleted_by_peer) : sa.state;
}

State answer_unsupported_critical_payload(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.5
  //= If the critical flag is set and the payload type is unrecognized, the message MUST be rejected and the
  //= response to the IKE request containing that payload MUST include a Notify payload
  //= UNSUPPORTED_CRITICAL_PAYLOAD, indicating an unsupported critical payload was included.
  const std::uint8_t type[] = {static_cast<std::uint8_t>(input.critical)};
  respond_notify(sa, context, input, base::NotifyType::unsupported_critical_payload, type);
  return sa.state;
}

State answer_invalid_syntax(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.21.3
  //= it returns an INVALID_SYNTAX notification, then this error notification is considered fatal in both peers,
  //= meaning that the IKE SA is deleted without needing an explicit Delete payload.
  respond_notify(sa, context, input, base::NotifyType::invalid_syntax);
  lose(sa, context, api::Reason::malformed);
  return linger(sa, context);
}

State answer_while_leaving(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 1.4.1: both ends may delete at once; an answer is due all the same.
  const Deleted deleted = read_deletes(sa, input.payloads);
  respond(sa, context, input,
          deleted.ike || deleted.children.empty() ? wire::PayloadChain{} : delete_children_chain(deleted.children));
  std::erase_if(sa.children, [&](const Child& child) {
    return deleted.ike || std::ranges::count(deleted.children, child.spi_in) > 0;
  });
  return deleted.ike ? linger(sa, context) : sa.state;
}

State vanish(IkeSa&, Context&, Input&) { return State::dead; }

State finish(IkeSa& sa, Context&, Input&) {
  end_exchange(sa);
  return State::dead;
}

}  // namespace latchkey::session
