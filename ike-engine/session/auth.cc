#include "ike-engine/session/auth.h"

#include <fmt/format.h>

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {

namespace {

// How long a server may take for IKE_AUTH after we gave up, and still be told.
constexpr base::Duration kLateAnswer = std::chrono::seconds(30);

using base::PayloadType;

base::Result<void> reserve_spi(Negotiation& negotiation, Context& context, const api::ConnectRequest& request) {
  if (negotiation.reserved) return {};
  auto reserved = context.kernel.allocate_spi(request.local.address, request.remote);
  if (!reserved) return std::unexpected(reserved.error());
  negotiation.reserved = std::move(*reserved);
  negotiation.esp_offer = policy::offer_esp(context.config.esp, negotiation.reserved->spi());
  return {};
}

// Our side's AUTH. RFC 7619 section 2.1: SK_pi in the place of a shared secret, ID_NULL without data.
base::Result<base::SecretBytes> our_auth(const Negotiation& negotiation, const Candidate& candidate, base::Bytes id) {
  const base::Bytes request = negotiation.attempts[candidate.attempt].request;
  const auto octets =
      crypto::signed_octets(candidate.suite.prf, request, candidate.nonce_r, candidate.keys.sk_pi.view(), id);
  if (!octets) return std::unexpected(octets.error());
  return crypto::null_auth(candidate.suite.prf, candidate.keys.sk_pi.view(), *octets);
}

// Security rule 11: no IDr, no vendor ID, no INITIAL_CONTACT, and an identity that is none.
base::Result<wire::PayloadChain> request_payloads(const IkeSa& sa, const Candidate& candidate) {
  const Negotiation& negotiation = *sa.negotiation;
  const api::ConnectRequest& request = sa.session->request;
  const wire::Id nobody{base::IdType::null, {}};
  base::Writer id;
  write(id, nobody);
  const auto auth = our_auth(negotiation, candidate, id.view());
  if (!auth) return std::unexpected(auth.error());

  wire::PayloadChain chain;
  chain.add(PayloadType::idi, [&](base::Writer& out) { write(out, nobody); });
  chain.add(PayloadType::auth, [&](base::Writer& out) {
    write(out, wire::Auth{base::AuthMethod::null, auth->view()});
  });
  if (negotiation.plan.transport) {
    chain.add(PayloadType::notify, [&](base::Writer& out) {
      write(out, wire::Notify{base::ProtocolId::none, {}, base::NotifyType::use_transport_mode, {}});
    });
  }
  chain.add(PayloadType::sa, [&](base::Writer& out) { write(out, negotiation.esp_offer); });
  chain.add(PayloadType::tsi, [&](base::Writer& out) { write(out, policy::host_selectors(request.local.address)); });
  chain.add(PayloadType::tsr, [&](base::Writer& out) { write(out, policy::host_selectors(request.remote)); });
  return chain;
}

void hang_up_on(IkeSa& sa, Context& context, Candidate& candidate) {
  // RFC 7296 section 2.21.2: a server that we fail to authenticate may believe that all is well. One datagram, no
  // retransmission: it may be anybody.
  wire::Header header = header_of(sa, base::ExchangeType::informational, false, base::MessageId{2});
  header.spi_r = candidate.spi_r;
  auto datagrams = candidate.protection.seal(header, delete_ike_chain(), 0);
  if (datagrams) send(context, candidate.path, *datagrams);
}

State no_child(IkeSa& sa, Context& context, const Failure& failure) {
  const bool other_mode_may_do = failure.notify == static_cast<std::uint16_t>(base::NotifyType::no_proposal_chosen);
  Negotiation& negotiation = *sa.negotiation;
  if (other_mode_may_do && !negotiation.plan.transport && sa.session != nullptr) {
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

// The candidate has proven a key: from here on the IKE SA is with it, and with nobody else.
void adopt(IkeSa& sa, Candidate& candidate) {
  sa.spi_r = candidate.spi_r;
  sa.path = candidate.path;
  sa.protection = std::move(candidate.protection);
  sa.suite = candidate.suite;
  sa.sk_d = std::move(candidate.keys.sk_d);
  sa.fragmentation = candidate.fragmentation;
  sa.encapsulated = candidate.encapsulated;
  sa.behind_nat = candidate.behind_nat;
}

api::Established story(const IkeSa& sa, const Candidate& candidate, const AuthReply& auth, const api::ChildSa& child) {
  return {.session = sa.session->id,
          .key = auth.key->dns,
          .key_name = std::string(auth.key->key.name()),
          .auth_scheme = std::string(auth.scheme),
          .ike = candidate.suite,
          .esp = child.suite,
          .mode = child.mode,
          .encapsulated = child.encapsulated,
          .spi_in = child.spi_in,
          .spi_out = child.spi_out,
          .reqid = sa.children.front().tunnel->reqid(),
          .exchanges = sa.session->exchanges,
          .path = sa.path};
}

// Security rule 3: whoever relies on the tunnel relies on the key that was proven. The set may hold others, of other
// names even; none of them may take the tunnel over when it is renewed.
void keep_proven_key(Session& session, const ServerKey* proven) {
  ServerKey key = *proven;
  session.keys.assign(1, std::move(key));
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
  if (auto reserved = reserve_spi(*sa.negotiation, context, sa.session->request); !reserved) return reserved;
  const auto chain = request_payloads(sa, candidate);
  if (!chain) return std::unexpected(chain.error());
  wire::Header header = header_of(sa, base::ExchangeType::ike_auth, false, base::MessageId{1});
  header.spi_r = candidate.spi_r;
  auto datagrams =
      candidate.protection.seal(header, *chain, candidate.fragmentation ? context.config.fragment_size : 0);
  if (!datagrams) return std::unexpected(datagrams.error());
  candidate.auth.begin(header.message_id, std::move(*datagrams), context.patience(), context.now, context.random);
  send(context, candidate.path, candidate.auth.datagrams());
  tell(context, sa, "ike_auth_sent", fmt::format("datagrams={}", candidate.auth.datagrams().size()));
  return {};
}

State install(IkeSa& sa, Context& context, Input& input) {
  Negotiation& negotiation = *sa.negotiation;
  Candidate candidate = std::move(negotiation.candidates[input.which]);
  negotiation.candidates.clear();
  adopt(sa, candidate);
  sa.session->exchanges = static_cast<std::uint16_t>(sa.session->exchanges + 2);
  tell(context, sa, "ike_auth_verified",
       fmt::format("key={} scheme={}", input.auth.key->key.name(), input.auth.scheme));

  auto child = agree_on_child(sa, context.config, candidate, input.auth);
  if (!child) return no_child(sa, context, child.error());
  auto tunnel = context.kernel.install(std::move(negotiation.reserved), *child);
  if (!tunnel) return no_child(sa, context, {api::Reason::kernel, 0, tunnel.error().text});
  sa.children.push_back(keep_child(std::move(*tunnel), *child));
  tell(context, sa, "sas_installed",
       fmt::format("esp={} mode={} udp={} spi_in={:08x} spi_out={:08x}", child->suite.to_string(),
                   child->mode == api::Mode::tunnel ? "tunnel" : "transport", child->encapsulated, child->spi_in.value,
                   child->spi_out.value));
  context.out.events.push_back(story(sa, candidate, input.auth, *child));
  ++context.stats.established;
  keep_proven_key(*sa.session, input.auth.key);
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
  if (input.failure.reason == api::Reason::auth_failed) hang_up_on(sa, context, candidate);
  negotiation.ambiguous = negotiation.ambiguous || candidate.ambiguous;
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
  std::optional<Candidate> candidate;
  if (!sa.negotiation->candidates.empty()) candidate = std::move(sa.negotiation->candidates.back());
  const State end = fail(sa, context, failure);
  if (!candidate) return end;
  adopt(sa, *candidate);
  sa.responses = std::move(candidate->responses);
  sa.ends_at = context.now + kLateAnswer;
  return State::abandoned;
}

State hang_up(IkeSa& sa, Context& context, Input&) { return begin_delete(sa, context); }

}  // namespace latchkey::session
