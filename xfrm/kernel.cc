#include "xfrm/kernel.h"

#include <fmt/format.h>
#include <linux/xfrm.h>

#include <algorithm>
#include <cerrno>

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

/// An SA that counts packets in 32 bits has to be replaced before it has counted them all.
constexpr std::uint64_t kEnoughWithoutEsn = 3ULL << 30;

/// Whose packets the child carries.
Pair inner_of(const api::ChildSa& child) {
  return {child.inner_local.value_or(child.local), child.inner_remote.value_or(child.remote)};
}

/// Whether the kernel's policies can say it: both ends of one family; in transport mode there is no packet inside.
bool fits(const api::ChildSa& child) {
  const Pair inner = inner_of(child), outer{child.local, child.remote};
  return inner.local.family() == inner.remote.family() && outer.local.family() == outer.remote.family() &&
         (child.mode == api::Mode::tunnel || inner == outer);
}

Protections::Tunnel protected_by(const api::ChildSa& child, base::ReqId reqid) {
  const Demand demand{inner_of(child), {child.local, child.remote}, child.mode, reqid, child.spi_out};
  return {{child.local, child.spi_in}, demand, child.guard, child.sending};
}

api::SoftLimits limits_of(const api::ChildSa& child) {
  api::SoftLimits out = child.soft;
  // RFC 4303 section 3.3.3
  //= the sender MUST NOT send a packet on an SA if doing so would cause the sequence number to cycle
  const bool more = out.packets == 0 || out.packets > kEnoughWithoutEsn;
  if (!child.suite.esn && more) out.packets = kEnoughWithoutEsn;
  return out;
}

/// Both SAs as the child says; the keys are views into it.
Plan plan_for(const api::ChildSa& child, base::ReqId reqid, const XfrmConfig& config) {
  Plan plan;
  plan.in = {child.mode, child.suite,         child.remote, child.local,        child.spi_in,
             reqid,      child.key_in.view(), {},           config.sa_lifetime, config.replay_window};
  plan.out = {child.mode, child.suite,          child.local, child.remote,       child.spi_out,
              reqid,      child.key_out.view(), {},          config.sa_lifetime, config.replay_window};
  plan.in.soft = plan.out.soft = limits_of(child);
  plan.in.other_family = plan.out.other_family = inner_of(child).local.family() != child.local.family();
  if (child.encapsulated) {
    plan.in.encapsulation = UdpPorts{child.remote_port, child.local_port};
    plan.out.encapsulation = UdpPorts{child.local_port, child.remote_port};
  }
  return plan;
}

}  // namespace

XfrmKernel::State::State(api::Random& random_source, XfrmConfig chosen, std::unique_ptr<Netlink> door,
                         std::unique_ptr<Events> listener)
    : random(random_source),
      config(chosen),
      netlink(std::move(door)),
      events(std::move(listener)),
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

XfrmKernel::XfrmKernel(api::Random& random, XfrmConfig config) : XfrmKernel(random, config, nullptr, nullptr) {
  auto opened = NetlinkSocket::open(state_->error);
  if (!opened) return;
  auto events = EventSocket::open(state_->error);
  if (!events) return;
  state_->netlink = std::move(*opened);
  state_->events = std::move(*events);
}

XfrmKernel::XfrmKernel(api::Random& random, XfrmConfig config, std::unique_ptr<Netlink> netlink)
    : XfrmKernel(random, config, std::move(netlink), nullptr) {}

XfrmKernel::XfrmKernel(api::Random& random, XfrmConfig config, std::unique_ptr<Netlink> netlink,
                       std::unique_ptr<Events> events)
    : state_(std::make_unique<State>(random, config, std::move(netlink), std::move(events))) {}

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
    if (policy.priority == kExemptPriority) continue;
    s.protections.adopt(policy, now);
    ++found.policies;
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
  Changes due = s.protections.take_due(now, kRefreshAtOnce);
  if (s.exemptions_due <= now) {
    due.write.insert(due.write.end(), s.exemptions.begin(), s.exemptions.end());
    s.exemptions_due = now + s.config.refresh_every;
  }
  const Reply reply = s.carry_out(due);
  if (reply.done()) return {};
  return s.refuse(base::Errc::kernel, "refresh of policies", "cannot put off the expiry of a policy: " + reply.words);
}

base::TimePoint XfrmKernel::next_refresh() const {
  return std::min(state_->protections.next(), state_->exemptions_due);
}

std::size_t XfrmKernel::shutdown(base::TimePoint now) {
  State& s = *state_;
  if (!s.netlink) return 0;
  for (const auto& [in, tunnel] : s.live) {
    Message sas[] = {delete_sa(tunnel.outer.remote, tunnel.out), delete_sa(in.destination, in.spi)};
    s.netlink->batch(sas);
    s.drop_reqid(tunnel.reqid);
  }
  s.live.clear();
  s.sas.clear();
  std::vector<PolicyKey> keys = s.protections.take_unheld(now);
  if (s.protections.empty(now))
    for (const Policy& policy : s.exemptions) keys.push_back(policy.key);
  remove_policies(*s.netlink, keys);
  s.exemptions.clear();
  s.exemptions_due = base::kNever;
  return s.protections.guards();
}

base::Result<void> XfrmKernel::hold_guard(const base::Address& remote, base::TimePoint until) {
  if (state_->protections.hold(remote, until)) return {};
  return base::fail(base::Errc::not_found, "guard");
}

void XfrmKernel::release_guard(const base::Address& remote) {
  if (state_->netlink) state_->carry_out(state_->protections.release(remote));
}

bool XfrmKernel::guarded(const base::Address& remote) const { return state_->protections.guarded(remote); }

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

/// Into the kernel, then into the books.
base::Result<void> XfrmKernel::State::install(const Protections::Tunnel& tunnel, const api::ChildSa& child) {
  if (live.size() >= config.max_tunnels) return refuse(base::Errc::exhausted, "tunnels", "there are too many tunnels");
  auto changes = protections.plan(tunnel);
  if (!changes) {
    return refuse(changes.error().code, changes.error().text,
                  fmt::format("no tunnel to {}: {}", tunnel.demand.inner.remote.to_string(), changes.error().text));
  }
  Plan plan = plan_for(child, tunnel.demand.reqid, config);
  plan.policies = std::move(*changes);
  if (const auto refusal = xfrm::carry_out(*netlink, std::move(plan)))
    return refuse(refusal->error.code, refusal->error.text, refusal->to_string());
  live.emplace(tunnel.in, LiveTunnel{tunnel.demand.inner, tunnel.demand.outer, child.spi_out, tunnel.demand.reqid});
  sas.insert({tunnel.in, {child.remote, child.spi_out}});
  reqids.insert(tunnel.demand.reqid.value);
  remove_policies(*netlink, protections.installed(tunnel, now));
  return {};
}

base::Result<std::unique_ptr<api::KernelTunnel>> XfrmKernel::install(std::unique_ptr<api::ReservedSpi> reserved,
                                                                     const api::ChildSa& child) {
  State& s = *state_;
  auto* const spi = dynamic_cast<Spi*>(reserved.get());
  const Pair outer{child.local, child.remote};
  if (spi == nullptr || spi->outer() != outer || spi->spi() != child.spi_in)
    return s.refuse(base::Errc::mismatch, "a child and its SPI", "the SPI was not set aside for this child");
  if (!fits(child)) return s.refuse(base::Errc::malformed, "a child's addresses", "the child's addresses do not fit");
  if (child.reqid && !s.protections.has(inner_of(child), *child.reqid))
    return s.refuse(base::Errc::mismatch, "the child's reqid",
                    "there is no child that this one could replace or stand beside");
  const Protections::Tunnel tunnel = protected_by(child, child.reqid.value_or(spi->reqid()));
  if (auto installed = s.install(tunnel, child); !installed) return std::unexpected(installed.error());
  s.drop_reqid(spi->reqid());
  spi->take();
  --s.reserved;
  return std::make_unique<Tunnel>(s, tunnel.in, tunnel.demand.reqid);
}

int XfrmKernel::events_fd() const { return state_->events ? state_->events->fd() : -1; }
std::uint64_t XfrmKernel::events_lost() const { return state_->events_lost; }

std::vector<api::Expired> XfrmKernel::take_events() {
  State& s = *state_;
  std::vector<api::Expired> out;
  if (!s.events) return out;
  const bool whole = s.events->take([&](std::uint16_t type, base::Bytes body) {
    const auto expired = type == XFRM_MSG_EXPIRE ? parse_expired(body) : std::nullopt;
    if (expired && s.sas.contains({expired->destination, expired->spi})) out.push_back(*expired);
  });
  if (!whole) ++s.events_lost;
  return out;
}

std::string XfrmKernel::last_error() const { return state_->error; }
std::size_t XfrmKernel::tunnels() const { return state_->live.size(); }
std::size_t XfrmKernel::guards() const { return state_->protections.guards(); }

}  // namespace latchkey::xfrm
