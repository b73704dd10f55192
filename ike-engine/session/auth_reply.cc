// The judging half of auth.h: from a datagram to a verified AuthReply or to the reason why there is none.

#include "ike-engine/session/auth.h"
#include "ike-engine/session/auth_payloads.h"
#include "ike-engine/session/opening.h"
#include "ike-engine/session/reply.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

Received refused(Failure failure) {
  Received received{Event::auth_refused, {}};
  received.input.failure = failure;
  return received;
}

Received judge_reply(const IkeSa& sa, const Candidate& candidate, const Context& context, AuthPayloads&& reply) {
  if (!reply.auth || reply.idr.empty()) {
    const NotifyType error = reply.error();
    if (error == NotifyType{}) return refused({api::Reason::malformed, 0, "a reply without AUTH"});
    return refused({reason_of(error), static_cast<std::uint16_t>(error), "the server refused"});
  }
  const Negotiation& negotiation = *sa.negotiation;
  const bool with_ppk = candidate.uses_ppk && reply.has(NotifyType::ppk_identity);
  const bool without_ppk = candidate.uses_ppk && !with_ppk;
  if (without_ppk && sa.session->ppk->required) {
    return refused({api::Reason::auth_failed, 0, "the server does not know the preshared key (PPK)"});
  }
  const base::Bytes sk_pr = without_ppk ? candidate.without_ppk->sk_pr.view() : candidate.keys.sk_pr.view();
  const auto octets = crypto::signed_octets(candidate.suite.prf, negotiation.replies[candidate.reply],
                                            negotiation.nonce_i, sk_pr, reply.idr, candidate.intermediate.covered());
  if (!octets) return refused({api::Reason::malformed, 0, octets.error().text});
  // Whom the server says it is decides nothing where its key does.
  const auto proven = judge(sa.session->trusted, {.id = reply.idr,
                                                  .auth = *reply.auth,
                                                  .certificates = reply.certificates,
                                                  .prf = candidate.suite.prf,
                                                  .octets = *octets,
                                                  .sk_p = sk_pr,
                                                  .unix_seconds = context.unix_seconds()});
  if (!proven) return refused({api::Reason::auth_failed, 0, proven.error().text});
  Received received{Event::auth_response, {}};
  AuthReply& auth = received.input.auth;
  auth.proven = *proven;
  auth.with_ppk = with_ppk;
  auth.idr = reply.idr;
  auth.sa = std::move(reply.sa);
  if (reply.tsi) auth.tsi = std::move(*reply.tsi);
  if (reply.tsr) auth.tsr = std::move(*reply.tsr);
  auth.cp = std::move(reply.cp);
  auth.transport = reply.has(NotifyType::use_transport_mode);
  auth.child_error = reply.error();
  return received;
}

Received read_opened(const IkeSa& sa, const Candidate& candidate, const Context& context, const Opened& opened) {
  const auto payloads = wire::parse_payloads(opened.first, opened.content);
  if (!payloads) return refused({api::Reason::malformed, 0, payloads.error().text});
  const bool critical = wire::first_unknown_critical(*payloads) != base::PayloadType::none;
  auto reply = critical ? std::nullopt : parse_auth_payloads(*payloads);
  if (!reply) return refused({api::Reason::malformed, 0, "a reply with a malformed payload"});
  return judge_reply(sa, candidate, context, std::move(*reply));
}

}  // namespace

std::optional<Received> read_auth_reply(IkeSa& sa, Context& context, const wire::Message& message,
                                        const api::Path& path) {
  const wire::Header& header = message.header;
  base::Errc why = base::Errc::mismatch;
  bool kept = false;
  std::optional<Received> refusal;
  for (std::size_t i = 0; i < sa.negotiation->candidates.size(); ++i) {
    Candidate& candidate = sa.negotiation->candidates[i];
    const bool asked =
        candidate.spi_r == header.spi_r && candidate.intermediate.over() && candidate.request.id() == header.message_id;
    if (!asked) continue;
    const auto terms = unproven(context, sa.negotiation->replies[candidate.reply]);
    auto opened = open_message(candidate.protection, candidate.responses, message, terms);
    if (!opened) {
      why = opened.error().code;
      continue;  // two candidates may bear one SPI, and only one of them is true
    }
    kept = true;
    if (!opened->has_value()) continue;
    Received received = read_opened(sa, candidate, context, **opened);
    received.input.content = std::move((*opened)->content);  // the views keep pointing into it
    received.input.which = i;
    received.input.path = path;
    received.input.header = header;
    if (received.event == Event::auth_response) return received;
    // A copy of the true reply to IKE_SA_INIT with other octets where no key comes from has the true one's keys: what
    // does not prove the one may prove the other.
    if (!refusal) refusal = std::move(received);
  }
  if (!kept) count_drop(context.stats, why);
  return refusal;
}

}  // namespace latchkey::session
