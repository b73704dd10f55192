#include "ike-engine/session/answer_creation.h"

#include <algorithm>
#include <expected>

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/suites.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/children.h"
#include "ike-engine/session/collision.h"
#include "ike-engine/session/creation_payloads.h"
#include "ike-engine/session/established.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/key_agreement.h"
#include "ike-engine/session/refused.h"
#include "ike-engine/session/rekey_ike.h"
#include "ike-engine/session/respond_child.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

struct Refusal {
  NotifyType type{};
  base::Buffer data = {};
};
std::unexpected<Refusal> refuse(NotifyType type, base::Buffer data = {}) {
  return std::unexpected(Refusal{type, std::move(data)});
}

/// A child that is made, and the answer that says so.
struct Made {
  Child child;
  base::Buffer nonce;
  wire::PayloadChain answer;
};

// The child that the peer wants to replace; it names it by the SPI of the packets that it receives.
Child* find_rekeyed(IkeSa& sa, const wire::Notify& rekey) {
  base::Reader in(rekey.spi);
  const base::Spi spi{in.u32()};
  return in.done() && rekey.protocol == base::ProtocolId::esp ? sa.child_out(spi) : nullptr;
}

// The first child of a client's, which IKE_AUTH has not made: it is granted as it would have been there.
bool is_first(const IkeSa& sa, const Context& context) {
  return sa.children.empty() && context.responder != nullptr && sa.session != nullptr && !sa.session->initiator;
}

// A child beside others is like them.
bool has_room(const IkeSa& sa, const Context& context, const Child* old) {
  if (is_first(sa, context)) return true;
  if (sa.children.size() >= kMaxChildren) return false;
  const auto in_use = static_cast<std::size_t>(std::ranges::count(sa.children, Standing::in_use, &Child::standing));
  return old != nullptr || (in_use > 0 && in_use < kMaxChildren / 2);
}

std::expected<std::unique_ptr<api::ReservedSpi>, Refusal> reserve(const IkeSa& sa, Context& context) {
  auto reserved = context.kernel.allocate_spi(sa.path.local.address, sa.path.remote.address);
  if (reserved) return std::move(*reserved);
  const bool full = reserved.error().code == base::Errc::exhausted;
  return refuse(full ? NotifyType::no_additional_sas : NotifyType::temporary_failure);
}

/// What the child may be.
struct Bounds {
  ChildTraits traits;  ///< its suite is what is chosen
  std::vector<api::EspSuite> suites;
  bool sending = true;
  const Grant* grant = nullptr;  ///< of a client's first
};

// What may be chosen; what the child had goes first.
std::vector<api::EspSuite> allowed_suites(const Context& context, const ChildTraits& traits) {
  std::vector<api::EspSuite> suites = {traits.suite};
  suites.insert(suites.end(), context.config.esp.begin(), context.config.esp.end());
  return suites;
}

std::expected<policy::ChosenEsp, Refusal> choose(const CreationPayloads& request,
                                                 std::span<const api::EspSuite> allowed, base::Spi spi_in) {
  const auto method = request.ke ? std::optional(request.ke->method) : std::nullopt;
  auto chosen = policy::choose_esp(*request.sa, allowed, policy::answered_ke_methods(), spi_in, method);
  if (!chosen) return refuse(NotifyType::no_proposal_chosen);
  // RFC 7296 section 1.3
  //= If the responder selects a proposal using a different Diffie-Hellman group (other than NONE), the responder MUST
  //= reject the request and indicate its preferred Diffie-Hellman group in the INVALID_KE_PAYLOAD Notify payload.
  if (chosen->pfs && chosen->pfs != method) {
    return refuse(NotifyType::invalid_ke_payload, wire::invalid_ke_data(*chosen->pfs));
  }
  return std::move(*chosen);
}

// Whether this is what a child of ours may be: two hosts, and the mode of the one before it.
std::optional<Refusal> objection(const IkeSa& sa, const CreationPayloads& request, const ChildTraits& traits) {
  const Ends ends = ends_of(sa, traits);
  // RFC 7296 section 2.9.2
  //= The responder MUST NOT narrow down the Traffic Selectors narrower than the scope currently in use.
  // A wider offer is narrowed to the two hosts, any other refused.
  if (!policy::covers_host(*request.tsi, ends.theirs) || !policy::covers_host(*request.tsr, ends.ours)) {
    return Refusal{NotifyType::ts_unacceptable};
  }
  if (traits.mode == api::Mode::transport && !request.transport) return Refusal{NotifyType::no_proposal_chosen};
  return std::nullopt;
}

/// What the child is made of, beside what `traits` says.
struct Terms {
  std::unique_ptr<api::ReservedSpi> reserved;
  policy::ChosenEsp chosen;
  std::optional<KeyAgreement> key;
  base::Buffer nonce;
};

std::expected<Terms, Refusal> settle(const IkeSa& sa, Context& context, const CreationPayloads& request,
                                     const Bounds& bounds) {
  auto reserved = reserve(sa, context);
  if (!reserved) return std::unexpected(reserved.error());
  auto chosen = choose(request, bounds.suites, (*reserved)->spi());
  if (!chosen) return std::unexpected(chosen.error());
  Terms terms{std::move(*reserved), std::move(*chosen), std::nullopt, base::Buffer(kNonceSize)};
  if (terms.chosen.pfs) {
    auto key = agree_on_key(context, *request.ke);
    if (!key) return refuse(NotifyType::invalid_syntax);
    terms.key = std::move(*key);
  }
  context.random.fill(terms.nonce);
  return terms;
}

base::Result<Child> install(const IkeSa& sa, Context& context, const CreationPayloads& request, const Bounds& bounds,
                            Terms& terms) {
  const ChildTraits& traits = bounds.traits;
  auto child = make_child_sa(sa, context.config,
                             {.suite = terms.chosen.suite,
                              .mode = traits.mode,
                              .spi_in = terms.reserved->spi(),
                              .spi_out = terms.chosen.peer_spi,
                              .nonce_i = request.nonce->value,
                              .nonce_r = terms.nonce,
                              .g_ir = terms.key ? terms.key->g_ir.view() : base::Bytes(),
                              .we_asked = false,
                              .reqid = traits.reqid,
                              .inner_local = traits.inner_local,
                              .inner_remote = traits.inner_remote,
                              .sending = bounds.sending});
  if (!child) return std::unexpected(child.error());
  if (bounds.grant != nullptr) stand_beside(sa, context, *bounds.grant, *child);
  auto tunnel = context.kernel.install(std::move(terms.reserved), *child);
  if (!tunnel) return std::unexpected(tunnel.error());
  return keep_child(std::move(*tunnel), *child);
}

wire::PayloadChain answer_with(const IkeSa& sa, const ChildTraits& traits, const Terms& terms, base::Bytes cp) {
  const Ends ends = ends_of(sa, traits);
  return write_creation({.sa = terms.chosen.answer,
                         .nonce = terms.nonce,
                         .key_exchange = terms.key ? &terms.key->own : nullptr,
                         .hosts = Hosts{ends.theirs, ends.ours},
                         .transport = traits.mode == api::Mode::transport,
                         .cp = cp});
}

std::expected<Made, Refusal> make(const IkeSa& sa, Context& context, const CreationPayloads& request,
                                  const Bounds& bounds, base::Bytes cp = {}) {
  auto terms = settle(sa, context, request, bounds);
  if (!terms) return std::unexpected(terms.error());
  // RFC 7296 section 2.8
  //= The responder to a CREATE_CHILD_SA MUST be prepared to accept messages on an SA before sending its response to the
  //= creation request, so there is no ambiguity for the initiator.
  auto child = install(sa, context, request, bounds, *terms);
  if (!child) return refuse(NotifyType::temporary_failure);
  return Made{std::move(*child), terms->nonce, answer_with(sa, bounds.traits, *terms, cp)};
}

std::expected<Made, Refusal> make_alike(IkeSa& sa, Context& context, const CreationPayloads& request,
                                        const Child* old) {
  const ChildTraits traits = (old != nullptr ? old : sa.current_child())->traits();
  if (const auto why = objection(sa, request, traits)) return std::unexpected(*why);
  return make(sa, context, request, {traits, allowed_suites(context, traits), old == nullptr});
}

// INVALID_KE_PAYLOAD turns nobody away: the client asks again with another group.
void tell_no_child(const IkeSa& sa, Context& context, NotifyType type) {
  if (type == NotifyType::invalid_ke_payload) return;
  tell_refused(sa, context, base::ExchangeType::create_child_sa, type, "it is in, but gets no child");
}

std::expected<Made, Refusal> make_first(IkeSa& sa, Context& context, const CreationPayloads& request) {
  const wire::Cp* cp = request.cp ? &*request.cp : nullptr;
  const auto grant = grant_child(sa, context, {*request.tsi, *request.tsr, cp, request.transport});
  if (!grant) {
    tell_no_child(sa, context, grant.error());
    return refuse(grant.error());
  }
  const Bounds bounds{.traits = {.suite = {}, .mode = grant->mode, .inner_remote = grant->leased_address()},
                      .suites = context.config.answered_esp,
                      .grant = &*grant};
  auto made = make(sa, context, request, bounds, lease_answer(cp, *grant));
  if (made) {
    accept(sa, context, *grant);
  } else {
    decline(context, *grant);
    tell_no_child(sa, context, made.error().type);
  }
  return made;
}

// Whether we are rekeying the same child. Which of both makes it is seen when our answer comes.
bool note_rival(IkeSa& sa, base::Spi old, base::Spi fresh, base::Bytes lower_nonce) {
  if (!sa.exchange || sa.exchange->wish != Wish{Errand::rekey_child, old}) return false;
  sa.exchange->creation->rival = Rival{.child = fresh, .nonce = base::to_buffer(lower_nonce)};
  sa.child_in(fresh)->standing = Standing::rival;
  return true;
}

State refuse_child(IkeSa& sa, Context& context, Input& input, const CreationPayloads& request, const Refusal& refusal) {
  if (refusal.type == NotifyType::invalid_syntax) return answer_invalid_syntax(sa, context, input);
  wire::Notify notify{base::ProtocolId::none, {}, refusal.type, refusal.data};
  if (refusal.type == NotifyType::child_sa_not_found) {
    // RFC 7296 section 2.25
    //= The SA that the initiator attempted to rekey is indicated by the SPI field in the Notify payload, which is copied
    //= from the SPI field in the REKEY_SA notification.
    notify.protocol = request.rekey->protocol;
    notify.spi = request.rekey->spi;
  }
  respond_notify(sa, context, input, notify);
  return sa.state;
}

State answer_child(IkeSa& sa, Context& context, Input& input, const CreationPayloads& request) {
  const Child* old = request.rekey ? find_rekeyed(sa, *request.rekey) : nullptr;
  const auto error = obstacle(sa, request.rekey ? Asked::rekey_child : Asked::new_child, old);
  if (error) return refuse_child(sa, context, input, request, {*error});
  // RFC 7296 section 1.3
  //= The responder sends a NO_ADDITIONAL_SAS notification to indicate that a CREATE_CHILD_SA request is unacceptable
  //= because the responder is unwilling to accept any more Child SAs on this IKE SA.
  if (!has_room(sa, context, old)) return refuse_child(sa, context, input, request, {NotifyType::no_additional_sas});
  auto made = is_first(sa, context) ? make_first(sa, context, request) : make_alike(sa, context, request, old);
  if (!made) return refuse_child(sa, context, input, request, made.error());

  const std::optional<base::Spi> replaced = old != nullptr ? std::optional(old->spi_in) : std::nullopt;
  const base::Spi fresh = made->child.spi_in;
  sa.children.push_back(std::move(made->child));
  begin_child_life(sa.children.back(), context);
  if (replaced && !note_rival(sa, *replaced, fresh, lower(request.nonce->value, made->nonce))) {
    take_over(sa, context, *replaced, fresh);
  }
  respond(sa, context, input, made->answer);
  if (sa.session != nullptr && sa.session->story)
    tell_established(sa, context, std::move(*std::exchange(sa.session->story, nullptr)));
  listen_for_client(sa, context);
  return sa.state;
}

}  // namespace

State answer_create_child_sa(IkeSa& sa, Context& context, Input& input) {
  const auto request = parse_creation(input.payloads);
  if (!request || !request->sa || !request->nonce) return answer_invalid_syntax(sa, context, input);
  if (request->is_for_ike()) return answer_rekey_ike(sa, context, input, *request);
  if (!request->tsi || !request->tsr) return answer_invalid_syntax(sa, context, input);
  return answer_child(sa, context, input, *request);
}

}  // namespace latchkey::session
