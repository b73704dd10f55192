#include "ike-engine/session/child.h"

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/child_sa.h"
#include "ike-engine/session/reply.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

std::unexpected<Failure> refuse(api::Reason reason, std::string_view detail, NotifyType notify = {}) {
  return std::unexpected(Failure{reason, static_cast<std::uint16_t>(notify), detail});
}

}  // namespace

std::expected<api::ChildSa, Failure> agree_on_child(const IkeSa& sa, const api::EngineConfig& config,
                                                    const Candidate& candidate, const AuthReply& auth) {
  const Negotiation& negotiation = *sa.negotiation;
  const api::ConnectRequest& request = sa.session->request;
  if (auth.child_error != NotifyType{}) {
    return refuse(reason_of(auth.child_error), "the server refused the child", auth.child_error);
  }
  if (!auth.sa) return refuse(api::Reason::malformed, "a reply without child and without a reason");
  const auto accepted = policy::accept_esp(negotiation.esp_offer, *auth.sa);
  if (!accepted) return refuse(api::Reason::no_proposal, "the child's suite is not what was offered");
  if (!policy::check_selectors(auth.tsi, request.local.address)) {
    return refuse(api::Reason::bad_selectors, "TSi is not exactly our host");
  }
  if (!policy::check_selectors(auth.tsr, request.remote)) {
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
                              .nonce_r = candidate.nonce_r});
  if (!child) return refuse(api::Reason::malformed, child.error().text);
  return std::move(*child);
}

}  // namespace latchkey::session
