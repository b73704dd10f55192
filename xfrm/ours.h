#pragma once
// How state of ours is told from everybody else's, and the policies we make.

#include <vector>

#include "xfrm/specs.h"

namespace latchkey::xfrm {

/// The reqid's top byte; the rest is random.
inline constexpr std::uint32_t kReqIdTag = 0x4C000000;
inline constexpr std::uint32_t kReqIdTagMask = 0xFF000000;
/// Priorities (the lowest wins). The low halves are unlikely to be anybody else's.
inline constexpr std::uint32_t kExemptPriority = 0x4C01;
inline constexpr std::uint32_t kTunnelPriority = 0x4C02;
inline constexpr std::uint32_t kGuardPriority = 0x4C03;

/// The two hosts of a tunnel.
struct Pair {
  base::Address local;
  base::Address remote;

  friend auto operator<=>(const Pair&, const Pair&) = default;
};

/// Whose packets a tunnel's policies are about, and what they demand of them.
struct Demand {
  Pair inner;
  Pair outer;  ///< between whom ESP travels; the same hosts unless an address is leased
  api::Mode mode{};
  base::ReqId reqid;
  base::Spi sends_by;  ///< the SA that packets go out by. They come in by any with that reqid.

  friend bool operator==(const Demand&, const Demand&) = default;
};

/// Policies in, fwd and (the last) out of a tunnel, in the order in which they are to be installed.
std::vector<Policy> tunnel_policies(const Demand& demand, std::chrono::seconds expiry);
/// Policies out and fwd that block any -> `remote`.
std::vector<Policy> guard_policies(const base::Address& remote, std::chrono::seconds expiry);
/// Policies that let `family`'s DNS (UDP and TCP 53, TCP 853) out and its answers in, whatever guards say.
std::vector<Policy> dns_exemptions(base::Family family, std::chrono::seconds expiry);
/// Policies that let neighbour solicitations (135) and advertisements (136) pass. Routers' messages (133, 134, 137)
/// come from or go to link-local and multicast addresses, which are never guarded.
std::vector<Policy> neighbour_exemptions(std::chrono::seconds expiry);

/// A reqid of our making.
constexpr bool is_ours(base::ReqId reqid) { return (reqid.value & kReqIdTagMask) == kReqIdTag; }
/// A policy of our making: priority, action, reqid and expiry agree, and it is one of the shapes above.
bool is_ours(const Policy& policy);

}  // namespace latchkey::xfrm
