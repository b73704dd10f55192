#include "ike-engine/session/informational.h"

#include <algorithm>

#include "ike-engine/wire/delete.h"

namespace latchkey::session {

namespace {

using base::PayloadType;

// How long a peer may go on repeating the request that ended the IKE SA, since our answer to it got lost.
constexpr base::Duration kLinger = std::chrono::seconds(30);

/// What a request's DELETE payloads name.
struct Deleted {
  bool ike = false;
  bool child = false;
};

Deleted read_deletes(const IkeSa& sa, std::span<const wire::RawPayload> payloads) {
  Deleted deleted;
  for (const auto& payload : payloads) {
    if (payload.type != PayloadType::delete_) continue;
    const auto del = wire::parse_delete(payload.body);
    if (!del) continue;  // cannot be: the request's payloads were parsed before it became an event
    if (del->protocol == base::ProtocolId::ike) deleted.ike = true;
    // RFC 7296 section 1.4.1: the SPIs named are those that the sender expects in its inbound packets.
    const bool ours = sa.child && std::find(del->spis.begin(), del->spis.end(), sa.child->spi_out) != del->spis.end();
    if (del->protocol == base::ProtocolId::esp && ours) deleted.child = true;
  }
  return deleted;
}

wire::PayloadChain delete_chain(const wire::Delete& del) {
  wire::PayloadChain chain;
  chain.add(PayloadType::delete_, [&](base::Writer& out) { write(out, del); });
  return chain;
}

}  // namespace

base::Result<std::vector<base::Buffer>> seal_delete(const IkeSa& sa, base::IkeSpi spi_r, Protection& protection,
                                                    base::MessageId id) {
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = spi_r;
  header.exchange = base::ExchangeType::informational;
  header.initiator = true;
  header.message_id = id;
  return protection.seal(header, delete_chain({base::ProtocolId::ike, {}}), 0);
}

State begin_delete(IkeSa& sa, Context& context) {
  if (!sa.protection) return State::dead;
  sa.renew_at = sa.ends_at = base::kNever;
  const base::MessageId id = sa.next_request;
  ++sa.next_request.value;
  auto datagrams = seal_delete(sa, sa.spi_r, *sa.protection, id);
  if (!datagrams) return State::dead;
  sa.request.begin(id, std::move(*datagrams), context.patience(), context.now, context.random);
  send(context, sa.path, sa.request.datagrams());
  return State::deleting;
}

State linger(IkeSa& sa, Context& context) {
  sa.request.end();
  sa.renew_at = base::kNever;
  sa.ends_at = context.now + kLinger;
  return State::lingering;
}

void respond(IkeSa& sa, Context& context, const Input& input, const wire::PayloadChain& chain) {
  wire::Header header;
  header.spi_i = sa.spi_i;
  header.spi_r = sa.spi_r;
  header.exchange = input.header.exchange;
  header.response = true;
  header.initiator = true;
  header.message_id = input.header.message_id;
  auto datagrams = sa.protection->seal(header, chain, sa.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return;
  // RFC 7296 section 2.11
  //= An implementation MUST accept incoming requests even if the source port is not 500 or 4500, and MUST
  //= respond to the address and port from which the request was received.
  send(context, input.path, *datagrams);
  sa.peer.answered(std::move(*datagrams));
}

void respond_notify(IkeSa& sa, Context& context, const Input& input, base::NotifyType type, base::Bytes data) {
  wire::PayloadChain chain;
  chain.add(PayloadType::notify, [&](base::Writer& out) {
    write(out, wire::Notify{base::ProtocolId::none, {}, type, data});
  });
  respond(sa, context, input, chain);
}

State answer_informational(IkeSa& sa, Context& context, Input& input) {
  const Deleted deleted = read_deletes(sa, input.payloads);
  if (deleted.ike || !deleted.child) {
    // RFC 7296 section 1.4.1
    //= The response to a request that deletes the IKE SA is an empty INFORMATIONAL response.
    respond(sa, context, input, {});
    if (!deleted.ike) return sa.state;
    lose(sa, context, api::Reason::deleted_by_peer);
    return linger(sa, context);
  }
  // RFC 7296 section 1.4.1
  //= Normally, the response in the INFORMATIONAL exchange will contain Delete payloads for the paired SAs going
  //= in the other direction.
  respond(sa, context, input, delete_chain({base::ProtocolId::esp, {sa.child->spi_in}}));
  lose(sa, context, api::Reason::deleted_by_peer);
  return begin_delete(sa, context);  // an IKE SA without its child is of no use to anybody
}

State answer_unsupported_critical_payload(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.5
  //= If the critical flag is set and the payload type is unrecognized, the message MUST be rejected and the
  //= response to the IKE request containing that payload MUST include a Notify payload
  //= UNSUPPORTED_CRITICAL_PAYLOAD, indicating an unsupported critical payload was included.
  const std::uint8_t type[] = {static_cast<std::uint8_t>(wire::first_unknown_critical(input.payloads))};
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

State answer_while_deleting(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 1.4.1: both ends may delete at once; an answer is due all the same.
  respond(sa, context, input, {});
  return read_deletes(sa, input.payloads).ike ? linger(sa, context) : sa.state;
}

State take_answer(IkeSa& sa, Context&, Input&) {
  sa.request.end();
  return sa.state;
}

State vanish(IkeSa&, Context&, Input&) { return State::dead; }

State finish(IkeSa& sa, Context&, Input&) {
  sa.request.end();
  return State::dead;
}

}  // namespace latchkey::session
