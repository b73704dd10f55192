#include "ike-engine/session/respond_init.h"

#include <algorithm>

#include "ike-engine/policy/choice.h"
#include "ike-engine/session/init_payloads.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

// How long a client may take from our answer to its IKE_AUTH, with all that is between them.
constexpr base::Duration kHalfOpenLife = std::chrono::seconds(30);

wire::Header answer_header(const wire::Header& request, base::IkeSpi own_spi) {
  wire::Header header;
  header.spi_i = request.spi_i;
  header.spi_r = own_spi;
  header.exchange = base::ExchangeType::ike_sa_init;
  header.response = true;
  return header;
}

// A forged source must not get more from us than its forger sends: whoever has not shown that it hears us gets no
// answer that is longer than its question.
bool is_longer(base::Bytes answer, const wire::Message& question) { return answer.size() > question.datagram.size(); }

// RFC 7296 section 2.6: an answer that begins nothing bears no SPI of ours. Whether it was sent.
bool refuse(Context& context, const wire::Message& request, const api::Path& path, NotifyType type,
            base::Bytes data = {}) {
  wire::PayloadChain chain;
  add_notify(chain, type, data);
  const base::Buffer answer = write_message(answer_header(request.header, {}), chain);
  if (is_longer(answer, request)) {
    ++context.stats.dropped_limit;
    return false;
  }
  send(context, path, std::array{answer});
  return true;
}

const wire::RawPayload* first_notify(const wire::Message& message) {
  const bool notify = !message.payloads.empty() && message.payloads.front().type == PayloadType::notify;
  return notify ? &message.payloads.front() : nullptr;
}

std::optional<CookieFor> cookie_for(const wire::Message& message, const api::Path& path) {
  const auto* nonce = message.find(PayloadType::nonce);
  if (nonce == nullptr || !wire::parse_nonce(nonce->body)) return std::nullopt;
  return CookieFor{nonce->body, path.remote.address, message.header.spi_i};
}

// Whether the client has shown by a COOKIE that it hears us. Asked before anything costly is done: nonce and COOKIE are
// found without taking the rest apart.
bool has_paid(const Context& context, const wire::Message& message, const api::Path& path) {
  const auto whom = cookie_for(message, path);
  const auto* payload = first_notify(message);
  if (!whom || payload == nullptr) return false;
  // RFC 7296 section 2.6
  //= include the COOKIE notification containing the received data as the first payload
  const auto notify = wire::parse_notify(payload->body);
  return notify && notify->type == NotifyType::cookie &&
         context.responder->cookies.knows(notify->data, *whom, context.now);
}

bool has_to_pay(const Context& context, const api::Path& path) {
  const Responder& responder = *context.responder;
  // An address that has many half-open ones may be somebody's whom others speak for: from then on it has to hear us.
  const bool crowded = responder.crowd(path.remote.address).half_open >= responder.max_half_open_per_address / 2;
  return responder.half_open.size() >= responder.cookies_from || crowded;
}

bool demand_cookie(Context& context, const wire::Message& message, const api::Path& path) {
  const auto whom = cookie_for(message, path);
  if (!whom) {
    ++context.stats.dropped_malformed;
    return false;
  }
  const base::Buffer cookie = context.responder->cookies.make(*whom, context.now, context.random);
  if (refuse(context, message, path, NotifyType::cookie, cookie)) ++context.stats.cookies_sent;
  return false;
}

bool has_room(Context& context, const wire::Message& message, const api::Path& path) {
  const Responder& responder = *context.responder;
  const Crowd crowd = responder.crowd(path.remote.address);
  const bool room = message.datagram.size() <= kMaxInit && context.may_admit &&
                    responder.half_open.size() < responder.max_half_open &&
                    crowd.half_open < responder.max_half_open_per_address &&
                    crowd.sessions < responder.max_sessions_per_address;
  if (!room) {
    ++context.stats.half_open_refused;
    ++context.stats.dropped_limit;
  }
  return room;
}

struct Accepted {
  InitPayloads payloads;
  policy::ChosenIke chosen;
};

// RFC 7296 section 3.10.1
//= To avoid a DoS attack using forged messages, this status may only be returned for and in an encrypted packet if the
//= Message ID and cryptographic checksum were valid.
// So INVALID_SYNTAX is no answer here: there is none.
std::nullopt_t malformed(Context& context) {
  ++context.stats.dropped_malformed;
  return std::nullopt;
}

// What may be chosen beside the first key exchange; nothing if the client has to know IKE_INTERMEDIATE and does not.
std::optional<policy::Additional> additional_for(const api::EngineConfig& config, const InitPayloads& request) {
  policy::Additional wanted = wanted_exchanges(config);
  if (request.find(NotifyType::intermediate_exchange_supported) != nullptr) return wanted;
  return wanted.required && !wanted.methods.empty() ? std::nullopt : std::optional(policy::Additional{});
}

// The request's payloads and the suite that they agree on, or an error notify that has been sent.
std::optional<Accepted> accept(Context& context, const wire::Message& message, const api::Path& path) {
  const auto critical = wire::first_unknown_critical(message.payloads);
  if (critical != PayloadType::none) {
    const std::uint8_t type[] = {static_cast<std::uint8_t>(critical)};
    refuse(context, message, path, NotifyType::unsupported_critical_payload, type);
    return std::nullopt;
  }
  auto payloads = parse_init_payloads(message);
  if (!payloads || !payloads->sa || !payloads->ke || !payloads->nonce) return malformed(context);
  const auto additional = additional_for(context.config, *payloads);
  auto chosen = policy::choose_ike(*payloads->sa, context.config.answered_ike, {}, payloads->ke->method,
                                   additional.value_or(policy::Additional{}));
  if (!additional || !chosen) {
    refuse(context, message, path, NotifyType::no_proposal_chosen);
    return std::nullopt;
  }
  if (chosen->suite.ke != payloads->ke->method) {
    const auto method = static_cast<std::uint16_t>(chosen->suite.ke);
    const std::uint8_t wanted[] = {static_cast<std::uint8_t>(method >> 8), static_cast<std::uint8_t>(method & 0xff)};
    refuse(context, message, path, NotifyType::invalid_ke_payload, wanted);
    return std::nullopt;
  }
  if (payloads->ke->value.size() != crypto::ke_public_size(chosen->suite.ke)) return malformed(context);
  return Accepted{std::move(*payloads), std::move(*chosen)};
}

// Whether ESP is to go in UDP although no NAT asks for it. It is the false hash that tells the client so.
bool forces_encapsulation(const Context& context) {
  return context.config.encapsulate && context.responder->mode == api::Mode::tunnel;
}

void add_nat_detection(wire::PayloadChain& chain, const HalfOpen& sa, Context& context) {
  NatHash source = nat_hash(sa.spi_i, sa.spi_r, sa.path.local);
  if (forces_encapsulation(context)) context.random.fill(source);
  add_notify(chain, NotifyType::nat_detection_source_ip, source);
  add_notify(chain, NotifyType::nat_detection_destination_ip, nat_hash(sa.spi_i, sa.spi_r, sa.path.remote));
}

// What the client's notifies settle.
void take_notifies(HalfOpen& sa, Context& context, const InitPayloads& request) {
  const NatNotifies nat = request.nat_notifies();
  const bool understands_nat = !nat.sources.empty() && !nat.destination.empty();
  sa.encapsulated = understands_nat && (forces_encapsulation(context) ||
                                        needs_encapsulation(nat, false, sa.spi_i, {}, sa.path.local, sa.path.remote));
  sa.behind_nat = is_behind_nat(nat, sa.spi_i, {}, sa.path.local);
  const NatHash theirs = nat_hash(sa.spi_i, {}, sa.path.remote);
  sa.peer_may_be_behind_nat =
      understands_nat && std::ranges::none_of(nat.sources, [&](base::Bytes hash) { return base::same(hash, theirs); });
  sa.fragmentation = request.find(NotifyType::fragmentation_supported) != nullptr;
}

/// An answer whose public value is yet to be put in: its length is known before the key exchange, which costs more, is
/// made for it.
struct Answer {
  base::Buffer octets;
  std::size_t public_value = 0;  ///< where it stands
};

Answer build_answer(const HalfOpen& sa, Context& context, const Accepted& accepted) {
  const InitPayloads& asked = accepted.payloads;
  const base::Buffer no_key(crypto::ke_public_size(sa.suite.ke));
  std::size_t public_value = wire::kHeaderSize;
  base::Buffer nonce(kNonceSize);
  context.random.fill(nonce);
  wire::PayloadChain chain;
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, accepted.chosen.answer); });
  chain.add(PayloadType::ke, [&](base::Writer& out) {
    write(out, wire::Ke{sa.suite.ke, no_key});
    public_value += out.size() - no_key.size();
  });
  chain.add(PayloadType::nonce, [&](base::Writer& out) { write(out, wire::Nonce{nonce}); });
  if (const base::Buffer authorities = certificate_request(context.responder->peers); !authorities.empty()) {
    chain.add(PayloadType::certreq, [&](base::Writer& out) { out.bytes(authorities); });
  }
  if (!asked.nat_notifies().destination.empty()) add_nat_detection(chain, sa, context);
  if (sa.fragmentation) add_notify(chain, NotifyType::fragmentation_supported, {});
  if (asked.find(NotifyType::signature_hash_algorithms) != nullptr) add_hash_algorithms(chain);
  // RFC 8784 section 3: also to who uses none yet, nothing is said of the PPKs themselves.
  const bool ppk = !context.responder->ppks.empty() && asked.find(NotifyType::use_ppk) != nullptr;
  if (ppk) add_notify(chain, NotifyType::use_ppk, {});
  if (sa.intermediate) add_notify(chain, NotifyType::intermediate_exchange_supported, {});
  // RFC 6023 section 3
  //= A supporting responder MUST include the Notify payload, described in Section 4, within the IKE_SA_INIT response.
  add_notify(chain, NotifyType::childless_ikev2_supported, {});
  wire::Header request;
  request.spi_i = sa.spi_i;
  return {write_message(answer_header(request, sa.spi_r), chain), public_value};
}

std::unique_ptr<HalfOpen> begin_half_open(Context& context, const Accepted& accepted, base::IkeSpi spi_i,
                                          base::IkeSpi spi_r, const api::Path& path) {
  auto fresh = std::make_unique<HalfOpen>();
  fresh->spi_i = spi_i;
  fresh->spi_r = spi_r;
  fresh->path = path;
  fresh->suite = accepted.chosen.suite;
  fresh->deadline = context.now + kHalfOpenLife;
  if (auto additional = policy::additional_exchanges(accepted.chosen.answer); !additional.empty()) {
    fresh->intermediate = std::make_unique<Intermediate>(Intermediate{.methods = std::move(additional)});
  }
  take_notifies(*fresh, context, accepted.payloads);
  return fresh;
}

}  // namespace

bool is_init_request(const wire::Header& header) {
  return header.exchange == base::ExchangeType::ike_sa_init && !header.response && header.initiator &&
         header.spi_r == base::IkeSpi{} && header.spi_i != base::IkeSpi{} && header.message_id == base::MessageId{0};
}

bool answer_init(Context& context, const wire::Message& message, const api::Path& path, base::IkeSpi own_spi) {
  if (!has_room(context, message, path)) return false;
  const bool paid = has_paid(context, message, path);
  if (!paid && has_to_pay(context, path)) return demand_cookie(context, message, path);
  const auto accepted = accept(context, message, path);
  if (!accepted) return false;
  auto fresh = begin_half_open(context, *accepted, message.header.spi_i, own_spi, path);
  Answer answer = build_answer(*fresh, context, *accepted);
  if (!paid && is_longer(answer.octets, message)) return demand_cookie(context, message, path);
  auto key_exchange =
      crypto::KeyExchange::generate(fresh->suite.ke, [&](base::MutableBytes out) { context.random.fill(out); });
  if (!key_exchange) {
    ++context.stats.dropped_limit;
    return false;
  }
  fresh->request = base::to_buffer(message.datagram);
  std::ranges::copy(key_exchange->public_value(),
                    answer.octets.begin() + static_cast<std::ptrdiff_t>(answer.public_value));
  fresh->response = std::move(answer.octets);
  fresh->response.shrink_to_fit();
  fresh->private_value = key_exchange->take_private();
  send(context, path, std::array{fresh->response});
  context.responder->half_open.add(std::move(fresh));
  context.responder->entered(path.remote.address, &Crowd::half_open);
  return true;
}

void answer_init_again(const HalfOpen& known, Context& context, const wire::Message& message, const api::Path& path) {
  // RFC 7296 section 2.1: a copy of the request gets the response again; another request bearing its SPI does not.
  if (!base::same(known.request, message.datagram)) {
    ++context.stats.dropped_message_id;
    return;
  }
  send(context, path, std::array{known.response});
  ++context.stats.retransmitted;
}

std::optional<Opening> reopen(const HalfOpen& half_open) {
  auto request = wire::parse_message(half_open.request);
  auto response = wire::parse_message(half_open.response);
  if (!request || !response) return std::nullopt;
  auto asked = parse_init_payloads(*request);
  auto answered = parse_init_payloads(*response);
  if (!asked || !answered) return std::nullopt;
  return Opening{std::move(*request), std::move(*response), std::move(*asked), std::move(*answered)};
}

std::unique_ptr<IkeSa> begin_sa(std::unique_ptr<HalfOpen> client) {
  auto sa = std::make_unique<IkeSa>();
  sa->role = Role::responder;
  sa->state = State::half_open;
  sa->spi_i = client->spi_i;
  sa->spi_r = client->spi_r;
  sa->path = client->path;
  sa->suite = client->suite;
  sa->fragmentation = client->fragmentation;
  sa->encapsulated = client->encapsulated;
  sa->behind_nat = client->behind_nat;
  sa->peer = PeerWindow(base::MessageId{1});
  sa->half_open = std::move(client);
  return sa;
}

void end_half_open(IkeSa& sa, Responder& responder) {
  if (!sa.half_open) return;
  responder.half_open.over(*sa.half_open);
  responder.left(sa.half_open->path.remote.address, &Crowd::half_open);
  sa.half_open.reset();
}

void expire_half_open(Responder& responder, base::TimePoint now) {
  while (const auto late = responder.half_open.take_expired(now)) {
    responder.half_open.over(*late);
    responder.left(late->path.remote.address, &Crowd::half_open);
  }
}

}  // namespace latchkey::session
