#include "ike-engine/session/auth.h"

#include <fmt/format.h>

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/established.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/inner_address.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/wire/delete.h"

namespace latchkey::session {

namespace {

// How long a server may take for IKE_AUTH after we gave up, and still be told.
constexpr base::Duration kLateAnswer = std::chrono::seconds(30);

using base::PayloadType;

base::Result<void> reserve_spi(Negotiation& negotiation, Context& context, const Session& session) {
  if (negotiation.reserved) return {};
  auto reserved = context.kernel.allocate_spi(session.local.address, session.remote);
  if (!reserved) return std::unexpected(reserved.error());
  negotiation.reserved = std::move(*reserved);
  negotiation.esp_offer = policy::offer_esp(context.config.esp, negotiation.reserved->spi());
  return {};
}

void add_ids(wire::PayloadChain& chain, const Session& session, base::Bytes own_id) {
  chain.add(PayloadType::idi, [&](base::Writer& out) { out.bytes(own_id); });
  add_certificates(chain, session.proof);
  if (const base::Buffer request = certificate_request(session.trusted); !request.empty()) {
    chain.add(PayloadType::certreq, [&](base::Writer& out) { out.bytes(request); });
  }
  if (session.ask_for) chain.add(PayloadType::idr, [&](base::Writer& out) { out.bytes(id_body(*session.ask_for)); });
}

void add_child(wire::PayloadChain& chain, const Negotiation& negotiation, const Session& session) {
  if (negotiation.plan.transport) {
    add_notify(chain, base::NotifyType::use_transport_mode);
  }
  // With an inner address to come, any will do; our own need not be told.
  const base::Address& local = session.local.address;
  const auto tsi = session.request_address ? policy::any_selectors(local.family()) : policy::host_selectors(local);
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, negotiation.esp_offer); });
  chain.add(PayloadType::tsi, [&](base::Writer& out) { write(out, tsi); });
  chain.add(PayloadType::tsr, [&](base::Writer& out) { write(out, policy::host_selectors(session.far_end())); });
}

base::Result<crypto::AuthValue> own_auth(const IkeSa& sa, const Candidate& candidate, base::Bytes id,
                                         base::Bytes sk_pi) {
  const base::Bytes request = sa.negotiation->attempts[candidate.attempt].request;
  const auto octets = crypto::signed_octets(candidate.suite.prf, request, candidate.nonce_r, sk_pi, id,
                                            candidate.intermediate.covered());
  if (!octets) return std::unexpected(octets.error());
  return auth_value(sa.session->proof, {candidate.suite.prf, *octets, sk_pi, candidate.hashes});
}

// Which PPK went into our keys, and, if it need not be, what AUTH would be without it (RFC 8784 section 3).
base::Result<void> add_ppk(wire::PayloadChain& chain, const IkeSa& sa, const Candidate& candidate, base::Bytes id) {
  const api::Ppk& ppk = *sa.session->ppk;
  add_notify(chain, base::NotifyType::ppk_identity, ppk_identity(ppk.id));
  if (ppk.required) return {};
  const auto without = own_auth(sa, candidate, id, candidate.without_ppk->sk_pi.view());
  if (!without) return std::unexpected(without.error());
  add_notify(chain, base::NotifyType::no_ppk_auth, without->data);
  return {};
}

// Security rule 11: an anonymous client sends no IDr, no vendor ID, no INITIAL_CONTACT, and an identity that is none.
base::Result<wire::PayloadChain> request_payloads(const IkeSa& sa, const Candidate& candidate) {
  const Session& session = *sa.session;
  const base::Buffer id = id_body(session.proof.id);
  const auto auth = own_auth(sa, candidate, id, candidate.keys.sk_pi.view());
  if (!auth) return std::unexpected(auth.error());

  wire::PayloadChain chain;
  add_ids(chain, session, id);
  chain.add(PayloadType::auth, [&](base::Writer& out) { write(out, wire::Auth{auth->method, auth->data}); });
  if (candidate.uses_ppk) {
    if (auto added = add_ppk(chain, sa, candidate, id); !added) return std::unexpected(added.error());
  }
  if (session.request_address) {
    chain.add(PayloadType::cp, [&](base::Writer& out) { out.bytes(address_request(session.remote.family())); });
  }
  add_child(chain, *sa.negotiation, session);
  return chain;
}

base::Result<void> mix_ppk(const IkeSa& sa, Candidate& candidate) {
  crypto::IkeKeys& keys = candidate.keys;
  candidate.without_ppk = AuthKeySet{std::move(keys.sk_d), std::move(keys.sk_pi), std::move(keys.sk_pr)};
  auto mixed = with_ppk(candidate.suite.prf, sa.session->ppk->secret.view(), *candidate.without_ppk);
  if (!mixed) return std::unexpected(mixed.error());
  keys.sk_d = std::move(mixed->sk_d);
  keys.sk_pi = std::move(mixed->sk_pi);
  keys.sk_pr = std::move(mixed->sk_pr);
  return {};
}

// The notify says why and the DELETE ends it, for servers that know only one of the two.
wire::PayloadChain farewell_chain() {
  wire::PayloadChain chain;
  add_notify(chain, base::NotifyType::authentication_failed);
  chain.add(PayloadType::delete_, [&](base::Writer& out) { write(out, wire::Delete{base::ProtocolId::ike, {}}); });
  return chain;
}

// To whoever answers under that SPI with those keys, a forged copy of a true reply and the reply itself are one.
bool is_same_ike_sa(const Candidate& one, const Candidate& other) {
  return one.spi_r == other.spi_r && one.protection.has_keys_of(other.protection);
}

bool is_among(std::span<const Candidate> candidates, const Candidate& candidate) {
  return std::ranges::any_of(candidates, [&](const Candidate& other) { return is_same_ike_sa(other, candidate); });
}

State no_child(IkeSa& sa, Context& context, const Failure& failure) {
  const bool other_mode_may_do = failure.notify == static_cast<std::uint16_t>(base::NotifyType::no_proposal_chosen);
  Negotiation& negotiation = *sa.negotiation;
  if (other_mode_may_do && !negotiation.plan.transport && sa.session != nullptr && !sa.session->behind) {
    // A server in transport mode refuses a tunnel with NO_PROPOSAL_CHOSEN, and transport mode wants native ESP. Whether
    // UDP is around it was settled by NAT detection in IKE_SA_INIT, so this takes an IKE SA of its own, not a
    // CREATE_CHILD_SA.
    tell(context, sa, "retry_in_transport_mode", {});
    const Plan plan{.transport = true, .wary_of_cookies = negotiation.plan.wary_of_cookies};
    context.successors.push_back({std::exchange(sa.session, nullptr), plan, negotiation.deadline});
  }
  (void)fail(sa, context, failure);
  return begin_delete(sa, context);
}

base::MessageId after(base::MessageId id) { return base::MessageId{id.value + 1}; }

// The candidate has proven a key: from here on the IKE SA is with it, and with nobody else.
void adopt(IkeSa& sa, Candidate& candidate, bool proven_with_ppk) {
  sa.spi_r = candidate.spi_r;
  sa.path = candidate.path;
  sa.protection = std::move(candidate.protection);
  sa.suite = candidate.suite;
  // RFC 8784 section 3: a server that does not name the PPK has not used it.
  const bool without_ppk = candidate.uses_ppk && !proven_with_ppk;
  sa.sk_d = std::move(without_ppk ? candidate.without_ppk->sk_d : candidate.keys.sk_d);
  sa.fragmentation = candidate.fragmentation;
  sa.encapsulated = candidate.encapsulated;
  sa.behind_nat = candidate.behind_nat;
  sa.next_request = after(candidate.request.id());
}

// Security rule 3: whoever relies on the tunnel relies on the key that was proven. The set may hold others, of other
// names even; none of them may take the tunnel over when it is renewed.
void keep_proven(Session& session, const Proven& proven) {
  const auto which = static_cast<std::size_t>(proven.by - session.trusted.data());
  Trust trust = std::move(session.trusted[which]);
  if (proven.key != nullptr) {
    PeerKey key = std::move(trust.keys[static_cast<std::size_t>(proven.key - trust.keys.data())]);
    trust.keys.clear();
    trust.keys.push_back(std::move(key));
    trust.keys.shrink_to_fit();
  }
  session.trusted.clear();
  session.trusted.push_back(std::move(trust));
  session.trusted.shrink_to_fit();
}

void become_current(IkeSa& sa, Context& context) {
  Session& session = *sa.session;
  if (session.current != base::IkeSpi{}) context.superseded.push_back(session.current);
  session.current = sa.spi_i;
  session.pending = {};
  session.exchanges = 0;
}

}  // namespace

base::Result<void> send_auth(IkeSa& sa, Context& context, Candidate& candidate) {
  if (auto reserved = reserve_spi(*sa.negotiation, context, *sa.session); !reserved) return reserved;
  if (candidate.uses_ppk) {
    if (auto mixed = mix_ppk(sa, candidate); !mixed) return mixed;
  }
  const auto chain = request_payloads(sa, candidate);
  if (!chain) return std::unexpected(chain.error());
  wire::Header header = header_of(sa, base::ExchangeType::ike_auth, false, candidate.intermediate.next_id());
  header.spi_r = candidate.spi_r;
  auto datagrams =
      candidate.protection.seal(header, *chain, candidate.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return std::unexpected(datagrams.error());
  candidate.request.begin(header.message_id, std::move(*datagrams), context.patience(), context.now, context.random);
  send(context, candidate.path, candidate.request.datagrams());
  tell(context, sa, "ike_auth_sent", fmt::format("datagrams={}", candidate.request.datagrams().size()));
  return {};
}

void hang_up_on_spurned(const IkeSa& sa, Context& context) {
  auto spurned = std::exchange(sa.negotiation->spurned, {});
  for (std::size_t i = 0; i < spurned.size(); ++i) {
    Candidate& candidate = spurned[i];
    if (is_among(std::span(spurned).first(i), candidate)) continue;
    wire::Header header = header_of(sa, base::ExchangeType::informational, false, after(candidate.request.id()));
    header.spi_r = candidate.spi_r;
    auto datagrams = candidate.protection.seal(header, farewell_chain(), 0);
    if (datagrams) send(context, candidate.path, *datagrams);
  }
}

State install(IkeSa& sa, Context& context, Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  Candidate candidate = std::move(negotiation.candidates[input.which]);
  negotiation.candidates.clear();
  std::erase_if(negotiation.spurned, [&](const Candidate& other) { return other.spi_r == candidate.spi_r; });
  hang_up_on_spurned(sa, context);
  adopt(sa, candidate, input.auth.with_ppk);
  sa.session->exchanges = static_cast<std::uint16_t>(sa.session->exchanges + 2 + candidate.intermediate.done);
  tell(context, sa, "ike_auth_verified",
       fmt::format("key={} scheme={}", input.auth.proven.key_name, input.auth.proven.scheme));

  auto child = agree_on_child(sa, context.config, candidate, input.auth);
  if (!child) return no_child(sa, context, child.error());
  // Where we also serve, the same server may have come to us.
  if (context.responder != nullptr) sa.session->peer = proven_identity(input.auth.proven, input.auth.idr);
  child->reqid = context.reqid_beside(*sa.session, {}, *child);
  auto tunnel = context.kernel.install(std::move(negotiation.reserved), *child);
  if (!tunnel) return no_child(sa, context, {api::Reason::kernel, 0, tunnel.error().text});
  sa.children.push_back(keep_child(std::move(*tunnel), *child));
  tell(context, sa, "sas_installed",
       fmt::format("esp={} mode={} udp={} spi_in={:08x} spi_out={:08x}", child->suite.to_string(),
                   child->mode == api::Mode::tunnel ? "tunnel" : "transport", child->encapsulated, child->spi_in.value,
                   child->spi_out.value));
  api::Established story = who_is_there(input.auth.proven, input.auth.idr);
  story.exchanges = sa.session->exchanges;
  story.additional = std::move(candidate.intermediate.methods);
  tell_established(sa, context, std::move(story));
  ++context.stats.established;
  keep_proven(*sa.session, input.auth.proven);
  become_current(sa, context);
  begin_life(sa, context);
  sa.negotiation.reset();
  return State::established;
}

State drop_candidate(IkeSa& sa, Context& context, Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  Candidate candidate = std::move(negotiation.candidates[input.which]);
  negotiation.candidates.erase(negotiation.candidates.begin() + static_cast<std::ptrdiff_t>(input.which));
  const bool better = input.failure.reason != api::Reason::timeout;
  if (better || negotiation.failure.reason == api::Reason::timeout) negotiation.failure = input.failure;
  negotiation.ambiguous = negotiation.ambiguous || candidate.ambiguous;
  // Not told yet: it may be a forged copy of a true reply that is still under way, and our DELETE good for both.
  if (input.failure.reason == api::Reason::auth_failed) negotiation.spurned.push_back(std::move(candidate));
  if (!negotiation.candidates.empty()) return State::auth_sent;
  if (negotiation.ambiguous && !negotiation.plan.wary_of_cookies && sa.session != nullptr) {
    // A COOKIE made us send a second version of the request, and the AUTH may have covered the wrong one: once more,
    // and this time a true reply gets the time to come before a cookie is obeyed.
    const Plan plan{.transport = negotiation.plan.transport, .wary_of_cookies = true};
    context.successors.push_back({std::exchange(sa.session, nullptr), plan, negotiation.deadline});
    return fail(sa, context, input.failure);
  }
  if (negotiation.replies.size() >= kMaxCandidates || input.failure.reason == api::Reason::timeout) {
    const Failure failure = negotiation.failure;
    return fail(sa, context, failure);
  }
  // The candidate may have been a forgery and the true reply still under way.
  negotiation.grace = std::min(negotiation.grace, context.now + context.config.first_retransmit);
  return State::init_sent;
}

State fail_unanswered(IkeSa& sa, Context& context, const Failure& failure) {
  auto& candidates = sa.negotiation->candidates;
  // A server that waits for another IKE_INTERMEDIATE has nothing yet, and the DELETE of one that was spurned is as good
  // for whoever bears its keys.
  const auto last = std::find_if(candidates.rbegin(), candidates.rend(), [&](const Candidate& candidate) {
    return candidate.intermediate.over() && !is_among(sa.negotiation->spurned, candidate);
  });
  if (last == candidates.rend()) return fail(sa, context, failure);
  Candidate candidate = std::move(*last);
  (void)fail(sa, context, failure);
  adopt(sa, candidate, true);
  sa.responses = std::move(candidate.responses);
  sa.ends_at = context.now + kLateAnswer;
  return State::abandoned;
}

std::string_view unanswered(const Candidate& candidate) {
  return candidate.intermediate.over() ? "no answer to IKE_AUTH" : "no answer to IKE_INTERMEDIATE";
}

State hang_up(IkeSa& sa, Context& context, Input&) { return begin_delete(sa, context); }

}  // namespace latchkey::session
