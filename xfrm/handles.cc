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
  const auto live = state_.live.find(reqid_.value);
  if (live == state_.live.end()) return base::fail(base::Errc::not_found, "tunnel");
  const auto& [pair, spi_in, spi_out] = live->second;
  const auto in = traffic_of(*state_.netlink, pair.remote, pair.local, spi_in);
  if (!in)
    return state_.refuse(base::Errc::kernel, "an SA's counters",
                         "cannot read the inbound SA's counters: " + in.error().words);
  if (outbound_) return api::ChildCounters{.bytes_in = in->bytes, .packets_in = in->packets};
  const auto out = traffic_of(*state_.netlink, pair.local, pair.remote, spi_out);
  if (!out)
    return state_.refuse(base::Errc::kernel, "an SA's counters",
                         "cannot read the outbound SA's counters: " + out.error().words);
  return api::ChildCounters{in->bytes, out->bytes, in->packets, out->packets};
}

base::Result<void> XfrmKernel::Tunnel::start_sending() {
  if (!outbound_) return {};
  auto message = new_sa(*outbound_);
  if (!message) return std::unexpected(message.error());
  const Reply reply = state_.netlink->one(std::move(*message));
  if (!reply.done()) {
    return state_.refuse(base::Errc::kernel, "the outbound SA", "cannot install the outbound SA: " + reply.words);
  }
  outbound_.reset();
  outbound_key_ = {};
  return {};
}

void XfrmKernel::State::forget_spi(const Pair& pair, base::Spi spi, base::ReqId reqid) {
  netlink->one(delete_sa(pair.local, spi));
  reqids.erase(reqid.value);
  --reserved;
}

/// The SAs first, so that nothing passes in clear while the policies go.
void XfrmKernel::State::end_tunnel(base::ReqId reqid, bool keep_guard) {
  const auto at = live.find(reqid.value);
  if (at == live.end()) return;
  const LiveTunnel tunnel = at->second;
  live.erase(at);
  reqids.erase(reqid.value);
  Message sas[] = {delete_sa(tunnel.pair.remote, tunnel.out), delete_sa(tunnel.pair.local, tunnel.in)};
  netlink->batch(sas);
  remove_policies(*netlink, protections.tunnel_gone(tunnel.pair, reqid, keep_guard, now));
}

}  // namespace latchkey::xfrm
