#include "ike-engine/session/request_intermediate.h"

#include <fmt/format.h>

#include <algorithm>

#include "ike-engine/session/auth.h"
#include "ike-engine/session/creation_payloads.h"
#include "ike-engine/session/opening.h"
#include "ike-engine/session/reply.h"
#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

namespace {

using base::PayloadType;

// One key for each method, whichever candidate it is for: what a server has got from one of two candidates with the
// same keys, it has got from both, and its answer to the one is good for the other.
base::Result<const crypto::Kem::KeyPair*> own_key(Negotiation& negotiation, Context& context, base::KeMethod method) {
  const auto known = std::ranges::find(negotiation.encapsulation_keys, method, &EncapsulationKey::method);
  if (known != negotiation.encapsulation_keys.end()) return &known->key;
  auto fresh = kem_of(context.config, method).generate([&](base::MutableBytes out) { context.random.fill(out); });
  if (!fresh) return std::unexpected(fresh.error());
  negotiation.encapsulation_keys.push_back({method, std::move(*fresh)});
  return &negotiation.encapsulation_keys.back().key;
}

base::Result<void> send_intermediate(IkeSa& sa, Context& context, Candidate& candidate) {
  Intermediate& intermediate = candidate.intermediate;
  const auto key = own_key(*sa.negotiation, context, intermediate.due());
  if (!key) return std::unexpected(key.error());
  // RFC 9242 section 3.2
  //= the Encrypted payload MUST be present in the IKE_INTERMEDIATE exchange messages, and payloads containing large
  //= amounts of data MUST be placed inside it.
  wire::PayloadChain chain;
  chain.add(PayloadType::ke, [&](base::Writer& out) { write(out, wire::Ke{intermediate.due(), (*key)->public_key}); });
  // RFC 9242 section 3.2
  //= The Message IDs for IKE_INTERMEDIATE exchanges MUST be chosen according to the standard IKEv2 rule
  wire::Header header = header_of(sa, base::ExchangeType::ike_intermediate, false, intermediate.next_id());
  header.spi_r = candidate.spi_r;
  auto datagrams = candidate.protection.seal(header, chain, candidate.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return std::unexpected(datagrams.error());
  auto covered = cover(intermediate.auth_i, candidate.suite.prf, candidate.keys.sk_pi.view(),
                       sealed_head(datagrams->front()), chain.view());
  if (!covered) return covered;
  candidate.request.begin(header.message_id, std::move(*datagrams), context.patience(), context.now, context.random);
  send(context, candidate.path, candidate.request.datagrams());
  tell(context, sa, "ike_intermediate_sent",
       fmt::format("n={} ke={} datagrams={}", header.message_id.value, static_cast<unsigned>(intermediate.due()),
                   candidate.request.datagrams().size()));
  return {};
}

Received refused(Failure failure) {
  Received received{Event::auth_refused, {}};
  received.input.failure = failure;
  return received;
}

Received judge_reply(const Candidate& candidate, Input input, base::PayloadType first) {
  auto payloads = wire::parse_payloads(first, input.content);
  const auto reply = payloads ? parse_creation(*payloads) : std::nullopt;
  if (!reply) return refused({api::Reason::malformed, 0, "an IKE_INTERMEDIATE reply with a malformed payload"});
  if (reply->error) {
    const auto type = reply->error->type;
    return refused({reason_of(type), static_cast<std::uint16_t>(type), "the server refused the key exchange"});
  }
  if (!reply->ke || reply->ke->method != candidate.intermediate.due()) {
    return refused({api::Reason::malformed, 0, "an IKE_INTERMEDIATE reply without the key exchange that is due"});
  }
  input.ke = reply->ke;
  return {Event::intermediate_response, std::move(input)};
}

// Takes keys and IntAuth a key exchange further.
base::Result<void> take(const IkeSa& sa, const Context& context, Candidate& candidate, const Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  Intermediate& intermediate = candidate.intermediate;
  const auto own = std::ranges::find(negotiation.encapsulation_keys, intermediate.due(), &EncapsulationKey::method);
  const auto secret = kem_of(context.config, intermediate.due()).decapsulate(own->key, input.ke->value);
  if (!secret) return std::unexpected(secret.error());
  auto covered =
      cover(intermediate.auth_r, candidate.suite.prf, candidate.keys.sk_pr.view(), input.head, input.content);
  if (!covered) return covered;
  auto next = derive_next_keys(candidate.suite, Role::initiator, candidate.keys.sk_d.view(), secret->view(),
                               {negotiation.nonce_i, candidate.nonce_r, sa.spi_i, candidate.spi_r});
  if (!next) return std::unexpected(next.error());
  next->protection.continue_from(candidate.protection);
  candidate.keys = std::move(next->keys);
  candidate.protection = std::move(next->protection);
  candidate.responses.clear();
  ++intermediate.done;
  return {};
}

}  // namespace

State go_on(IkeSa& sa, Context& context, Candidate& candidate) {
  const auto sent =
      candidate.intermediate.over() ? send_auth(sa, context, candidate) : send_intermediate(sa, context, candidate);
  if (sent) return State::auth_sent;
  const bool kernel = sent.error().code == base::Errc::kernel || sent.error().code == base::Errc::exhausted;
  return fail(sa, context, {kernel ? api::Reason::kernel : api::Reason::malformed, 0, sent.error().text});
}

std::vector<Received> read_intermediate_reply(IkeSa& sa, Context& context, const wire::Message& message,
                                              const api::Path& path) {
  std::vector<Received> received;
  base::Errc why = base::Errc::mismatch;
  bool kept = false;
  auto& candidates = sa.negotiation->candidates;
  for (std::size_t i = candidates.size(); i-- > 0;) {
    Candidate& candidate = candidates[i];
    // RFC 9242 section 3.2
    //= Implementations MUST verify that Message IDs in the IKE_INTERMEDIATE messages they receive actually follow this
    //= rule.
    const bool asked = candidate.spi_r == message.header.spi_r && !candidate.intermediate.over() &&
                       candidate.request.id() == message.header.message_id;
    if (!asked) continue;
    auto opened = open_message(candidate.protection, candidate.responses, message,
                               unproven(context, sa.negotiation->replies[candidate.reply]));
    if (!opened) {
      why = opened.error().code;
      continue;
    }
    kept = true;
    if (!opened->has_value()) continue;
    Input input;
    input.path = path;
    input.header = message.header;
    input.content = std::move((*opened)->content);
    input.head = std::move((*opened)->head);
    received.push_back(judge_reply(candidate, std::move(input), (*opened)->first));
    received.back().input.which = i;
  }
  if (!kept) count_drop(context.stats, why);
  return received;
}

State finish_key_exchange(IkeSa& sa, Context& context, Input& input) {
  Candidate& candidate = sa.negotiation->candidates[input.which];
  if (auto taken = take(sa, context, candidate, input); !taken) {
    input.failure = {api::Reason::malformed, 0, taken.error().text};
    return drop_candidate(sa, context, input);
  }
  return go_on(sa, context, candidate);
}

}  // namespace latchkey::session
