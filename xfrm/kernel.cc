#include "xfrm/kernel.h"

#include <fmt/format.h>
#include <linux/xfrm.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "xfrm/handles.h"
#include "xfrm/installer.h"
#include "xfrm/messages.h"
#include "xfrm/sockets.h"

namespace latchkey::xfrm {
namespace {

/// SPIs that we use; smaller ones are reserved (RFC 4303 section 2.1).
constexpr std::uint32_t kFirstSpi = 0x00000100;
constexpr std::uint32_t kLastSpi = 0xFFFFFFFF;
/// Addresses whose policies one refresh() renews: the kernel takes 20 us for each, but walks all inexact policies for
/// each guard that is replaced, which comes to 2 ms at 10,000 guards.
constexpr std::size_t kRefreshAtOnce = 8;

/// Both SAs as the child says; the keys are views into it.
Plan plan_for(const api::ChildSa& child, base::ReqId reqid, const XfrmConfig& config) {
  Plan plan;
  plan.in = {child.mode, child.suite,         child.remote, child.local,        child.spi_in,
             reqid,      child.key_in.view(), {},           config.sa_lifetime, config.replay_window};
  plan.out = Sa{child.mode, child.suite,          child.local, child.remote,       child.spi_out,
                reqid,      child.key_out.view(), {},          config.sa_lifetime, config.replay_window};
  if (child.encapsulated) {
    plan.in.encapsulation = UdpPorts{child.remote_port, child.local_port};
    plan.out->encapsulation = UdpPorts{child.local_port, child.remote_port};
  }
  return plan;
}

}  // namespace

XfrmKernel::State::State(api::Random& random_source, XfrmConfig chosen, std::unique_ptr<Netlink> door)
    : random(random_source),
      config(chosen),
      netlink(std::move(door)),
      protections({config.max_addresses, 8, config.policy_expiry, config.refresh_every, config.guard_after_loss}) {}

std::unexpected<base::Error> XfrmKernel::State::refuse(base::Errc code, std::string_view text, std::string words) {
  error = std::move(words);
  return base::fail(code, text);
}

base::ReqId XfrmKernel::State::new_reqid() {
  for (;;) {
    std::uint8_t octets[3];
    random.fill(octets);
    const std::uint32_t drawn = static_cast<std::uint32_t>(octets[0] << 16 | octets[1] << 8 | octets[2]);
    if (!reqids.contains(kReqIdTag | drawn)) return base::ReqId{kReqIdTag | drawn};
  }
}

XfrmKernel::XfrmKernel(api::Random& random, XfrmConfig config) : XfrmKernel(random, config, nullptr) {
  std::string why;
  if (auto opened = NetlinkSocket::open(why)) {
    state_->netlink = std::move(*opened);
  } else {
    state_->error = why;
  }
}

XfrmKernel::XfrmKernel(api::Random& random, XfrmConfig config, std::unique_ptr<Netlink> netlink)
    : state_(std::make_unique<State>(random, config, std::move(netlink))) {}

XfrmKernel::~XfrmKernel() = default;

base::Result<void> XfrmKernel::check() {
  if (!state_->netlink) return base::fail(base::Errc::kernel, "XFRM netlink socket");
  return try_esp(*state_->netlink, state_->new_reqid(), state_->error);
}

base::Result<Recovered> XfrmKernel::startup(base::TimePoint now) {
  State& s = *state_;
  if (!s.netlink) return base::fail(base::Errc::kernel, "XFRM netlink socket");
  s.now = now;
  const auto stale = find_ours(*s.netlink, s.error);
  if (!stale) return std::unexpected(stale.error());
  for (const SaIdentity& sa : stale->sas) s.netlink->one(delete_sa(sa.destination, sa.spi));
  Recovered found{stale->sas.size(), 0};
  for (const Policy& policy : stale->policies) {
    s.protections.adopt(policy);
    if (policy.priority != kExemptPriority) ++found.policies;
  }
  s.netlink->one(set_hash_thresholds());  // only speed hangs on it
  auto exemptions = install_exemptions(*s.netlink, s.config, stale->policies, s.error);
  if (!exemptions) return std::unexpected(exemptions.error());
  s.exemptions = std::move(*exemptions);
  if (!s.exemptions.empty()) s.exemptions_due = now + s.config.refresh_every;
  return found;
}

base::Result<void> XfrmKernel::refresh(base::TimePoint now) {
  State& s = *state_;
  s.now = now;
  if (!s.netlink) return base::fail(base::Errc::kernel, "XFRM netlink socket");
  Due due = s.protections.take_due(now, kRefreshAtOnce);
  if (s.exemptions_due <= now) {
    due.refresh.insert(due.refresh.end(), s.exemptions.begin(), s.exemptions.end());
    s.exemptions_due = now + s.config.refresh_every;
  }
  const Reply reply = refresh_policies(*s.netlink, due.refresh);
  remove_policies(*s.netlink, due.remove);
  if (reply.done()) return {};
  return s.refuse(base::Errc::kernel, "refresh of policies", "cannot put off the expiry of a policy: " + reply.words);
}

base::TimePoint XfrmKernel::next_refresh() const {
  return std::min(state_->protections.next(), state_->exemptions_due);
}

void XfrmKernel::shutdown() {
  State& s = *state_;
  if (!s.netlink) return;
  for (const auto& [reqid, tunnel] : s.live) {
    Message sas[] = {delete_sa(tunnel.pair.remote, tunnel.out), delete_sa(tunnel.pair.local, tunnel.in)};
    s.netlink->batch(sas);
    s.reqids.erase(reqid);
  }
  s.live.clear();
  std::vector<PolicyKey> keys = s.protections.take_all();
  for (const Policy& policy : s.exemptions) keys.push_back(policy.key);
  remove_policies(*s.netlink, keys);
  s.exemptions.clear();
  s.exemptions_due = base::kNever;
}

base::Result<void> XfrmKernel::hold_guard(const base::Address& remote, base::TimePoint until) {
  if (state_->protections.hold(remote, until)) return {};
  return base::fail(base::Errc::not_found, "guard");
}

void XfrmKernel::release_guard(const base::Address& remote) {
  if (state_->netlink) remove_policies(*state_->netlink, state_->protections.release(remote));
}

bool XfrmKernel::guarded(const base::Address& remote) const { return state_->protections.contains(remote); }

base::Result<void> XfrmKernel::bypass(int fd, base::Family family) {
  auto done = bypass_socket(fd, family);
  if (!done) state_->error = "cannot spare our own socket from IPsec policies: " + errno_words(errno);
  return done;
}

base::Result<void> XfrmKernel::enable_udp_encap(int fd) {
  auto done = take_esp_from_socket(fd);
  if (!done) state_->error = "cannot receive ESP in UDP: " + errno_words(errno);
  return done;
}

base::Result<base::Address> XfrmKernel::source_address(const base::Address& remote) {
  auto found = find_source_address(remote);
  if (!found) state_->error = fmt::format("no way to {}: {}", remote.to_string(), errno_words(errno));
  return found;
}

base::Result<std::unique_ptr<api::ReservedSpi>> XfrmKernel::allocate_spi(const base::Address& local,
                                                                         const base::Address& remote) {
  State& s = *state_;
  if (!s.netlink) return base::fail(base::Errc::kernel, "XFRM netlink socket");
  if (s.reserved >= s.config.max_reserved)
    return s.refuse(base::Errc::exhausted, "SPIs set aside", "too many SPIs are set aside");
  const base::ReqId reqid = s.new_reqid();
  std::optional<SaIdentity> larval;
  Message request = xfrm::allocate_spi(remote, local, reqid, kFirstSpi, kLastSpi);
  const Reply reply = s.netlink->query(std::move(request), [&](std::uint16_t type, base::Bytes body) {
    if (type == XFRM_MSG_NEWSA) larval = parse_sa(body);
  });
  if (!reply.done() || !larval) {
    return s.refuse(base::Errc::kernel, "the kernel gave no SPI",
                    "cannot get an SPI: " + (reply.done() ? "no answer" : reply.words));
  }
  s.reqids.insert(reqid.value);
  ++s.reserved;
  return std::make_unique<Spi>(s, Pair{local, remote}, larval->spi, reqid);
}

base::Result<std::unique_ptr<api::KernelTunnel>> XfrmKernel::install(std::unique_ptr<api::ReservedSpi> reserved,
                                                                     const api::ChildSa& child) {
  State& s = *state_;
  auto* const spi = dynamic_cast<Spi*>(reserved.get());
  const Pair pair{child.local, child.remote};
  if (spi == nullptr || spi->pair() != pair || spi->spi() != child.spi_in) {
    return s.refuse(base::Errc::mismatch, "a child and its SPI", "the SPI was not set aside for this child");
  }
  Plan plan = plan_for(child, spi->reqid(), s.config);
  auto changes = s.protections.plan(pair, child.mode, spi->reqid());
  if (!changes) return s.refuse(changes.error().code, changes.error().text, "too many addresses are protected");
  plan.policies = std::move(*changes);
  std::optional<Sa> later;
  if (!child.sending) later = std::exchange(plan.out, std::nullopt);
  if (const auto refusal = carry_out(*s.netlink, std::move(plan))) {
    return s.refuse(refusal->error.code, refusal->error.text, refusal->to_string());
  }
  spi->take();
  --s.reserved;
  s.live.insert_or_assign(spi->reqid().value, LiveTunnel{pair, child.spi_in, child.spi_out});
  s.protections.installed(pair, child.mode, spi->reqid(), s.now);
  if (later) return std::make_unique<Tunnel>(s, spi->reqid(), *later, child.key_out.clone());
  return std::make_unique<Tunnel>(s, spi->reqid());
}

std::string XfrmKernel::last_error() const { return state_->error; }
std::size_t XfrmKernel::tunnels() const { return state_->live.size(); }
std::size_t XfrmKernel::guards() const { return state_->protections.size(); }

}  // namespace latchkey::xfrm
