#include "ike-engine/session/rekey_ike.h"

#include <algorithm>

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/collision.h"
#include "ike-engine/session/create_child.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/heir.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/key_agreement.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

base::Buffer octets_of(base::IkeSpi spi) {
  base::Writer out;
  out.u64(spi.value);
  return out.take();
}

base::IkeSpi spi_from(base::Bytes octets) { return {base::Reader(octets).u64()}; }

// The old suite first, then those that differ from it in the key exchange alone.
std::vector<api::IkeSuite> equivalent_suites(const IkeSa& sa, const Context& context) {
  std::vector<api::IkeSuite> suites = {sa.suite};
  std::ranges::copy_if(context.config.ike, std::back_inserter(suites), [&](api::IkeSuite suite) {
    suite.ke = sa.suite.ke;
    return suite == sa.suite;
  });
  return suites;
}

std::vector<api::IkeSuite> allowed_suites(const IkeSa& sa, const Context& context) {
  std::vector<api::IkeSuite> suites = equivalent_suites(sa, context);
  suites.insert(suites.end(), context.config.ike.begin(), context.config.ike.end());
  return suites;
}

/// An IKE SA that our request has made, and the lower nonce of its exchange.
struct Agreed {
  std::unique_ptr<IkeSa> heir;
  base::Bytes nonce;
};

base::Result<Agreed> agree(const IkeSa& sa, const Context& context, const Creation& creation,
                           const CreationPayloads& reply) {
  if (!reply.sa || !reply.nonce || !reply.ke) return base::fail(base::Errc::malformed, "a payload is missing");
  const auto suite = policy::accept_ike(creation.offer, *reply.sa);
  if (!suite) return std::unexpected(suite.error());
  const base::IkeSpi peer = spi_from(reply.sa->proposals.front().spi);
  const bool fits = suite->ke == creation.key_exchange->method() && reply.ke->method == suite->ke;
  if (!fits || peer == base::IkeSpi{}) return base::fail(base::Errc::mismatch, "another key exchange, or no SPI");
  const auto g_ir = creation.key_exchange->shared_secret(reply.ke->value);
  if (!g_ir) return std::unexpected(g_ir.error());
  auto heir = make_heir(sa, context,
                        {.role = Role::initiator,
                         .suite = *suite,
                         .spi_i = creation.new_spi,
                         .spi_r = peer,
                         .nonce_i = creation.nonce,
                         .nonce_r = reply.nonce->value,
                         .g_ir = g_ir->view()});
  if (!heir) return std::unexpected(heir.error());
  return Agreed{std::move(*heir), lower(creation.nonce, reply.nonce->value)};
}

void discard(std::unique_ptr<IkeSa> heir, Context& context) {
  heir->state = begin_delete(*heir, context);
  context.heirs.push_back(std::move(heir));
}

// The peer's new IKE SA stays. It deletes the old one, as its request has made the one that stays.
State yield_to(IkeSa& sa, Context& context, const Rival& rival) {
  context.handovers.push_back({sa.own_spi(), rival.ike_sa});
  return stand_by(sa, context);
}

State adopt(IkeSa& sa, Context& context, Agreed agreed, const std::optional<Rival>& rival) {
  if (rival && is_redundant(agreed.nonce, rival->nonce)) {
    // RFC 7296 section 2.8.2
    //= The new IKE SA containing the lowest nonce SHOULD be deleted by the node that created it, and the other surviving
    //= new IKE SA MUST inherit all the Child SAs.
    discard(std::move(agreed.heir), context);
    return yield_to(sa, context, *rival);
  }
  hand_over(sa, *agreed.heir, context);
  context.heirs.push_back(std::move(agreed.heir));
  // RFC 7296 section 2.8
  //= After the new equivalent IKE SA is created, the initiator deletes the old IKE SA, and the Delete payload to delete
  //= itself MUST be the last request sent over the old IKE SA.
  return begin_delete(sa, context);
}

}  // namespace

base::Result<void> request_heir(IkeSa& sa, Context& context) {
  Creation& creation = *sa.exchange->creation;
  if (creation.new_spi == base::IkeSpi{}) {
    creation.new_spi = context.fresh_spi();
    creation.offer = policy::offer_ike(equivalent_suites(sa, context), octets_of(creation.new_spi));
    auto key = fresh_key(context, sa.suite.ke);
    if (!key) return std::unexpected(key.error());
    creation.key_exchange = std::move(*key);
  }
  creation.nonce.resize(kNonceSize);
  context.random.fill(creation.nonce);
  return send_request(
      sa, context, base::ExchangeType::create_child_sa,
      write_creation({.sa = creation.offer, .nonce = creation.nonce, .key_exchange = &*creation.key_exchange}));
}

State conclude_heir(IkeSa& sa, Context& context, OwnExchange own, const std::optional<CreationPayloads>& reply) {
  const std::optional<Rival> rival = own.creation->rival;
  if (reply && reply->error) {
    if (rival) return yield_to(sa, context, *rival);
    return put_up_with(sa, context, std::move(own), *reply->error);
  }
  auto agreed = reply ? agree(sa, context, *own.creation, *reply) : base::fail(base::Errc::malformed, "unreadable");
  if (!agreed) {
    // The peer has an IKE SA now that we can't speak in, and has given it our children.
    lose(sa, context, api::Reason::malformed);
    return begin_delete(sa, context);
  }
  return adopt(sa, context, std::move(*agreed), rival);
}

void disown_heir(IkeSa& sa, Context& context, const OwnExchange& own, const std::optional<CreationPayloads>& reply) {
  if (!reply || reply->error) return;
  auto agreed = agree(sa, context, *own.creation, *reply);
  if (agreed) discard(std::move(agreed->heir), context);
}

State answer_rekey_ike(IkeSa& sa, Context& context, Input& input, const CreationPayloads& request) {
  if (const auto error = obstacle(sa, Asked::rekey_ike, nullptr)) {
    respond_notify(sa, context, input, *error);
    return sa.state;
  }
  // RFC 7296 section 1.3.2
  //= The KEi payload MUST be included.
  if (!request.ke) return answer_invalid_syntax(sa, context, input);
  const base::IkeSpi own_spi = context.fresh_spi();
  const auto chosen =
      policy::choose_ike(*request.sa, allowed_suites(sa, context), octets_of(own_spi), request.ke->method);
  if (!chosen) {
    respond_notify(sa, context, input, NotifyType::no_proposal_chosen);
    return sa.state;
  }
  if (chosen->suite.ke != request.ke->method) {
    respond_notify(sa, context, input, NotifyType::invalid_ke_payload, wire::invalid_ke_data(chosen->suite.ke));
    return sa.state;
  }
  auto key = agree_on_key(context, *request.ke);
  if (!key) return answer_invalid_syntax(sa, context, input);
  base::Buffer nonce(kNonceSize);
  context.random.fill(nonce);
  auto heir = make_heir(sa, context,
                        {.role = Role::responder,
                         .suite = chosen->suite,
                         .spi_i = spi_from(chosen->peer_spi),
                         .spi_r = own_spi,
                         .nonce_i = request.nonce->value,
                         .nonce_r = nonce,
                         .g_ir = key->g_ir.view()});
  if (!heir) {
    respond_notify(sa, context, input, NotifyType::temporary_failure);
    return sa.state;
  }
  respond(sa, context, input, write_creation({.sa = chosen->answer, .nonce = nonce, .key_exchange = &key->own}));
  if (sa.is_under_way(Errand::rekey_ike)) {
    sa.exchange->creation->rival =
        Rival{.ike_sa = own_spi, .nonce = base::to_buffer(lower(request.nonce->value, nonce))};
    context.heirs.push_back(std::move(*heir));
    return sa.state;
  }
  hand_over(sa, **heir, context);
  context.heirs.push_back(std::move(*heir));
  return stand_by(sa, context);
}

}  // namespace latchkey::session
