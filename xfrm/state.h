#pragma once
// What XfrmKernel and its handles share. Private to xfrm/.

#include <map>
#include <set>
#include <unordered_set>

#include "xfrm/events.h"
#include "xfrm/kernel.h"
#include "xfrm/netlink.h"
#include "xfrm/parse.h"
#include "xfrm/protection.h"

namespace latchkey::xfrm {

/// What is known of a tunnel whose SAs are in the kernel, beside the inbound one's name.
struct LiveTunnel {
  Pair inner;
  Pair outer;
  base::Spi out;
  base::ReqId reqid;
};

struct XfrmKernel::State {
  State(api::Random& random_source, XfrmConfig chosen, std::unique_ptr<Netlink> door, std::unique_ptr<Events> listener);

  /// Keeps the words for last_error(), hands the static text to the caller.
  std::unexpected<base::Error> refuse(base::Errc code, std::string_view text, std::string words);
  /// A reqid that none of ours bears.
  base::ReqId new_reqid();
  void forget_spi(const SaName& larval, base::ReqId reqid);
  /// One of those that share the reqid needs it no longer.
  void drop_reqid(base::ReqId reqid) { reqids.erase(reqids.find(reqid.value)); }
  base::Result<void> install(const Protections::Tunnel& tunnel, const api::ChildSa& child);
  void end_tunnel(const SaName& in, bool keep_guard);
  /// Writes before it removes, so that traffic finds a policy all the time. The reply is the first refusal to write.
  Reply carry_out(const Changes& changes);

  api::Random& random;
  XfrmConfig config;
  std::unique_ptr<Netlink> netlink;  ///< null if it could not be opened; error says why
  std::unique_ptr<Events> events;    ///< null if nothing is heard
  std::uint64_t events_lost = 0;
  std::string error;
  base::TimePoint now{};  ///< as of the last call that was told the time; a little old otherwise
  std::unordered_multiset<std::uint32_t> reqids;  ///< one for each SPI set aside and each live tunnel
  std::size_t reserved = 0;
  std::map<SaName, LiveTunnel> live;  ///< by the inbound SA
  std::set<SaName> sas;               ///< both of each live tunnel
  Protections protections;
  std::vector<Policy> exemptions;  ///< that stand in the kernel
  base::TimePoint exemptions_due = base::kNever;
};

/// Our own SAs, policies and exemptions that a dump shows.
struct Stale {
  std::vector<SaIdentity> sas;
  std::vector<Policy> policies;
};
/// Reads the kernel's whole state and picks what is ours. Error: kernel, with the words in `why`.
base::Result<Stale> find_ours(Netlink& netlink, std::string& why);
/// Installs the exemptions that `config` asks for; those in `mine` are taken over, those that somebody else has are
/// left alone. Returns what stands in the kernel for us. Error: kernel, with the words in `why`.
base::Result<std::vector<Policy>> install_exemptions(Netlink& netlink, const XfrmConfig& config,
                                                     const std::vector<Policy>& mine, std::string& why);
/// Tries an SA of AES-GCM on the loopback address and takes it away again. Error: kernel, with a sentence in `why`.
base::Result<void> try_esp(Netlink& netlink, base::ReqId reqid, std::string& why);

}  // namespace latchkey::xfrm
