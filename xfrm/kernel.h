#pragma once
// The Kernel port on Linux: SAs, policies and guards by XFRM netlink.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "ike-engine/api/ports.h"
#include "ike-engine/base/time.h"

namespace latchkey::xfrm {

class Events;
class Netlink;

/// Bounds and times. What is in the kernel has a hard expiry there, so that nothing outlives us for long.
struct XfrmConfig {
  std::chrono::seconds policy_expiry{120};      ///< hard expiry of policies, guards and exemptions
  std::chrono::seconds refresh_every{40};       ///< how often refresh() puts that expiry off
  std::chrono::seconds sa_lifetime{4200};       ///< hard expiry of an SA; longer than the engine's own lifetime
  std::chrono::seconds guard_after_loss{3600};  ///< a guard that nobody releases ends this long after its tunnel
  std::size_t max_reserved = 1000;              ///< SPIs set aside; then allocate_spi() answers exhausted
  std::size_t max_addresses = 10000;            ///< remote addresses of tunnels; then install() answers exhausted
  std::size_t max_tunnels = 20000;              ///< that live at once; then install() answers exhausted
  std::uint16_t replay_window = 128;            ///< packets, 32 to 4096
  bool exempt_dns = true;                       ///< DNS to upstreams (53, TCP 853) is spared by policies and guards
  bool exempt_neighbour_discovery = true;       ///< so are ICMPv6 neighbour solicitations and advertisements
};

/// What startup() found of an earlier life that ended without shutdown().
struct Recovered {
  std::size_t sas = 0;       ///< deleted
  std::size_t policies = 0;  ///< left to block until their hard expiry
};

/// For one thread. Handles (SPIs, tunnels) must go before it does. Every failed call leaves its reason, with
/// the kernel's words, in last_error().
class XfrmKernel final : public api::Kernel {
 public:
  /// Opens the netlink sockets in the network namespace of the calling thread; check() says if that failed.
  /// `random` outlives the object.
  explicit XfrmKernel(api::Random& random, XfrmConfig config = {});
  /// With a netlink of the caller's, for tests; without `events` there never are any.
  XfrmKernel(api::Random& random, XfrmConfig config, std::unique_ptr<Netlink> netlink);
  XfrmKernel(api::Random& random, XfrmConfig config, std::unique_ptr<Netlink> netlink, std::unique_ptr<Events> events);
  /// Takes nothing away: see shutdown().
  ~XfrmKernel() override;
  XfrmKernel(const XfrmKernel&) = delete;
  XfrmKernel& operator=(const XfrmKernel&) = delete;

  /// Whether this process and this kernel can do the work: netlink, CAP_NET_ADMIN, ESP with AES-GCM. Leaves
  /// nothing behind. Error: kernel; last_error() is then one sentence for the operator.
  base::Result<void> check();
  /// Finds what an earlier process left (known by reqid, priority and expiry; nobody else's state is
  /// touched), deletes its SAs, lets its policies block until they expire; sets the policy hash thresholds;
  /// installs the exemptions. Call once, first.
  base::Result<Recovered> startup(base::TimePoint now);
  /// Puts off the hard expiry of what is due and removes guards whose time has come. Bounded work a call; the
  /// rest is due at once.
  base::Result<void> refresh(base::TimePoint now);
  /// When to call refresh(); kNever if never. Changes with install() and when tunnels go.
  base::TimePoint next_refresh() const;
  /// At the end: removes the SAs of tunnels that still live, and all policies and guards but those that are held, or
  /// were left by an earlier process: these block, with the exemptions beside them, until their hard expiry. Returns of
  /// how many addresses they were held.
  std::size_t shutdown(base::TimePoint now);

  /// Keeps the guard of `remote` (and its tunnels' policies) at least until `until`, also after its tunnels
  /// have gone. A later call replaces an earlier one. Error: not_found if there is no guard for it.
  base::Result<void> hold_guard(const base::Address& remote, base::TimePoint until);
  /// Ends the holding: the guard goes now, or with the last live tunnel to `remote`. Unknown addresses are
  /// ignored.
  void release_guard(const base::Address& remote);
  /// Whether traffic to `remote` is either in a tunnel or blocked.
  bool guarded(const base::Address& remote) const;

  /// Spares a UDP socket of ours from all policies, both ways. Error: kernel.
  base::Result<void> bypass(int fd, base::Family family);
  /// Makes the kernel take ESP packets off this UDP socket (RFC 3948). Error: kernel.
  base::Result<void> enable_udp_encap(int fd);
  /// Our address for packets to `remote`, by the routing table and in spite of guards. Errors: not_found (no
  /// route), kernel.
  base::Result<base::Address> source_address(const base::Address& remote);

  base::Result<std::unique_ptr<api::ReservedSpi>> allocate_spi(const base::Address& local,
                                                               const base::Address& remote) override;
  base::Result<std::unique_ptr<api::KernelTunnel>> install(std::unique_ptr<api::ReservedSpi> reserved,
                                                           const api::ChildSa& child) override;
  std::string last_error() const override;

  /// Becomes readable when take_events() has something to do; -1 if it never will.
  int events_fd() const;
  /// SAs of live tunnels that have reached a limit (ChildSa::soft, the hard expiry), as the kernel said it since the
  /// last call. At most a few hundred at once.
  std::vector<api::Expired> take_events();
  /// How often the kernel has dropped events that were not taken in time. SAs whose soft expiry was lost that way are
  /// replaced when their time comes; the kernel does not repeat it.
  std::uint64_t events_lost() const;

  std::size_t tunnels() const;
  std::size_t guards() const;

 private:
  class Spi;
  class Tunnel;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace latchkey::xfrm
