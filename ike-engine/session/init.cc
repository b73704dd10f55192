#include "ike-engine/session/init.h"

#include <fmt/format.h>

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/auth.h"
#include "ike-engine/session/init_payloads.h"
#include "ike-engine/session/nat.h"
#include "ike-engine/session/request_intermediate.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

const crypto::KeyExchange* find_key_exchange(const Negotiation& negotiation, base::KeMethod method) {
  const auto& all = negotiation.key_exchanges;
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& kx) { return kx.method() == method; });
  return it == all.end() ? nullptr : &*it;
}

base::Buffer nat_destination(const IkeSa& sa) {
  const NatHash hash = nat_hash(sa.spi_i, {}, sa.path.remote);
  return base::to_buffer(hash);
}

base::Buffer build_request(const IkeSa& sa, const crypto::KeyExchange& key_exchange, bool offers_additional) {
  const Negotiation& negotiation = *sa.negotiation;
  wire::PayloadChain chain;
  // RFC 7296 section 2.6
  //= the initiator MUST then retry the IKE_SA_INIT request, and include the COOKIE notification containing the received
  //= data as the first payload, and all other payloads unchanged.
  if (!negotiation.cookie.empty()) add_notify(chain, NotifyType::cookie, negotiation.cookie);
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, negotiation.ike_offer); });
  chain.add(PayloadType::ke, [&](base::Writer& out) {
    write(out, wire::Ke{key_exchange.method(), key_exchange.public_value()});
  });
  chain.add(PayloadType::nonce, [&](base::Writer& out) { write(out, wire::Nonce{negotiation.nonce_i}); });
  add_notify(chain, NotifyType::fragmentation_supported, {});
  add_hash_algorithms(chain);
  if (sa.session->ppk) add_notify(chain, NotifyType::use_ppk, {});
  // RFC 9242 section 3.1: what takes place there is what the offer says, so without that there is no use for it.
  if (offers_additional) add_notify(chain, NotifyType::intermediate_exchange_supported, {});
  add_notify(chain, NotifyType::nat_detection_source_ip, negotiation.nat_source);
  add_notify(chain, NotifyType::nat_detection_destination_ip, nat_destination(sa));

  return write_message(header_of(sa, base::ExchangeType::ike_sa_init, false, base::MessageId{0}), chain);
}

base::Result<const crypto::KeyExchange*> key_exchange_for(IkeSa& sa, Context& context, base::KeMethod method) {
  if (const auto* known = find_key_exchange(*sa.negotiation, method)) return known;
  auto fresh = crypto::KeyExchange::generate(method, [&](base::MutableBytes out) { context.random.fill(out); });
  if (!fresh) return std::unexpected(fresh.error());
  sa.negotiation->key_exchanges.push_back(std::move(*fresh));
  return &sa.negotiation->key_exchanges.back();
}

// Sends a version of the request and keeps it: AUTH will cover the octets of the one that is answered.
base::Result<void> send_attempt(IkeSa& sa, Context& context, base::KeMethod method) {
  const auto key_exchange = key_exchange_for(sa, context, method);
  if (!key_exchange) return std::unexpected(key_exchange.error());
  Negotiation& negotiation = *sa.negotiation;
  base::Buffer request = build_request(sa, **key_exchange, !context.config.additional_exchanges.empty());
  negotiation.attempts.push_back({method, request});
  negotiation.init.begin(base::MessageId{0}, {std::move(request)}, context.patience(), context.now, context.random);
  send(context, sa.path, negotiation.init.datagrams());
  tell(context, sa, "ike_sa_init_sent",
       fmt::format("ke={} octets={}", static_cast<unsigned>(method), negotiation.init.datagrams().front().size()));
  return {};
}

State restarted(IkeSa& sa, Context& context, base::KeMethod method) {
  if (const auto sent = send_attempt(sa, context, method); !sent) {
    return fail(sa, context, {api::Reason::malformed, 0, sent.error().text});
  }
  if (sa.session != nullptr) ++sa.session->exchanges;
  return sa.state;
}

}  // namespace

base::Result<void> begin_init(IkeSa& sa, Context& context) {
  Negotiation& negotiation = *sa.negotiation;
  const Session& session = *sa.session;
  sa.path = {session.local, {session.remote, context.config.peer_ike_port}, false};
  negotiation.ike_offer =
      policy::with_additional(policy::offer_ike(context.config.ike), wanted_exchanges(context.config));
  const auto methods = policy::offered_ke_methods(negotiation.ike_offer);
  if (methods.empty()) return base::fail(base::Errc::unsupported, "no acceptable IKE suite is configured");
  negotiation.nonce_i.resize(kNonceSize);
  context.random.fill(negotiation.nonce_i);
  negotiation.false_nat_source =
      wants_false_nat_source(context.config, negotiation.plan, session.local, session.remote);
  negotiation.nat_source = base::to_buffer(nat_hash(sa.spi_i, {}, session.local));
  if (negotiation.false_nat_source) context.random.fill(negotiation.nat_source);
  return send_attempt(sa, context, methods.front());
}

State follow_candidate(IkeSa& sa, Context& context, Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  negotiation.grace = base::kNever;
  negotiation.init.pause();
  input.candidate->reply = negotiation.replies.size();
  // A forged copy of the true reply has the true keys, and what it says of fragments or hashes makes our request to it
  // another message: two messages under one IV would give GCM's authentication key away.
  input.candidate->protection.take_lane(input.candidate->reply);
  negotiation.replies.push_back(std::move(input.content));
  tell(context, sa, "ike_sa_init_answered",
       fmt::format("suite={} nat_port={}", input.candidate->suite.to_string(), input.candidate->path.nat_port));
  negotiation.candidates.push_back(std::move(*input.candidate));
  return go_on(sa, context, negotiation.candidates.back());
}

State restart_with_cookie(IkeSa& sa, Context& context, Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  ++negotiation.cookies;
  tell(context, sa, "cookie", fmt::format("octets={}", input.cookie.size()));
  if (negotiation.plan.wary_of_cookies) {
    negotiation.held_cookie = std::move(input.cookie);
    return sa.state;
  }
  negotiation.cookie = std::move(input.cookie);
  return restarted(sa, context, negotiation.attempts.back().method);
}

State obey_held_cookie(IkeSa& sa, Context& context, Input&) {
  Negotiation& negotiation = *sa.negotiation;
  negotiation.cookie = std::exchange(negotiation.held_cookie, {});
  return restarted(sa, context, negotiation.attempts.back().method);
}

State restart_with_method(IkeSa& sa, Context& context, Input& input) {
  ++sa.negotiation->invalid_kes;
  tell(context, sa, "invalid_ke", fmt::format("ke={}", static_cast<unsigned>(input.method)));
  return restarted(sa, context, input.method);
}

State remember_refusal(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.21.1
  //= Because all error notifications are completely unauthenticated, the recipient should continue trying for some time
  //= before giving up.
  Negotiation& negotiation = *sa.negotiation;
  if (input.failure.bad_answer) ++negotiation.unacceptable;
  if (negotiation.failure.reason == api::Reason::timeout) negotiation.failure = input.failure;
  if (negotiation.candidates.empty()) {
    negotiation.grace = std::min(negotiation.grace, context.now + context.config.first_retransmit);
  }
  return sa.state;
}

State give_up(IkeSa& sa, Context& context, Input&) {
  Failure failure = sa.negotiation->failure;
  if (failure.detail.empty()) {
    const auto& candidates = sa.negotiation->candidates;
    failure.detail = candidates.empty() ? "no answer to IKE_SA_INIT" : unanswered(candidates.back());
  }
  return fail_unanswered(sa, context, failure);
}

State abandon(IkeSa& sa, Context& context, Input&) {
  return fail_unanswered(sa, context, {api::Reason::closed, 0, "closed by us"});
}

}  // namespace latchkey::session
