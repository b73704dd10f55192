#include "ike-engine/session/respond_child.h"

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/inner_address.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;
using Refusal = std::unexpected<NotifyType>;

/// Which of the client's addresses the child is for.
struct Inner {
  base::Address address;
  bool leased = false;
};

bool wants_transport(const AuthPayloads& claim) { return claim.has(NotifyType::use_transport_mode); }

// Security rule 12: an address that we lease, or else the one that the client's packets come from. Whatever it says.
std::expected<Inner, NotifyType> inner_address(const IkeSa& sa, Context& context, const AuthPayloads& claim) {
  const base::Family family = sa.path.remote.address.family();
  Leases& leases = context.responder->leases;
  const bool lease =
      claim.cp && asks_for_address(*claim.cp, family) && leases.offers(family) && !wants_transport(claim);
  if (!lease) return Inner{sa.path.remote.address};
  const auto address = leases.take(family, address_in(*claim.cp, family));
  if (!address) return Refusal(NotifyType::internal_address_failure);
  return Inner{*address, true};
}

bool is_same_client(const IkeSa& sa, const Holder& other) {
  const bool named = sa.session->known && sa.session->peer.type != base::IdType::null;
  // Without a name it is the same client if it comes from the very same address and port.
  return named ? other.peer == sa.session->peer : other.remote == sa.path.remote;
}

// Who has to give way for the client to have the address, if anybody; a refusal if somebody else holds it. Security
// rule 3: an anonymous SA never replaces an authenticated one; who has no name gives way to who has one.
std::expected<std::optional<base::IkeSpi>, NotifyType> holder_to_replace(const IkeSa& sa, Context& context,
                                                                         const base::Address& address) {
  const auto holder = context.responder->holders.find(address);
  if (holder == context.responder->holders.end()) return std::nullopt;
  const Holder& other = holder->second;
  const bool takes_over = sa.session->known == other.known ? is_same_client(sa, other) : sa.session->known;
  if (takes_over) return other.sa;
  context.doubted.push_back(other.sa);
  return Refusal(NotifyType::ts_unacceptable);
}

// Security rule 12: without a lease a client without a name has the address that its packets come from. If it may be
// behind a NAT (or says so, to be sure of UDP) it has to name that address, which it would not know there.
bool is_at_home(const IkeSa& sa, const AuthPayloads& claim) {
  if (sa.session->known || !sa.half_open->peer_may_be_behind_nat) return true;
  return policy::check_selectors(*claim.tsi, sa.path.remote.address).has_value();
}

std::expected<void, NotifyType> check_selectors(const IkeSa& sa, const Context& context, const AuthPayloads& claim,
                                                const Inner& inner) {
  if (!inner.leased && !is_at_home(sa, claim)) {
    // RFC 7296 section 2.19
    //= the IRAS's configuration requires that CP be used for a given identity IDi, but IRAC has failed to send a
    //= CP(CFG_REQUEST), IRAS MUST fail the request, and terminate the Child SA creation with a FAILED_CP_REQUIRED
    //= error.
    const bool may_ask = context.responder->leases.offers(inner.address.family());
    return Refusal(may_ask ? NotifyType::failed_cp_required : NotifyType::ts_unacceptable);
  }
  // RFC 7296 section 2.9: a subset of what the client proposed, also where it is given an address.
  if (!policy::covers_host(*claim.tsi, inner.address)) return Refusal(NotifyType::ts_unacceptable);
  if (!policy::covers_host(*claim.tsr, sa.path.local.address)) return Refusal(NotifyType::ts_unacceptable);
  return {};
}

struct Made {
  policy::ChosenEsp chosen;
  Inner inner;
  api::Mode mode = api::Mode::tunnel;
};

std::expected<Made, NotifyType> make_child(IkeSa& sa, Context& context, const AuthPayloads& claim, const Nonces& nonces,
                                           const Inner& inner) {
  if (auto checked = check_selectors(sa, context, claim, inner); !checked) return Refusal(checked.error());
  const bool transport = wants_transport(claim) && context.responder->mode == api::Mode::transport;
  if (context.responder->mode == api::Mode::transport && !transport) return Refusal(NotifyType::no_proposal_chosen);
  auto reserved = context.kernel.allocate_spi(sa.path.local.address, sa.path.remote.address);
  if (!reserved) return Refusal(NotifyType::temporary_failure);
  auto chosen = policy::choose_esp(*claim.sa, context.config.answered_esp, {}, (*reserved)->spi());
  if (!chosen) return Refusal(NotifyType::no_proposal_chosen);
  const auto replaced = holder_to_replace(sa, context, inner.address);
  if (!replaced) return Refusal(replaced.error());
  const api::Mode mode = transport ? api::Mode::transport : api::Mode::tunnel;
  auto child = make_child_sa(sa, context.config,
                             {.suite = chosen->suite,
                              .mode = mode,
                              .spi_in = (*reserved)->spi(),
                              .spi_out = chosen->peer_spi,
                              .nonce_i = nonces.i,
                              .nonce_r = nonces.r,
                              .we_asked = false,
                              .inner_remote = inner.leased ? std::optional(inner.address) : std::nullopt});
  if (!child) return Refusal(NotifyType::temporary_failure);
  auto tunnel = context.kernel.install(std::move(*reserved), *child);
  if (!tunnel) return Refusal(NotifyType::temporary_failure);
  sa.children.push_back(keep_child(std::move(*tunnel), *child));
  if (*replaced) context.replaced.push_back(**replaced);
  return Made{std::move(*chosen), inner, mode};
}

void add_child(wire::PayloadChain& chain, const IkeSa& sa, const Made& made) {
  if (made.mode == api::Mode::transport) add_notify(chain, NotifyType::use_transport_mode);
  if (made.inner.leased) {
    chain.add(PayloadType::cp, [&](base::Writer& out) { out.bytes(address_reply(made.inner.address)); });
  }
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, made.chosen.answer); });
  chain.add(PayloadType::tsi, [&](base::Writer& out) { write(out, policy::host_selectors(made.inner.address)); });
  chain.add(PayloadType::tsr, [&](base::Writer& out) { write(out, policy::host_selectors(sa.path.local.address)); });
}

}  // namespace

bool answer_first_child(IkeSa& sa, Context& context, const AuthPayloads& claim, const Nonces& nonces,
                        wire::PayloadChain& chain) {
  if (!claim.sa && !claim.tsi && !claim.tsr) return false;
  if (!claim.sa || !claim.tsi || !claim.tsr) {
    add_notify(chain, NotifyType::invalid_syntax);
    return false;
  }
  const auto inner = inner_address(sa, context, claim);
  if (!inner) {
    add_notify(chain, inner.error());
    return false;
  }
  const auto made = make_child(sa, context, claim, nonces, *inner);
  if (!made) {
    if (inner->leased) context.responder->leases.give_back(inner->address);
    add_notify(chain, made.error());
    return false;
  }
  if (inner->leased) sa.session->lease = inner->address;
  sa.session->holds = inner->address;
  add_child(chain, sa, *made);
  return true;
}

}  // namespace latchkey::session
