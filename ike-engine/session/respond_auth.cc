#include "ike-engine/session/respond_auth.h"

#include <algorithm>

#include "ike-engine/session/established.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/init_payloads.h"
#include "ike-engine/session/inner_address.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/session/refused.h"
#include "ike-engine/session/respond_child.h"
#include "ike-engine/session/respond_init.h"
#include "ike-engine/session/sa_keys.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

namespace {

using base::NotifyType;
using base::PayloadType;

// Whom the client asks for; the first of us if it does not say, or wants somebody who is not here.
const Proof& identity_for(const Responder& responder, base::Bytes idr) {
  const auto wanted = idr.empty() ? std::nullopt : std::optional(wire::parse_id(idr));
  if (wanted && wanted->has_value()) {
    const auto found = std::ranges::find_if(responder.identities, [&](const Proof& proof) {
      return proof.id.type == (*wanted)->type && base::same(proof.id.data, (*wanted)->data);
    });
    if (found != responder.identities.end()) return *found;
  }
  return responder.identities.front();
}

base::Result<Proven> judge_claim(const IkeSa& sa, const Context& context, const Opening& opening,
                                 const AuthPayloads& claim) {
  if (claim.idi.empty() || !claim.auth) return base::fail(base::Errc::malformed, "no identity, or no AUTH (EAP?)");
  const base::Bytes sk_p = sa.half_open->auth_keys->sk_pi.view();
  const auto octets = crypto::signed_octets(sa.suite.prf, sa.half_open->request, opening.response.nonce->value, sk_p,
                                            claim.idi, sa.half_open->covered());
  if (!octets) return std::unexpected(octets.error());
  return judge(context.responder->peers, {.id = claim.idi,
                                          .auth = *claim.auth,
                                          .certificates = claim.certificates,
                                          .prf = sa.suite.prf,
                                          .octets = *octets,
                                          .sk_p = sk_p,
                                          .unix_seconds = context.unix_seconds()});
}

// IDr, CERT and AUTH of ours.
base::Result<wire::PayloadChain> own_claim(const IkeSa& sa, const Opening& opening, const Proof& proof) {
  const base::Buffer id = id_body(proof.id);
  const base::Bytes sk_p = sa.half_open->auth_keys->sk_pr.view();
  const auto octets = crypto::signed_octets(sa.suite.prf, sa.half_open->response, opening.request.nonce->value, sk_p,
                                            id, sa.half_open->covered());
  if (!octets) return std::unexpected(octets.error());
  std::vector<base::HashAlgorithm> hashes;
  if (const auto* notify = opening.request.find(NotifyType::signature_hash_algorithms)) {
    hashes = wire::parse_hash_algorithms(notify->data).value_or(std::vector<base::HashAlgorithm>{});
  }
  wire::PayloadChain chain;
  chain.add(PayloadType::idr, [&](base::Writer& out) { out.bytes(id); });
  add_certificates(chain, proof);
  if (auto added = add_auth(chain, proof, {sa.suite.prf, *octets, sk_p, hashes}); !added) {
    return std::unexpected(added.error());
  }
  return chain;
}

std::unique_ptr<Session> session_of(const IkeSa& sa, const Context& context, const Proven& proven,
                                    base::Bytes peer_id) {
  auto session = std::make_unique<Session>();
  session->id = context.next_session;
  session->initiator = false;
  session->local = sa.path.local;
  session->remote = sa.path.remote.address;
  session->current = sa.spi_r;
  session->may_be_behind_nat = sa.half_open->peer_may_be_behind_nat;
  session->story = std::make_unique<api::Established>(who_is_there(proven, peer_id));
  if (sa.half_open->intermediate) session->story->additional = sa.half_open->intermediate->methods;
  session->known = proven.by->kind != api::ProofKind::anonymous;
  session->peer = proven_identity(proven, peer_id);
  return session;
}

// RFC 7296 section 2.4: INITIAL_CONTACT says that the client has no other IKE SA with us. Only somebody with a name can
// say so, and only of that name.
void obey_initial_contact(const IkeSa& sa, Context& context, const AuthPayloads& claim) {
  if (!claim.has(NotifyType::initial_contact) || sa.session->peer.type == base::IdType::null) return;
  for (const api::SessionId other : context.responder->sessions_of(sa.session->peer)) {
    if (other != sa.session->id) context.replaced.insert(other);
  }
}

// There was room when it began, but others may have been half-open with it.
bool has_room(const Context& context, const api::Path& path) {
  const Responder& responder = *context.responder;
  return context.may_admit && responder.crowd(path.remote.address).sessions < responder.max_sessions_per_address;
}

const base::SecretBytes* find_ppk(const Responder& responder, const AuthPayloads& claim) {
  const auto* notify = claim.find(NotifyType::ppk_identity);
  const auto id = notify == nullptr ? std::nullopt : parse_ppk_identity(notify->data);
  if (!id) return nullptr;
  const auto found = responder.ppks.find(base::to_buffer(*id));
  return found == responder.ppks.end() ? nullptr : &found->second;
}

// Mixes the client's PPK into the keys, if both have one: whether it was. Without it the client's other AUTH is judged,
// if there is one. Errors: mismatch (it has to be used and can't), and those of with_ppk.
base::Result<bool> use_ppk(IkeSa& sa, const Context& context, const Opening& opening, AuthPayloads& claim) {
  const Responder& responder = *context.responder;
  const bool may = opening.response.find(NotifyType::use_ppk) != nullptr;
  const base::SecretBytes* ppk = may ? find_ppk(responder, claim) : nullptr;
  AuthKeys& keys = *sa.half_open->auth_keys;
  if (ppk != nullptr) {
    const AuthKeySet plain{std::move(sa.sk_d), std::move(keys.sk_pi), std::move(keys.sk_pr)};
    auto mixed = with_ppk(sa.suite.prf, ppk->view(), plain);
    if (!mixed) return std::unexpected(mixed.error());
    sa.sk_d = std::move(mixed->sk_d);
    keys = {std::move(mixed->sk_pi), std::move(mixed->sk_pr)};
    return true;
  }
  if (responder.ppk_required) return base::fail(base::Errc::mismatch, "no PPK");
  if (!may || !claim.has(NotifyType::ppk_identity)) return false;
  // RFC 8784 section 3: a PPK that we don't know. What AUTH would be without it stands in NO_PPK_AUTH.
  const auto* other = claim.find(NotifyType::no_ppk_auth);
  if (other == nullptr || !claim.auth) return base::fail(base::Errc::mismatch, "a PPK that we don't know");
  claim.auth->data = other->data;
  return false;
}

}  // namespace

State turn_away(IkeSa& sa, Context& context, Input& input, NotifyType type, std::string_view why, base::Bytes data) {
  respond_notify(sa, context, input, type, data);
  tell_refused(sa, context, input.header.exchange, type, why);
  ++context.stats.failed;
  end_half_open(sa, *context.responder);
  return linger(sa, context);
}

base::Result<void> complete_half_open(IkeSa& sa) {
  if (sa.protection) return {};
  const auto opening = reopen(*sa.half_open);
  if (!opening) return base::fail(base::Errc::internal, "kept messages can't be read");
  const auto key_exchange =
      crypto::KeyExchange::resume(sa.suite.ke, std::move(sa.half_open->private_value), opening->response.ke->value);
  if (!key_exchange) return std::unexpected(key_exchange.error());
  const auto g_ir = key_exchange->shared_secret(opening->request.ke->value);
  if (!g_ir) return std::unexpected(g_ir.error());
  const base::Bytes nonce_i = opening->request.nonce->value;
  const base::Bytes nonce_r = opening->response.nonce->value;
  const auto seed = crypto::skeyseed(sa.suite.prf, nonce_i, nonce_r, g_ir->view());
  if (!seed) return std::unexpected(seed.error());
  auto keys = derive_sa_keys(sa.suite, Role::responder, seed->view(), {nonce_i, nonce_r, sa.spi_i, sa.spi_r});
  if (!keys) return std::unexpected(keys.error());
  sa.protection = std::move(keys->protection);
  sa.sk_d = std::move(keys->keys.sk_d);
  sa.half_open->auth_keys = std::make_unique<AuthKeys>(std::move(keys->keys.sk_pi), std::move(keys->keys.sk_pr));
  return {};
}

State admit(IkeSa& sa, Context& context, Input& input) {
  const auto opening = reopen(*sa.half_open);
  if (!opening || !has_room(context, input.path)) {
    return turn_away(sa, context, input, NotifyType::temporary_failure, "no room for another session");
  }
  const auto with_ppk = use_ppk(sa, context, *opening, input.claim);
  if (!with_ppk) return turn_away(sa, context, input, NotifyType::authentication_failed, with_ppk.error().text);
  const auto proven = judge_claim(sa, context, *opening, input.claim);
  // RFC 7296 section 2.21.2
  //= If the error occurred on the responder, the notification is returned in the protected response
  if (!proven) return turn_away(sa, context, input, NotifyType::authentication_failed, proven.error().text);
  auto chain = own_claim(sa, *opening, identity_for(*context.responder, input.claim.idr));
  if (!chain) return turn_away(sa, context, input, NotifyType::authentication_failed, chain.error().text);

  if (*with_ppk) {
    add_notify(*chain, NotifyType::ppk_identity);
  }
  // IKE and ESP go on where the client has moved to.
  sa.path = input.path;
  context.admitted = session_of(sa, context, *proven, input.claim.idi);
  sa.session = context.admitted.get();
  obey_initial_contact(sa, context, input.claim);
  context.responder->admitted(sa);
  const bool child = answer_first_child(sa, context, input.claim,
                                        {opening->request.nonce->value, opening->response.nonce->value}, *chain);
  respond(sa, context, input, *chain);
  end_half_open(sa, *context.responder);
  begin_life(sa, context);
  listen_for_client(sa, context);
  ++context.stats.established;
  if (child) tell_established(sa, context, std::move(*std::exchange(sa.session->story, nullptr)));
  return State::established;
}

State turn_away_critical(IkeSa& sa, Context& context, Input& input) {
  const std::uint8_t type[] = {static_cast<std::uint8_t>(input.critical)};
  return turn_away(sa, context, input, NotifyType::unsupported_critical_payload, "an unknown critical payload", type);
}

State turn_away_garbled(IkeSa& sa, Context& context, Input& input) {
  return turn_away(sa, context, input, NotifyType::invalid_syntax, "a malformed message");
}

State forget_half_open(IkeSa& sa, Context& context, Input&) {
  end_half_open(sa, *context.responder);
  return State::dead;
}

// Another IKE SA of the same client has taken this one's place.
State make_way(IkeSa& sa, Context& context, Input&) {
  lose(sa, context, api::Reason::replaced);
  return begin_delete(sa, context);
}

// Somebody else wants what this client holds: does it still live?
State ask_for_life(IkeSa& sa, Context& context, Input&) {
  wish(sa, context, {Errand::liveness, {}});
  return sa.state;
}

}  // namespace latchkey::session
