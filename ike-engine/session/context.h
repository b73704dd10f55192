#pragma once
// What an action may touch beside its own IKE SA, and what it leaves behind for the engine to do.

#include <functional>
#include <set>
#include <span>
#include <vector>

#include "ike-engine/session/ike_sa.h"
#include "ike-engine/session/responder.h"

namespace latchkey::session {

/// A negotiation that is to begin when the action is over.
struct Successor {
  Session* session = nullptr;
  Plan plan;
  base::TimePoint deadline = base::kNever;
};

/// Session and children of one IKE SA that another is to carry on, both by our SPI.
struct Handover {
  base::IkeSpi from;
  base::IkeSpi to;
};

struct Context {
  const api::EngineConfig& config;
  api::Random& random;
  api::Kernel& kernel;
  api::Output& out;
  api::EngineStats& stats;
  base::TimePoint now;
  base::Duration unix_offset{};  ///< wall-clock time minus `now`
  std::vector<Successor> successors = {};
  std::vector<base::IkeSpi> superseded = {};       ///< IKE SAs whose child has been replaced
  std::function<base::IkeSpi()> fresh_spi = {};    ///< an SPI that no IKE SA of ours has
  std::vector<std::unique_ptr<IkeSa>> heirs = {};  ///< IKE SAs that a rekeying has made
  std::vector<Handover> handovers = {};
  Responder* responder = nullptr;               ///< what all IKE SAs of a responder share; none: we only initiate
  bool may_admit = false;                       ///< there is room for a session more
  api::SessionId next_session = {};             ///< whose number is free
  std::unique_ptr<Session> admitted = nullptr;  ///< of a client that has just been let in: next_session
  std::set<api::SessionId> replaced = {};       ///< whose client has come again
  std::vector<api::SessionId> doubted = {};     ///< whose place somebody else wants
  /// The reqid of a child between the same hosts and in the same mode as this one that the session has by an older IKE
  /// SA, or the same peer by another session, like one of these. Packets come in by either only if both have one.
  std::function<std::optional<base::ReqId>(const Session&, std::span<const api::SessionId>, const api::ChildSa&)>
      reqid_beside = {};

  /// Wall-clock time, for certificates. Seconds since 1970.
  std::int64_t unix_seconds() const {
    return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch() + unix_offset).count();
  }
  Patience patience() const { return {config.first_retransmit, config.max_retransmits}; }
};

/// Puts datagrams out, in order.
void send(Context& context, const api::Path& path, std::span<const base::Buffer> datagrams);
/// The same within an IKE SA that is established.
void send(Context& context, IkeSa& sa, const api::Path& path, std::span<const base::Buffer> datagrams);
/// Sends a pending request once more, octet for octet, and sets its next time.
void retransmit(Context& context, const api::Path& path, PendingRequest& request);
/// Tells the caller about a step; `step` is static, `detail` escaped.
void tell(Context& context, const IkeSa& sa, std::string_view step, std::string detail);

/// Ends a negotiation without a tunnel: Failed is said, unless an older tunnel of the session is still up and this was
/// to renew it. Kernel state that was reserved goes. Returns State::dead.
State fail(IkeSa& sa, Context& context, const Failure& failure);

/// The tunnel is lost: its SAs go, policies and guard stay (ports.h). Down is said if this was the session's tunnel.
void lose(IkeSa& sa, Context& context, api::Reason reason);

}  // namespace latchkey::session
