#include "ike-engine/session/init_reply.h"

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/init_payloads.h"
#include "ike-engine/session/nat.h"
#include "ike-engine/session/reply.h"
#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

std::nullopt_t drop(std::uint64_t& counter) {
  ++counter;
  return std::nullopt;
}

Received refused(api::Reason reason, std::uint16_t notify, std::string_view detail) {
  Received received{Event::init_refused, {}};
  received.input.failure = {reason, notify, detail};
  return received;
}

Received unacceptable(std::string_view detail) {
  Received received = refused(api::Reason::no_proposal, 0, detail);
  received.input.failure.bad_answer = true;
  return received;
}

std::optional<Received> read_cookie(const Negotiation& negotiation, Context& context, base::Bytes cookie) {
  // RFC 7296 section 2.6
  //= The data associated with this notification MUST be between 1 and 64 octets in length (inclusive)
  if (cookie.empty() || cookie.size() > kMaxCookieSize) return drop(context.stats.dropped_malformed);
  if (negotiation.cookies >= kMaxCookies) return drop(context.stats.dropped_limit);
  const bool known = base::same(cookie, negotiation.cookie) || base::same(cookie, negotiation.held_cookie);
  if (known) return drop(context.stats.dropped_message_id);  // a duplicate of the reply that we obeyed already
  Received received{Event::cookie, {}};
  received.input.cookie = base::to_buffer(cookie);
  return received;
}

std::optional<Received> read_invalid_ke(const Negotiation& negotiation, Context& context, base::Bytes data) {
  const auto method = wire::parse_invalid_ke(data);
  if (!method) return drop(context.stats.dropped_malformed);
  if (*method == negotiation.attempts.back().method) return drop(context.stats.dropped_message_id);
  // RFC 7296 section 1.2 lets the responder choose among the groups that were offered, so one that was not is a lie.
  if (!policy::offers_ke(negotiation.ike_offer, *method)) {
    return refused(api::Reason::no_proposal, static_cast<std::uint16_t>(NotifyType::invalid_ke_payload),
                   "key exchange method that was not offered");
  }
  if (negotiation.invalid_kes >= kMaxInvalidKe) return drop(context.stats.dropped_limit);
  Received received{Event::invalid_ke, {}};
  received.input.method = *method;
  return received;
}

std::optional<Received> read_notifies(const Negotiation& negotiation, Context& context, const InitPayloads& reply) {
  if (const auto* cookie = reply.find(NotifyType::cookie)) return read_cookie(negotiation, context, cookie->data);
  if (const auto* group = reply.find(NotifyType::invalid_ke_payload)) {
    return read_invalid_ke(negotiation, context, group->data);
  }
  const auto error = std::find_if(reply.notifies.begin(), reply.notifies.end(), [](auto& n) { return n.is_error(); });
  // REDIRECT (RFC 5685) comes here, too: we never said REDIRECT_SUPPORTED and go nowhere that DNS did not name.
  if (error == reply.notifies.end()) return drop(context.stats.dropped_no_transition);
  return refused(reason_of(error->type), static_cast<std::uint16_t>(error->type), "the server's unprotected answer");
}

// SK_* of a candidate.
base::Result<SaKeys> derive(const IkeSa& sa, const wire::Message& message, const api::IkeSuite& suite,
                            const InitPayloads& reply) {
  const auto& known = sa.negotiation->key_exchanges;
  const auto kx = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.method() == suite.ke; });
  if (kx == known.end() || reply.ke->method != suite.ke) {
    return base::fail(base::Errc::mismatch, "key exchange payload of another method");
  }
  // RFC 7296 section 2.14
  //= g^ir is represented as a string of octets in big endian order padded with zeros if necessary to make it
  //= the length of the modulus.
  const auto g_ir = kx->shared_secret(reply.ke->value);
  if (!g_ir) return std::unexpected(g_ir.error());
  const auto seed = crypto::skeyseed(suite.prf, sa.negotiation->nonce_i, reply.nonce->value, g_ir->view());
  if (!seed) return std::unexpected(seed.error());
  return derive_sa_keys(suite, Role::initiator, seed->view(),
                        {sa.negotiation->nonce_i, reply.nonce->value, sa.spi_i, message.header.spi_r});
}

// Which request does the reply answer? The newest with its method; a forged COOKIE may have made it an older one.
void attribute(Candidate& candidate, const std::vector<Attempt>& attempts) {
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].method == candidate.suite.ke) candidate.attempt = i;
  }
  candidate.ambiguous = std::any_of(attempts.begin(), attempts.end(), [&](const Attempt& attempt) {
    return attempt.method == candidate.suite.ke && attempt.request != attempts[candidate.attempt].request;
  });
}

api::Path next_path(const IkeSa& sa, const Context& context, bool encapsulated) {
  if (!encapsulated) return sa.path;
  return {
      {sa.path.local.address, context.config.nat_port}, {sa.path.remote.address, context.config.peer_nat_port}, true};
}

std::optional<Received> read_answer(const IkeSa& sa, Context& context, const wire::Message& message,
                                    const InitPayloads& reply) {
  const Negotiation& negotiation = *sa.negotiation;
  if (message.header.spi_r == base::IkeSpi{} || !reply.ke || !reply.nonce) {
    return drop(context.stats.dropped_malformed);
  }
  if (negotiation.replies.size() >= kMaxCandidates || negotiation.unacceptable >= kMaxUnacceptable) {
    return drop(context.stats.dropped_limit);
  }
  const auto suite = policy::accept_ike(negotiation.ike_offer, *reply.sa);
  if (!suite) return unacceptable("the answer is not what was offered");
  // RFC 9370: an additional key exchange takes place in an IKE_INTERMEDIATE, so who has chosen one has to know that.
  auto additional = policy::additional_exchanges(*reply.sa);
  if (!additional.empty() && !reply.find(NotifyType::intermediate_exchange_supported)) {
    return unacceptable("an additional key exchange without IKE_INTERMEDIATE");
  }
  const api::Ppk* ppk = sa.session->ppk.get();
  const bool uses_ppk = ppk != nullptr && reply.find(NotifyType::use_ppk) != nullptr;
  // RFC 8784 section 3
  //= If the responder did not include the USE_PPK notification and the flag mandatory_or_not indicates that using PPKs
  //= is mandatory for communication with this responder, then the initiator MUST abort the exchange.
  if (ppk != nullptr && ppk->required && !uses_ppk) return unacceptable("the server uses no preshared key (PPK)");
  auto keys = derive(sa, message, *suite, reply);
  if (!keys) return unacceptable(keys.error().text);
  const bool encapsulated = needs_encapsulation(reply.nat_notifies(), negotiation.false_nat_source, sa.spi_i,
                                                message.header.spi_r, sa.path.local, sa.path.remote);
  Candidate candidate{.spi_r = message.header.spi_r,
                      .suite = *suite,
                      .nonce_r = base::to_buffer(reply.nonce->value),
                      .keys = std::move(keys->keys),
                      .protection = std::move(keys->protection),
                      .path = next_path(sa, context, encapsulated),
                      .fragmentation = reply.find(NotifyType::fragmentation_supported) != nullptr,
                      .encapsulated = encapsulated,
                      .behind_nat = is_behind_nat(reply.nat_notifies(), sa.spi_i, message.header.spi_r, sa.path.local),
                      .intermediate = {.methods = std::move(additional)},
                      .request = {},
                      .responses = {}};
  if (const auto* hashes = reply.find(NotifyType::signature_hash_algorithms)) {
    candidate.hashes = wire::parse_hash_algorithms(hashes->data).value_or(std::vector<base::HashAlgorithm>{});
  }
  candidate.uses_ppk = uses_ppk;
  attribute(candidate, negotiation.attempts);
  Received received{Event::init_response, {}};
  received.input.candidate = std::move(candidate);
  received.input.content = base::to_buffer(message.datagram);
  return received;
}

bool is_known(const Negotiation& negotiation, base::Bytes datagram) {
  return std::any_of(negotiation.replies.begin(), negotiation.replies.end(),
                     [&](const base::Buffer& reply) { return base::same(reply, datagram); });
}

}  // namespace

std::optional<Received> read_init_reply(const IkeSa& sa, Context& context, const wire::Message& message,
                                        const api::Path& path) {
  const wire::Header& header = message.header;
  if (!header.response || header.initiator) return drop(context.stats.dropped_no_transition);
  // RFC 7296 section 2.1: once the SA is there, a late copy of the reply says nothing new.
  if (!sa.negotiation || header.message_id != base::MessageId{0}) return drop(context.stats.dropped_message_id);
  if (message.datagram.size() > kMaxInit) return drop(context.stats.dropped_limit);
  if (is_known(*sa.negotiation, message.datagram)) return drop(context.stats.dropped_message_id);
  const auto reply = parse_init_payloads(message);
  if (!reply) return drop(context.stats.dropped_malformed);
  auto received =
      reply->sa ? read_answer(sa, context, message, *reply) : read_notifies(*sa.negotiation, context, *reply);
  if (received) {
    received->input.path = path;
    received->input.header = header;
  }
  return received;
}

}  // namespace latchkey::session
