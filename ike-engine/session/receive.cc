#include "ike-engine/session/receive.h"

#include <fmt/format.h>

#include <algorithm>

#include "ike-engine/session/auth.h"
#include "ike-engine/session/complaints.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/init.h"
#include "ike-engine/session/opening.h"
#include "ike-engine/session/request_intermediate.h"
#include "ike-engine/session/respond_auth.h"
#include "ike-engine/session/respond_child.h"
#include "ike-engine/session/respond_intermediate.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"

namespace latchkey::session {

namespace {

using base::ExchangeType;
using base::PayloadType;

bool is_well_formed(const wire::RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::notify: return wire::parse_notify(payload.body).has_value();
    case PayloadType::delete_: return wire::parse_delete(payload.body).has_value();
    case PayloadType::cp: return wire::parse_cp(payload.body).has_value();
    default: return true;
  }
}

bool note_critical(Input& input) {
  input.critical = wire::first_unknown_critical(input.payloads);
  return input.critical != PayloadType::none;
}

// RFC 7296 section 2.21.3
//= After the IKE SA is authenticated, all requests having errors MUST result in a response notifying the other end of the
//= error.
// So does a request of an exchange that nobody has agreed on.
Event event_of(Input& input) {
  if (note_critical(input)) return Event::critical_request;
  if (!std::ranges::all_of(input.payloads, is_well_formed)) return Event::garbled_request;
  switch (input.header.exchange) {
    case ExchangeType::informational: return Event::informational_request;
    case ExchangeType::create_child_sa: return Event::create_child_sa_request;
    default: return Event::garbled_request;
  }
}

// The plaintext of a whole message becomes an event.
void dispatch_request(IkeSa& sa, Context& context, const wire::Message& message, Opened opened, const api::Path& path) {
  Input input;
  input.path = path;
  input.header = message.header;
  input.content = std::move(opened.content);
  auto payloads = wire::parse_payloads(opened.first, input.content);
  if (!payloads) return dispatch(sa, Event::garbled_request, context, input);
  input.payloads = std::move(*payloads);
  dispatch(sa, event_of(input), context, input);
}

// Security rule 12: a child whose selectors are the outer address itself can't be moved, or a client could take
// somebody else's address by speaking from there once. The ports are the NAT's.
bool may_move(const IkeSa& sa, const base::Address& to) {
  return to == sa.path.remote.address || (sa.session != nullptr && sa.session->lease);
}

// A new message of the peer's from somewhere else: its NAT has given it another address or port.
void follow(IkeSa& sa, Context& context, const api::Path& path) {
  // RFC 7296 section 2.23
  //= A host behind a NAT SHOULD NOT do this type of dynamic address update
  if (sa.path == path || sa.pinned() || sa.behind_nat || sa.state != State::established) return;
  if (!may_move(sa, path.remote.address)) return;
  sa.path = path;
  tell(context, sa, "peer_moved", fmt::format("to={}", path.remote.to_string()));
  // ESP still goes where the child's SAs say; the next ones know better.
  Child* child = sa.current_child();
  if (child != nullptr && child->inner_remote) child->rekey_at = context.now;
}

// The peer has sent what is no copy of what we had before.
void heard(IkeSa& sa, Context& context, const api::Path& path) {
  sa.last_heard = context.now;
  follow(sa, context, path);
  client_heard(sa, context);
}

void receive_request(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const auto arrival = sa.peer.classify(message.header.message_id);
  if (arrival == PeerWindow::Arrival::forgotten) return count_drop(context.stats, base::Errc::mismatch);
  if (arrival == PeerWindow::Arrival::above) return refuse_message_id(sa, context, message);
  if (arrival == PeerWindow::Arrival::repeated) return answer_again(sa, context, *sa.protection, message, path);
  auto opened = open_message(*sa.protection, sa.requests, message, {.now = context.now});
  if (!opened) return count_drop(context.stats, opened.error().code);
  heard(sa, context, path);
  if (opened->has_value()) dispatch_request(sa, context, message, std::move(**opened), path);
}

void receive_response(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const ExchangeType exchange = message.header.exchange;
  const bool ours = sa.request.pending() && sa.exchange && message.header.message_id == sa.request.id() &&
                    exchange == (sa.exchange->creation ? ExchangeType::create_child_sa : ExchangeType::informational);
  if (!ours) return count_drop(context.stats, base::Errc::mismatch);
  auto opened = open_message(*sa.protection, sa.responses, message, {.now = context.now});
  if (!opened) return count_drop(context.stats, opened.error().code);
  heard(sa, context, path);
  if (!opened->has_value()) return;
  Input input;
  input.path = path;
  input.header = message.header;
  input.content = std::move((*opened)->content);
  // What an answer holds is judged by its action.
  auto payloads = wire::parse_payloads((*opened)->first, input.content);
  input.garbled = !payloads;
  if (payloads) input.payloads = std::move(*payloads);
  dispatch(sa, sa.exchange->creation ? Event::create_child_sa_response : Event::informational_response, context, input);
}

// Whether it accepts or refuses makes no difference any more.
void receive_late_answer(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const bool ours =
      message.header.message_id.value + 1 == sa.next_request.value && message.header.exchange == ExchangeType::ike_auth;
  if (!ours) return count_drop(context.stats, base::Errc::mismatch);
  auto opened = open_message(*sa.protection, sa.responses, message, unproven(context, {}));
  if (!opened) return count_drop(context.stats, opened.error().code);
  if (!opened->has_value()) return;
  Input input;
  input.path = path;
  input.header = message.header;
  dispatch(sa, Event::late_answer, context, input);
}

void receive_protected(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  if (!sa.protection || message.header.spi_r != sa.spi_r || message.header.spi_i != sa.spi_i)
    return count_drop(context.stats, base::Errc::not_found);
  if (sa.state == State::abandoned && message.header.response) return receive_late_answer(sa, context, message, path);
  if (message.header.response) return receive_response(sa, context, message, path);
  receive_request(sa, context, message, path);
}

void receive_in_negotiation(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const wire::Header& header = message.header;
  if (header.response && header.exchange == ExchangeType::ike_intermediate) {
    for (Received& received : read_intermediate_reply(sa, context, message, path)) {
      if (sa.negotiation) dispatch(sa, received.event, context, received.input);
    }
    return;
  }
  const bool auth = header.response && header.exchange == ExchangeType::ike_auth;
  if (!auth) return count_drop(context.stats, base::Errc::not_found);
  if (auto received = read_auth_reply(sa, context, message, path)) {
    dispatch(sa, received->event, context, received->input);
  }
}

std::optional<Event> first_event_of(const HalfOpen& half_open, Input& input) {
  if (note_critical(input)) return Event::critical_request;
  if (input.header.exchange == ExchangeType::ike_intermediate) return intermediate_event(half_open, input);
  auto claim = parse_auth_payloads(input.payloads);
  if (!claim) return Event::garbled_request;
  input.claim = std::move(*claim);
  return Event::auth_request;
}

void dispatch_plain(IkeSa& sa, Context& context, Event event) {
  Input input;
  dispatch(sa, event, context, input);
}

// IKE_INTERMEDIATE or IKE_AUTH of a client. The keys are made when the first one comes, right or wrong: whoever sends
// it has seen our answer.
void receive_while_half_open(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const wire::Header& header = message.header;
  const bool request = !header.response && header.spi_i == sa.spi_i;
  const auto arrival = sa.peer.classify(header.message_id);
  if (request && arrival == PeerWindow::Arrival::repeated && header.exchange == ExchangeType::ike_intermediate) {
    return answer_again(sa, context, *sa.half_open->intermediate->answered_with, message, path);
  }
  // Another exchange than the one that is due may be what a client made of a forged copy of our answer. The true one's
  // request comes after it.
  const bool ours = request && arrival == PeerWindow::Arrival::fresh && header.exchange == due_exchange(*sa.half_open);
  if (!ours) return count_drop(context.stats, base::Errc::mismatch);
  if (!complete_half_open(sa)) {
    // A public value that leads nowhere: nobody is to make us try it again.
    count_drop(context.stats, base::Errc::weak);
    return dispatch_plain(sa, context, Event::give_up);
  }
  auto opened = open_message(*sa.protection, sa.requests, message, unproven(context, sa.half_open->request));
  if (!opened) return count_drop(context.stats, opened.error().code);
  sa.last_heard = context.now;
  if (!opened->has_value()) return;
  Input input;
  input.path = path;
  input.header = header;
  input.content = std::move((*opened)->content);
  input.head = std::move((*opened)->head);
  auto payloads = wire::parse_payloads((*opened)->first, input.content);
  if (!payloads) return dispatch(sa, Event::garbled_request, context, input);
  input.payloads = std::move(*payloads);
  const auto event = first_event_of(*sa.half_open, input);
  if (!event) return count_drop(context.stats, base::Errc::mismatch);
  dispatch(sa, *event, context, input);
}

void expire_candidates(IkeSa& sa, Context& context) {
  for (std::size_t i = 0; sa.negotiation && i < sa.negotiation->candidates.size(); ++i) {
    Candidate& candidate = sa.negotiation->candidates[i];
    if (candidate.request.next() > context.now) continue;
    if (candidate.request.exhausted(context.patience())) {
      Input input;
      input.which = i;
      input.failure.detail = unanswered(candidate);
      return dispatch(sa, Event::auth_unanswered, context, input);
    }
    retransmit(context, candidate.path, candidate.request);
    // A candidate that stays silent may be a forgery, and the true reply may be lost: ask again.
    if (candidate.request.sent() > 2 && sa.negotiation->init.paused()) sa.negotiation->init.resume(context.now);
  }
}

void expire_negotiation(IkeSa& sa, Context& context) {
  Negotiation& negotiation = *sa.negotiation;
  for (Candidate& candidate : negotiation.candidates) candidate.responses.expire(context.now);
  if (std::min(negotiation.deadline, negotiation.grace) <= context.now) {
    return dispatch_plain(sa, context, Event::give_up);
  }
  if (negotiation.init.next() <= context.now) {
    if (!negotiation.held_cookie.empty()) return dispatch_plain(sa, context, Event::held_cookie_due);
    if (!negotiation.init.exhausted(context.patience())) return retransmit(context, sa.path, negotiation.init);
    if (sa.state == State::init_sent) return dispatch_plain(sa, context, Event::give_up);
    negotiation.init.pause();
    return;
  }
  expire_candidates(sa, context);
}

void dispatch_child(IkeSa& sa, Context& context, Event event, const Child& child) {
  Input input;
  input.child = child.spi_in;
  dispatch(sa, event, context, input);
}

const Child* due(const IkeSa& sa, base::TimePoint Child::*when, base::TimePoint now) {
  const auto found = std::ranges::find_if(sa.children, [&](const Child& child) { return child.*when <= now; });
  return found == sa.children.end() ? nullptr : &*found;
}

base::TimePoint pulse_due_at(const IkeSa& sa) {
  return sa.state == State::established ? sa.pulse.look_at : base::kNever;
}

void expire_established(IkeSa& sa, Context& context) {
  if (sa.ends_at <= context.now) return dispatch_plain(sa, context, Event::lifetime_over);
  if (sa.renew_at <= context.now) return dispatch_plain(sa, context, Event::rekeying_due);
  if (const Child* child = due(sa, &Child::ends_at, context.now))
    return dispatch_child(sa, context, Event::child_over, *child);
  if (const Child* child = due(sa, &Child::rekey_at, context.now))
    return dispatch_child(sa, context, Event::child_rekeying_due, *child);
  if (pulse_due_at(sa) <= context.now) return dispatch_plain(sa, context, Event::pulse_due);
  if (sa.request.next() > context.now) return;
  if (sa.request.exhausted(context.patience())) return dispatch_plain(sa, context, Event::unanswered);
  retransmit(context, sa.path, sa.request);
  sa.last_sent = context.now;
}

base::TimePoint negotiation_deadline(const Negotiation& negotiation) {
  base::TimePoint next = std::min({negotiation.deadline, negotiation.grace, negotiation.init.next()});
  for (const Candidate& candidate : negotiation.candidates) {
    next = std::min({next, candidate.request.next(), candidate.responses.ends_at()});
  }
  return next;
}

}  // namespace

void receive(IkeSa& sa, Context& context, const wire::Message& message, const api::Path& path) {
  const wire::Header& header = message.header;
  if (header.exchange == ExchangeType::ike_sa_init) {
    if (auto received = read_init_reply(sa, context, message, path)) {
      dispatch(sa, received->event, context, received->input);
    }
    return;
  }
  // RFC 7296 section 3.1
  //= This bit MUST be set in messages sent by the original initiator of the IKE SA and MUST be cleared in
  //= messages sent by the original responder.
  if (header.initiator == sa.is_initiator()) return count_drop(context.stats, base::Errc::not_found);
  if (sa.negotiation) return receive_in_negotiation(sa, context, message, path);
  if (sa.half_open) return receive_while_half_open(sa, context, message, path);
  receive_protected(sa, context, message, path);
}

void expire(IkeSa& sa, Context& context) {
  sa.requests.expire(context.now);
  sa.responses.expire(context.now);
  if (sa.negotiation) return expire_negotiation(sa, context);
  if (!sa.half_open) return expire_established(sa, context);
  if (sa.half_open->deadline <= context.now) dispatch_plain(sa, context, Event::give_up);
}

base::TimePoint next_deadline(const IkeSa& sa) {
  if (sa.state == State::dead) return base::kNever;
  if (sa.negotiation) return negotiation_deadline(*sa.negotiation);
  const base::TimePoint reassembly = std::min(sa.requests.ends_at(), sa.responses.ends_at());
  if (sa.half_open) return std::min(sa.half_open->deadline, reassembly);
  base::TimePoint next = std::min({sa.renew_at, sa.ends_at, pulse_due_at(sa), sa.request.next(), reassembly});
  for (const Child& child : sa.children) next = std::min({next, child.rekey_at, child.ends_at});
  return next;
}

}  // namespace latchkey::session
