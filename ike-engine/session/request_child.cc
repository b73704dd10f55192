#include "ike-engine/session/request_child.h"

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/children.h"
#include "ike-engine/session/collision.h"
#include "ike-engine/session/create_child.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/key_agreement.h"
#include "ike-engine/session/lifetime.h"

namespace latchkey::session {

namespace {

using base::KeMethod;
using base::NotifyType;

// The IKE SA's own method first: the peer has it.
std::vector<KeMethod> pfs_methods(const IkeSa& sa, const Context& context) {
  std::vector<KeMethod> methods;
  if (!context.config.pfs) return methods;
  methods.push_back(sa.suite.ke);
  for (const api::IkeSuite& suite : context.config.ike) {
    if (std::ranges::find(methods, suite.ke) == methods.end()) methods.push_back(suite.ke);
  }
  return methods;
}

// What the child is to be like: the one that it replaces or stands in for.
base::Result<void> prepare(IkeSa& sa, Context& context) {
  Creation& creation = *sa.exchange->creation;
  const Child* old = sa.child_in(sa.exchange->wish.child);
  if (old == nullptr) return base::fail(base::Errc::not_found, "the child that this is about");
  creation.traits = old->traits();
  creation.old_unconfirmed = !old->sending;
  auto reserved = context.kernel.allocate_spi(sa.path.local.address, sa.path.remote.address);
  if (!reserved) return std::unexpected(reserved.error());
  const auto methods = pfs_methods(sa, context);
  if (!methods.empty()) {
    auto key = fresh_key(context, methods.front());
    if (!key) return std::unexpected(key.error());
    creation.key_exchange = std::move(*key);
  }
  // RFC 7296 section 2.8
  //= Note that, when rekeying, the new Child SA SHOULD NOT have different Traffic Selectors and algorithms than the old
  //= one.
  creation.offer = policy::offer_esp(std::array{creation.traits.suite}, (*reserved)->spi(), methods);
  creation.reserved = std::move(*reserved);
  return {};
}

base::Result<base::SecretBytes> shared_secret(const Creation& creation, const CreationPayloads& reply,
                                              const std::optional<KeMethod>& method) {
  if (!method) return base::SecretBytes();
  if (!creation.key_exchange || creation.key_exchange->method() != *method || !reply.ke ||
      reply.ke->method != *method) {
    return base::fail(base::Errc::mismatch, "another key exchange than was begun");
  }
  return creation.key_exchange->shared_secret(reply.ke->value);
}

// Whether the answer gives exactly what the old child has.
base::Result<void> check(const IkeSa& sa, const CreationPayloads& reply, const ChildTraits& traits) {
  if (!reply.sa || !reply.nonce || !reply.tsi || !reply.tsr) {
    return base::fail(base::Errc::malformed, "a payload is missing");
  }
  const Ends ends = ends_of(sa, traits);
  if (auto ours = policy::check_selectors(*reply.tsi, ends.ours); !ours) return ours;
  if (auto theirs = policy::check_selectors(*reply.tsr, ends.theirs); !theirs) return theirs;
  const bool transport = traits.mode == api::Mode::transport;
  if (reply.transport != transport) return base::fail(base::Errc::mismatch, "another mode than before");
  return {};
}

base::Result<api::ChildSa> agree(const IkeSa& sa, const Context& context, const Creation& creation,
                                 const CreationPayloads& reply) {
  if (auto checked = check(sa, reply, creation.traits); !checked) return std::unexpected(checked.error());
  const auto accepted = policy::accept_esp(creation.offer, *reply.sa);
  if (!accepted) return std::unexpected(accepted.error());
  const auto g_ir = shared_secret(creation, reply, accepted->pfs);
  if (!g_ir) return std::unexpected(g_ir.error());
  return make_child_sa(sa, context.config,
                       {.suite = accepted->suite,
                        .mode = creation.traits.mode,
                        .spi_in = creation.reserved->spi(),
                        .spi_out = accepted->spi,
                        .nonce_i = creation.nonce,
                        .nonce_r = reply.nonce->value,
                        .g_ir = g_ir->view(),
                        .reqid = creation.traits.reqid,
                        .inner_local = creation.traits.inner_local,
                        .inner_remote = creation.traits.inner_remote});
}

// The peer's own half of the two rekeyings stays; it deletes the old child, too.
void yield_to(IkeSa& sa, Context& context, const Wish& wanted, const Rival& rival) {
  const Child* child = sa.child_in(rival.child);
  if (child != nullptr && child->standing == Standing::rival) take_over(sa, context, wanted.child, rival.child);
}

// Our half stays: we delete what it replaces, and the peer what it has made beside it.
State prevail(IkeSa& sa, Context& context, const OwnExchange& own, base::Spi fresh) {
  take_over(sa, context, own.wish.child, fresh);
  if (own.creation->rival) set_aside(sa, context, own.creation->rival->child);
  // RFC 7296 section 2.8.1
  //= The node that initiated the surviving rekeyed SA should delete the replaced SA after the new one is established.
  if (own.wish.errand == Errand::rekey_child) {
    wish(sa, context, {Errand::delete_child, own.wish.child});
    return sa.state;
  }
  // The peer has told us that it does not have the old one.
  drop_child(sa, context, own.wish.child);
  return after_loss(sa, context, api::Reason::kernel);
}

// The peer's half stays. Until ours is closed again the peer may send by it.
State discard(IkeSa& sa, Context& context, const OwnExchange& own, base::Spi fresh) {
  yield_to(sa, context, own.wish, *own.creation->rival);
  set_aside(sa, context, fresh);
  wish(sa, context, {Errand::delete_child, fresh});
  return sa.state;
}

// The child that the peer does not have any more got no successor: it is of no use.
State fail_child(IkeSa& sa, Context& context, const Wish& wanted) {
  if (wanted.errand != Errand::new_child) return postpone(sa, context, wanted);
  drop_child(sa, context, wanted.child);
  return after_loss(sa, context, api::Reason::peer_refused);
}

State refused(IkeSa& sa, Context& context, OwnExchange own, const wire::Notify& error) {
  if (own.creation->rival) {
    // RFC 7296 section 2.8.1
    //= When A receives this error, it already knows there was simultaneous rekeying, so it can ignore the error message.
    yield_to(sa, context, own.wish, *own.creation->rival);
    return sa.state;
  }
  if (own.wish.errand == Errand::new_child) return fail_child(sa, context, own.wish);
  if (error.type == NotifyType::child_sa_not_found) {
    // It may have it after all by now, and would send by it.
    if (own.creation->old_unconfirmed) return postpone(sa, context, own.wish);
    // RFC 7296 section 2.25
    //= A peer that receives a CHILD_SA_NOT_FOUND notification SHOULD silently delete the Child SA (if it still exists)
    //= and send a request to create a new Child SA from scratch (if the Child SA does not yet exist).
    // It goes when the new one is there, which takes its reqid over.
    wish(sa, context, {Errand::new_child, own.wish.child});
    return sa.state;
  }
  return put_up_with(sa, context, std::move(own), error);
}

}  // namespace

base::Result<void> request_child(IkeSa& sa, Context& context) {
  Creation& creation = *sa.exchange->creation;
  const Wish& wanted = sa.exchange->wish;
  if (!creation.reserved) {
    if (auto prepared = prepare(sa, context); !prepared) return prepared;
  }
  creation.nonce.resize(kNonceSize);
  context.random.fill(creation.nonce);
  const Ends ends = ends_of(sa, creation.traits);
  // RFC 7296 section 1.3.3
  //= The REKEY_SA notification MUST be included in a CREATE_CHILD_SA exchange if the purpose of the exchange is to
  //= replace an existing ESP or AH SA.
  const bool rekeys = wanted.errand == Errand::rekey_child;
  return send_request(sa, context, base::ExchangeType::create_child_sa,
                      write_creation({.sa = creation.offer,
                                      .nonce = creation.nonce,
                                      .key_exchange = creation.key_exchange ? &*creation.key_exchange : nullptr,
                                      .hosts = Hosts{ends.ours, ends.theirs},
                                      .rekeyed = rekeys ? std::optional(wanted.child) : std::nullopt,
                                      .transport = creation.traits.mode == api::Mode::transport}));
}

State conclude_child(IkeSa& sa, Context& context, OwnExchange own, const std::optional<CreationPayloads>& reply) {
  Creation& creation = *own.creation;
  if (reply && reply->error) return refused(sa, context, std::move(own), *reply->error);
  const base::Spi fresh = creation.reserved->spi();
  auto child = reply ? agree(sa, context, creation, *reply) : base::fail(base::Errc::malformed, "unreadable");
  const auto& rival = creation.rival;
  const bool redundant = child && rival && is_redundant(lower(creation.nonce, reply->nonce->value), rival->nonce);
  if (child) child->sending = !redundant;
  auto tunnel = child ? context.kernel.install(std::move(creation.reserved), *child) : std::unexpected(child.error());
  if (!tunnel) {
    // RFC 7296 section 2.21
    //= Such errors in parsing or processing response packets should still cause the recipient to clean up the IKE state
    //= (for example, by sending a Delete for a bad SA).
    wish(sa, context, {Errand::disown_child, fresh});
    if (rival) yield_to(sa, context, own.wish, *rival);
    return rival ? sa.state : fail_child(sa, context, own.wish);
  }
  sa.children.push_back(keep_child(std::move(*tunnel), *child));
  sa.unwilling_since = base::kNever;
  return redundant ? discard(sa, context, own, fresh) : prevail(sa, context, own, fresh);
}

}  // namespace latchkey::session
