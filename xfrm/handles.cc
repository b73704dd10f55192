#include "xfrm/handles.h"

#include <linux/xfrm.h>

#include "xfrm/installer.h"
#include "xfrm/messages.h"

namespace latchkey::xfrm {
namespace {

/// An SA's traffic, or the kernel's refusal.
std::expected<Traffic, Reply> traffic_of(Netlink& netlink, const base::Address& source,
                                         const base::Address& destination, base::Spi spi) {
  std::optional<Traffic> traffic;
  const Reply reply = netlink.query(get_counters(source, destination, spi), [&](std::uint16_t type, base::Bytes body) {
    if (type == XFRM_MSG_NEWAE) traffic = parse_counters(body);
  });
  if (!reply.done()) return std::unexpected(reply);
  return traffic.value_or(Traffic{});
}

}  // namespace

base::Result<api::ChildCounters> XfrmKernel::Tunnel::counters() {
  const auto live = state_.live.find(in_);
  if (live == state_.live.end()) return base::fail(base::Errc::not_found, "tunnel");
  const Pair& outer = live->second.outer;
  const auto in = traffic_of(*state_.netlink, outer.remote, outer.local, in_.spi);
  if (!in)
    return state_.refuse(base::Errc::kernel, "an SA's counters",
                         "cannot read the inbound SA's counters: " + in.error().words);
  const auto out = traffic_of(*state_.netlink, outer.local, outer.remote, live->second.out);
  if (!out)
    return state_.refuse(base::Errc::kernel, "an SA's counters",
                         "cannot read the outbound SA's counters: " + out.error().words);
  return api::ChildCounters{in->bytes, out->bytes, in->packets, out->packets};
}

base::Result<void> XfrmKernel::Tunnel::start_sending() {
  const auto live = state_.live.find(in_);
  if (live == state_.live.end()) return {};
  const Reply reply = state_.carry_out(state_.protections.start_sending(live->second.inner, in_));
  if (reply.done()) return {};
  return state_.refuse(base::Errc::kernel, "an outbound policy", "cannot send by the new outbound SA: " + reply.words);
}

void XfrmKernel::State::forget_spi(const SaName& larval, base::ReqId reqid) {
  netlink->one(delete_sa(larval.destination, larval.spi));
  drop_reqid(reqid);
  --reserved;
}

Reply XfrmKernel::State::carry_out(const Changes& changes) {
  Reply reply = refresh_policies(*netlink, changes.write);
  remove_policies(*netlink, changes.remove);
  return reply;
}

/// What is left of its policies turns to other SAs first, so that no packet misses them; then the SAs go, and its own
/// policies last, so that none passes in clear.
void XfrmKernel::State::end_tunnel(const SaName& in, bool keep_guard) {
  const auto at = live.find(in);
  if (at == live.end()) return;
  const LiveTunnel tunnel = at->second;
  live.erase(at);
  sas.erase(in);
  sas.erase({tunnel.outer.remote, tunnel.out});
  drop_reqid(tunnel.reqid);
  const Changes changes = protections.tunnel_gone(tunnel.inner, in, keep_guard, now);
  refresh_policies(*netlink, changes.write);
  Message both[] = {delete_sa(tunnel.outer.remote, tunnel.out), delete_sa(in.destination, in.spi)};
  netlink->batch(both);
  remove_policies(*netlink, changes.remove);
}

}  // namespace latchkey::xfrm
