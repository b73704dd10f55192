#include "ike-engine/session/respond_child.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/children.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/inner_address.h"
#include "ike-engine/session/refused.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;
using Refusal = std::unexpected<NotifyType>;

std::expected<Inner, NotifyType> lease(const IkeSa& sa, Context& context, const wire::Cp& request) {
  const base::Family family = sa.path.remote.address.family();
  // Who has proven a name and comes again is where it was: what others know it by lives as long as its lease.
  if (const auto former = context.responder->former_lease(*sa.session, family)) return Inner{*former, true};
  const auto address = context.responder->leases.take(family, address_in(request, family));
  if (!address) return Refusal(NotifyType::internal_address_failure);
  return Inner{*address, true, true};
}

bool may_have_lease(const IkeSa& sa, const Context& context, const wire::Cp* cp) {
  const base::Family family = sa.path.remote.address.family();
  return cp != nullptr && asks_for_address(*cp, family) && context.responder->leases.offers(family);
}

// Security rule 12: an address that we lease, or else the one that the client's packets come from. Whatever it says.
std::expected<Inner, NotifyType> inner_address(const IkeSa& sa, Context& context, const ChildWish& wish) {
  // RFC 7296 section 2.19
  //= That address persists at least until the deletion of the IKE SA.
  if (sa.session->lease) return Inner{*sa.session->lease, true};
  if (!wish.transport && may_have_lease(sa, context, wish.cp)) return lease(sa, context, *wish.cp);
  return Inner{sa.path.remote.address};
}

bool is_same_client(const IkeSa& sa, const Holder& other) {
  // Without a name it is the same client if it comes from the very same address and port.
  return sa.session->has_name() ? other.peer == sa.session->peer : other.remote == sa.path.remote;
}

// Sessions of a client's that wait for it to be heard by its newest. Who never answers could have any number.
constexpr std::size_t kMostReplaced = 3;

// Security rule 3: with who is not the very same client nothing is shared, not even for a round trip.
bool shares_with(const Session& session, const Holder& other) {
  return session.known == other.known && session.peer == other.peer;
}

// Who has to give way for the client to have the address, if anybody; a refusal if somebody else holds it. Security
// rule 3: an anonymous SA never replaces an authenticated one; who has no name gives way to who has one.
std::expected<Grant, NotifyType> grant_address(const IkeSa& sa, Context& context, const Inner& inner) {
  const auto ours = inner.leased ? std::nullopt : std::optional(sa.path.local.address);
  const auto [first, last] = context.responder->holders.equal_range(inner.address);
  Grant out{.inner = inner};
  for (const auto& [address, other] : std::ranges::subrange(first, last)) {
    if (other.session == sa.session->id || !other.stands_in_the_way(ours)) continue;
    if (context.replaced.contains(other.session)) continue;
    const bool takes_over = sa.session->known == other.known ? is_same_client(sa, other) : sa.session->known;
    if (!takes_over) {
      context.doubted.push_back(other.session);
      return Refusal(NotifyType::ts_unacceptable);
    }
    const bool waits = shares_with(*sa.session, other) && out.replaces.size() < kMostReplaced;
    (waits ? out.replaces : out.displaces).push_back(other.session);
  }
  return out;
}

// Security rule 12: without a lease a client without a name has the address that its packets come from. If it may be
// behind a NAT (or says so, to be sure of UDP) it has to name that address, which it would not know there.
bool is_at_home(const IkeSa& sa, const ChildWish& wish) {
  if (sa.session->known || !sa.session->may_be_behind_nat) return true;
  return policy::check_selectors(wish.tsi, sa.path.remote.address).has_value();
}

bool names_one_host(std::span<const wire::TrafficSelector> offer) {
  return offer.size() == 1 && policy::check_selectors(offer, offer.front().start);
}

std::expected<void, NotifyType> check_selectors(const IkeSa& sa, const Context& context, const ChildWish& wish,
                                                const Inner& inner) {
  if (!inner.leased && !is_at_home(sa, wish)) {
    // RFC 7296 section 2.19
    //= the IRAS's configuration requires that CP be used for a given identity IDi, but IRAC has failed to send a
    //= CP(CFG_REQUEST), IRAS MUST fail the request, and terminate the Child SA creation with a FAILED_CP_REQUIRED
    //= error.
    const bool may_ask = context.responder->leases.offers(inner.address.family());
    return Refusal(may_ask ? NotifyType::failed_cp_required : NotifyType::ts_unacceptable);
  }
  // RFC 7296 section 2.9: a subset of what the client proposed, also where it is given an address. But libreswan's
  // client names the address that it has, and means the one that it asks for; what it gets is the lease and nothing
  // else.
  const bool means_lease = inner.leased && names_one_host(wish.tsi);
  if (!means_lease && !policy::covers_host(wish.tsi, inner.address)) return Refusal(NotifyType::ts_unacceptable);
  if (!policy::covers_host(wish.tsr, sa.path.local.address)) return Refusal(NotifyType::ts_unacceptable);
  return {};
}

std::expected<Grant, NotifyType> judge_wish(const IkeSa& sa, Context& context, const ChildWish& wish,
                                            const Inner& inner) {
  if (auto checked = check_selectors(sa, context, wish, inner); !checked) return Refusal(checked.error());
  const bool transport = wish.transport && !inner.leased && context.responder->mode == api::Mode::transport;
  if (context.responder->mode == api::Mode::transport && !transport) return Refusal(NotifyType::no_proposal_chosen);
  auto grant = grant_address(sa, context, inner);
  if (grant && transport) grant->mode = api::Mode::transport;
  return grant;
}

std::expected<policy::ChosenEsp, NotifyType> make_child(IkeSa& sa, Context& context, const wire::Sa& offer,
                                                        const Nonces& nonces, const Grant& grant) {
  auto reserved = context.kernel.allocate_spi(sa.path.local.address, sa.path.remote.address);
  if (!reserved) return Refusal(NotifyType::temporary_failure);
  auto chosen = policy::choose_esp(offer, context.config.answered_esp, {}, (*reserved)->spi());
  if (!chosen) return Refusal(NotifyType::no_proposal_chosen);
  auto child = make_child_sa(sa, context.config,
                             {.suite = chosen->suite,
                              .mode = grant.mode,
                              .spi_in = (*reserved)->spi(),
                              .spi_out = chosen->peer_spi,
                              .nonce_i = nonces.i,
                              .nonce_r = nonces.r,
                              .we_asked = false,
                              .inner_remote = grant.leased_address()});
  if (!child) return Refusal(NotifyType::temporary_failure);
  stand_beside(sa, context, grant, *child);
  auto tunnel = context.kernel.install(std::move(*reserved), *child);
  if (!tunnel) return Refusal(NotifyType::temporary_failure);
  sa.children.push_back(keep_child(std::move(*tunnel), *child));
  return std::move(*chosen);
}

// Whether others have its client's traffic until it is heard. One without a child has none to take over yet.
bool waits_for_client(const IkeSa& sa) {
  return sa.session != nullptr && !sa.session->replaces.empty() && !sa.children.empty();
}

void begin_sending(IkeSa& sa, Context& context) {
  if (start_sending(sa)) return;
  lose(sa, context, api::Reason::kernel);
  sa.ends_at = context.now;  // the client has to hear of it
}

void add_lease(wire::PayloadChain& chain, base::Bytes reply) {
  if (!reply.empty()) chain.add(PayloadType::cp, [&](base::Writer& out) { out.bytes(reply); });
}

void add_child(wire::PayloadChain& chain, const IkeSa& sa, const policy::ChosenEsp& chosen, const Grant& grant) {
  if (grant.mode == api::Mode::transport) add_notify(chain, NotifyType::use_transport_mode);
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, chosen.answer); });
  chain.add(PayloadType::tsi, [&](base::Writer& out) { write(out, policy::host_selectors(grant.inner.address)); });
  chain.add(PayloadType::tsr, [&](base::Writer& out) { write(out, policy::host_selectors(sa.path.local.address)); });
}

bool refuse(const IkeSa& sa, Context& context, NotifyType type, wire::PayloadChain& chain) {
  add_notify(chain, type);
  tell_refused(sa, context, base::ExchangeType::ike_auth, type, "it is in, but gets no child");
  return false;
}

// RFC 6023 section 3: the address is the IKE SA's, with a child or without.
void answer_without_child(IkeSa& sa, Context& context, const wire::Cp* cp, wire::PayloadChain& chain) {
  if (!may_have_lease(sa, context, cp)) return;
  const auto inner = lease(sa, context, *cp);
  if (!inner) return add_notify(chain, inner.error());
  const auto grant = grant_address(sa, context, *inner);
  if (!grant) {
    decline(context, {.inner = *inner});
    return add_notify(chain, NotifyType::internal_address_failure);
  }
  accept(sa, context, *grant);
  add_lease(chain, lease_answer(cp, *grant));
}

}  // namespace

std::optional<base::Address> Grant::leased_address() const {
  return inner.leased ? std::optional(inner.address) : std::nullopt;
}

std::expected<Grant, NotifyType> grant_child(IkeSa& sa, Context& context, const ChildWish& wish) {
  const auto inner = inner_address(sa, context, wish);
  if (!inner) return Refusal(inner.error());
  auto grant = judge_wish(sa, context, wish, *inner);
  if (!grant) decline(context, {.inner = *inner});
  return grant;
}

void accept(IkeSa& sa, Context& context, const Grant& grant) {
  sa.session->lease = grant.leased_address();
  sa.session->holds = grant.inner.address;
  context.responder->note_holder(sa);
  std::ranges::copy(grant.replaces, std::back_inserter(sa.session->replaces));
  context.replaced.insert(grant.displaces.begin(), grant.displaces.end());
}

void stand_beside(const IkeSa& sa, const Context& context, const Grant& grant, api::ChildSa& child) {
  child.reqid = context.reqid_beside(*sa.session, grant.replaces, child);
  child.sending = !child.reqid || grant.replaces.empty();
}

void listen_for_client(IkeSa& sa, Context& context) {
  if (waits_for_client(sa)) wish(sa, context, {Errand::liveness, {}});
}

void client_heard(IkeSa& sa, Context& context) {
  if (!waits_for_client(sa)) return;
  const auto replaced = std::exchange(sa.session->replaces, {});
  context.replaced.insert(replaced.begin(), replaced.end());
  begin_sending(sa, context);
}

void predecessor_gone(IkeSa& sa, Context& context, api::SessionId gone, bool sent_for) {
  if (sa.session == nullptr || std::erase(sa.session->replaces, gone) == 0) return;
  if (!sent_for) begin_sending(sa, context);
}

base::Buffer lease_answer(const wire::Cp* request, const Grant& grant) {
  // RFC 7296 section 2.19
  //= The responder MUST NOT send a CFG_REPLY without having first received a CP(CFG_REQUEST) from the initiator
  const bool asked = request != nullptr && asks_for_address(*request, grant.inner.address.family());
  return asked && grant.inner.leased ? address_reply(grant.inner.address) : base::Buffer{};
}

void decline(Context& context, const Grant& grant) {
  if (grant.inner.taken) context.responder->leases.give_back(grant.inner.address);
}

bool answer_first_child(IkeSa& sa, Context& context, const AuthPayloads& claim, const Nonces& nonces,
                        wire::PayloadChain& chain) {
  const wire::Cp* cp = claim.cp ? &*claim.cp : nullptr;
  // RFC 6023 section 3
  //= A supporting responder that has advertised support by including the notification in the IKE_SA_INIT response MUST
  //= process a modified IKE_AUTH request, and MUST reply with a modified IKE_AUTH response.
  if (!claim.sa && !claim.tsi && !claim.tsr) {
    answer_without_child(sa, context, cp, chain);
    return false;
  }
  if (!claim.sa || !claim.tsi || !claim.tsr) {
    return refuse(sa, context, NotifyType::invalid_syntax, chain);
  }
  const auto grant = grant_child(sa, context, {*claim.tsi, *claim.tsr, cp, claim.has(NotifyType::use_transport_mode)});
  if (!grant) return refuse(sa, context, grant.error(), chain);
  const auto chosen = make_child(sa, context, *claim.sa, nonces, *grant);
  if (!chosen) {
    decline(context, *grant);
    return refuse(sa, context, chosen.error(), chain);
  }
  accept(sa, context, *grant);
  add_lease(chain, lease_answer(cp, *grant));
  add_child(chain, sa, *chosen, *grant);
  return true;
}

}  // namespace latchkey::session
