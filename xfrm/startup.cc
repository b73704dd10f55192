// What happens once, before the first tunnel: is this kernel fit, and what did an earlier process leave in it?

#include <fmt/format.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "xfrm/installer.h"
#include "xfrm/messages.h"
#include "xfrm/state.h"

namespace latchkey::xfrm {
namespace {

/// More than this of ours is not remembered (it expires all the same).
constexpr std::size_t kMaxStale = 100000;
constexpr std::chrono::seconds kTrialExpiry{10};

std::unexpected<base::Error> refuse(std::string& why, std::string words) {
  why = std::move(words);
  return base::fail(base::Errc::kernel, "the kernel's IPsec");
}

/// An SA of ours: its reqid says so, and it has a hard expiry, as all of ours have.
bool is_ours(const SaIdentity& sa) {
  return xfrm::is_ours(sa.reqid) && sa.protocol == IPPROTO_ESP && sa.expiry.count() > 0;
}

std::vector<Policy> wanted_exemptions(const XfrmConfig& config) {
  std::vector<Policy> out;
  const auto add = [&](const std::vector<Policy>& more) { out.insert(out.end(), more.begin(), more.end()); };
  if (config.exempt_dns) add(dns_exemptions(base::Family::ipv4, config.policy_expiry));
  if (config.exempt_dns) add(dns_exemptions(base::Family::ipv6, config.policy_expiry));
  if (config.exempt_neighbour_discovery) add(neighbour_exemptions(config.policy_expiry));
  return out;
}

std::string reason_without_esp(const Reply& reply) {
  if (reply.error == EPERM) return std::string(kNoNetAdmin);
  return fmt::format("this kernel cannot do ESP with AES-GCM (it needs CONFIG_INET_ESP and CONFIG_CRYPTO_GCM): {}",
                     reply.words);
}

}  // namespace

base::Result<Stale> find_ours(Netlink& netlink, std::string& why) {
  Stale out;
  const Reply sas = netlink.query(dump_sas(), [&](std::uint16_t type, base::Bytes body) {
    const auto sa = type == XFRM_MSG_NEWSA ? parse_sa(body) : std::nullopt;
    if (sa && is_ours(*sa) && out.sas.size() < kMaxStale) out.sas.push_back(*sa);
  });
  if (!sas.done()) return refuse(why, "cannot list the kernel's SAs: " + sas.words);
  const Reply policies = netlink.query(dump_policies(), [&](std::uint16_t type, base::Bytes body) {
    const auto policy = type == XFRM_MSG_NEWPOLICY ? parse_policy(body) : std::nullopt;
    if (policy && is_ours(*policy) && out.policies.size() < kMaxStale) out.policies.push_back(*policy);
  });
  if (!policies.done()) return refuse(why, "cannot list the kernel's IPsec policies: " + policies.words);
  return out;
}

base::Result<std::vector<Policy>> install_exemptions(Netlink& netlink, const XfrmConfig& config,
                                                     const std::vector<Policy>& mine, std::string& why) {
  std::vector<Policy> out;
  for (const Policy& policy : wanted_exemptions(config)) {
    const bool there = std::ranges::any_of(mine, [&](const Policy& each) { return each.key == policy.key; });
    const Reply reply = netlink.one(there ? update_policy(policy) : new_policy(policy));
    if (reply.done()) out.push_back(policy);
    if (reply.done() || reply.error == EEXIST || reply.error == EAFNOSUPPORT) continue;
    std::vector<PolicyKey> keys;
    for (const Policy& each : out) keys.push_back(each.key);
    remove_policies(netlink, keys);
    return refuse(why, "cannot install a policy that exempts DNS or neighbour discovery: " + reply.words);
  }
  return out;
}

base::Result<void> try_esp(Netlink& netlink, base::ReqId reqid, std::string& why) {
  const base::Address loopback = *base::Address::parse("127.0.0.1");
  const base::Buffer key(36);
  Sa sa;
  sa.mode = api::Mode::tunnel;
  sa.source = sa.destination = loopback;
  sa.spi = base::Spi{0x4C000000U | (reqid.value & 0x00FFFFFFU)};
  sa.reqid = reqid;
  sa.key = key;
  sa.expiry = kTrialExpiry;
  const Reply reply = netlink.one(new_sa(sa).value());
  if (!reply.done()) return refuse(why, reason_without_esp(reply));
  netlink.one(delete_sa(sa.destination, sa.spi));
  return {};
}

}  // namespace latchkey::xfrm
