#include "ike-engine/session/child.h"

#include <algorithm>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/inner_address.h"
#include "ike-engine/session/reply.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

std::unexpected<Failure> refuse(api::Reason reason, std::string_view detail, NotifyType notify = {}) {
  return std::unexpected(Failure{reason, static_cast<std::uint16_t>(notify), detail});
}

// The inner address that the server has leased us, if we asked for one. Security rule 6: one of the networks that are
// meant for it, and nothing else that the server would like.
std::expected<std::optional<base::Address>, Failure> leased_address(const Session& session,
                                                                    const api::EngineConfig& config,
                                                                    const AuthReply& auth) {
  if (!session.request_address || !auth.cp) return std::nullopt;
  const auto lease = address_in(*auth.cp, session.local.address.family());
  if (!lease) return std::nullopt;
  const bool allowed = std::ranges::any_of(
      config.lease_networks, [&](const api::Network& network) { return lease->in(network.address, network.prefix); });
  if (!allowed) return refuse(api::Reason::bad_selectors, "the inner address is of a network that is not meant for it");
  return lease;
}

}  // namespace

std::expected<api::ChildSa, Failure> agree_on_child(const IkeSa& sa, const api::EngineConfig& config,
                                                    const Candidate& candidate, const AuthReply& auth) {
  const Negotiation& negotiation = *sa.negotiation;
  const Session& session = *sa.session;
  if (auth.child_error != NotifyType{}) {
    return refuse(reason_of(auth.child_error), "the server refused the child", auth.child_error);
  }
  if (!auth.sa) return refuse(api::Reason::malformed, "a reply without child and without a reason");
  const auto accepted = policy::accept_esp(negotiation.esp_offer, *auth.sa);
  if (!accepted) return refuse(api::Reason::no_proposal, "the child's suite is not what was offered");
  const auto lease = leased_address(session, config, auth);
  if (!lease) return std::unexpected(lease.error());
  if (!policy::check_selectors(auth.tsi, lease->value_or(session.local.address))) {
    return refuse(api::Reason::bad_selectors, "TSi is not exactly our host");
  }
  if (!policy::check_selectors(auth.tsr, session.far_end())) {
    return refuse(api::Reason::bad_selectors, "TSr is not exactly the server's host");
  }
  // RFC 7296 section 1.3.1
  //= If the request is accepted, the response MUST also include a notification of type USE_TRANSPORT_MODE.
  if (auth.transport && !negotiation.plan.transport) {
    return refuse(api::Reason::malformed, "transport mode that was not asked for");
  }
  auto child = make_child_sa(sa, config,
                             {.suite = accepted->suite,
                              .mode = auth.transport ? api::Mode::transport : api::Mode::tunnel,
                              .spi_in = negotiation.reserved->spi(),
                              .spi_out = accepted->spi,
                              .nonce_i = negotiation.nonce_i,
                              .nonce_r = candidate.nonce_r,
                              .inner_local = *lease,
                              .inner_remote = session.behind});
  if (!child) return refuse(api::Reason::malformed, child.error().text);
  return std::move(*child);
}

}  // namespace latchkey::session
