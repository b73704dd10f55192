#include "ike-engine/session/respond_intermediate.h"

#include "ike-engine/session/creation_payloads.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/respond_auth.h"
#include "ike-engine/session/respond_init.h"
#include "ike-engine/session/sa_keys.h"

namespace latchkey::session {

namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;

/// Both halves of what an exchange makes: the client's share and the keys that are in use once it is answered.
struct Exchanged {
  base::Buffer ciphertext;
  SaKeys next;
};

base::Result<Exchanged> exchange_keys(const IkeSa& sa, Context& context, base::Bytes public_key) {
  const auto opening = reopen(*sa.half_open);
  if (!opening) return base::fail(base::Errc::internal, "kept messages can't be read");
  const crypto::Kem& kem = kem_of(context.config, sa.half_open->intermediate->due());
  auto made = kem.encapsulate(public_key, [&](base::MutableBytes out) { context.random.fill(out); });
  if (!made) return std::unexpected(made.error());
  auto next = derive_next_keys(sa.suite, Role::responder, sa.sk_d.view(), made->shared_secret.view(),
                               {opening->request.nonce->value, opening->response.nonce->value, sa.spi_i, sa.spi_r});
  if (!next) return std::unexpected(next.error());
  return Exchanged{std::move(made->ciphertext), std::move(*next)};
}

// From now on the new keys are in use; the old ones only know copies of the request that has made them.
void change_keys(IkeSa& sa, SaKeys next) {
  Intermediate& intermediate = *sa.half_open->intermediate;
  next.protection.continue_from(*sa.protection);
  intermediate.answered_with = std::exchange(sa.protection, std::move(next.protection));
  sa.sk_d = std::move(next.keys.sk_d);
  *sa.half_open->auth_keys = {std::move(next.keys.sk_pi), std::move(next.keys.sk_pr)};
  ++intermediate.done;
}

}  // namespace

ExchangeType due_exchange(const HalfOpen& half_open) {
  const bool intermediate = half_open.intermediate && !half_open.intermediate->over();
  return intermediate ? ExchangeType::ike_intermediate : ExchangeType::ike_auth;
}

std::optional<Event> intermediate_event(const HalfOpen& half_open, Input& input) {
  const auto request = parse_creation(input.payloads);
  if (!request || !request->ke) return Event::garbled_request;
  if (request->ke->method != half_open.intermediate->due()) return std::nullopt;
  input.ke = request->ke;
  return Event::intermediate_request;
}

State answer_intermediate(IkeSa& sa, Context& context, Input& input) {
  Intermediate& intermediate = *sa.half_open->intermediate;
  const AuthKeys& keys = *sa.half_open->auth_keys;
  auto exchanged = exchange_keys(sa, context, input.ke->value);
  if (!exchanged) return turn_away(sa, context, input, NotifyType::invalid_syntax, exchanged.error().text);
  auto covered = cover(intermediate.auth_i, sa.suite.prf, keys.sk_pi.view(), input.head, input.content);
  if (!covered) return turn_away(sa, context, input, NotifyType::temporary_failure, covered.error().text);
  wire::PayloadChain chain;
  chain.add(PayloadType::ke, [&](base::Writer& out) {
    write(out, wire::Ke{intermediate.due(), exchanged->ciphertext});
  });
  // RFC 9242 section 3.3.1
  //= Every subsequent IKE_INTERMEDIATE exchange uses the most recently calculated IKE SA keys before this exchange is
  //= started.
  if (!respond(sa, context, input, chain)) return forget_half_open(sa, context, input);
  covered = cover(intermediate.auth_r, sa.suite.prf, keys.sk_pr.view(), sealed_head(sa.peer.last_response().front()),
                  chain.view());
  if (!covered) return forget_half_open(sa, context, input);
  change_keys(sa, std::move(exchanged->next));
  return State::half_open;
}

}  // namespace latchkey::session
