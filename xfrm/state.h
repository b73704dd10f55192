#pragma once
// What XfrmKernel and its handles share. Private to xfrm/.

#include <unordered_map>
#include <unordered_set>

#include "xfrm/kernel.h"
#include "xfrm/netlink.h"
#include "xfrm/parse.h"
#include "xfrm/protection.h"

namespace latchkey::xfrm {

/// A tunnel's two SAs.
struct LiveTunnel {
  Pair pair;
  base::Spi in;
  base::Spi out;
};

struct XfrmKernel::State {
  State(api::Random& random_source, XfrmConfig chosen, std::unique_ptr<Netlink> door);

  /// Keeps the words for last_error(), hands the static text to the caller.
  std::unexpected<base::Error> refuse(base::Errc code, std::string_view text, std::string words);
  /// A reqid that none of ours bears.
  base::ReqId new_reqid();
  void forget_spi(const Pair& pair, base::Spi spi, base::ReqId reqid);
  void end_tunnel(base::ReqId reqid, bool keep_guard);

  api::Random& random;
  XfrmConfig config;
  std::unique_ptr<Netlink> netlink;  ///< null if it could not be opened; error says why
  std::string error;
  base::TimePoint now{};                     ///< as of the last call that was told the time; a little old otherwise
  std::unordered_set<std::uint32_t> reqids;  ///< of SPIs set aside and of live tunnels
  std::size_t reserved = 0;
  std::unordered_map<std::uint32_t, LiveTunnel> live;  ///< by reqid
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
