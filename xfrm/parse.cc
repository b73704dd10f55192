#include "xfrm/parse.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include <cstring>

namespace latchkey::xfrm {
namespace {

/// The structure at the front of `body`; the caller has checked that it fits.
template <class Struct>
Struct front(base::Bytes body) {
  Struct out;
  std::memcpy(&out, body.data(), sizeof out);
  return out;
}

std::optional<base::Address> address_of(std::uint16_t family, const xfrm_address_t& address) {
  if (family != AF_INET && family != AF_INET6) return std::nullopt;
  return base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&address), family == AF_INET ? 4U : 16U});
}

template <class Struct>
base::Bytes attributes_after(base::Bytes body) {
  return body.subspan(NLMSG_ALIGN(sizeof(Struct)));
}

/// The value of an attribute; empty if it is not there.
base::Bytes attribute(base::Bytes attributes, int type) {
  const auto* const first = reinterpret_cast<const nlattr*>(attributes.data());
  const nlattr* const found = nla_find(const_cast<nlattr*>(first), static_cast<int>(attributes.size()), type);
  if (found == nullptr) return {};
  return {static_cast<const std::uint8_t*>(nla_data(found)), static_cast<std::size_t>(nla_len(found))};
}

std::chrono::seconds expiry_of(const xfrm_lifetime_cfg& lifetime) {
  return std::chrono::seconds(lifetime.hard_add_expires_seconds);
}

/// A whole port; nothing for "any"; a range of ports sets `strange`.
std::optional<std::uint16_t> port_of(std::uint16_t port, std::uint16_t mask, bool& strange) {
  if (mask == 0xFFFF) return ntohs(port);
  if (mask != 0) strange = true;
  return std::nullopt;
}

std::optional<Selector> selector_of(const xfrm_selector& in) {
  const auto source = address_of(in.family, in.saddr);
  const auto destination = address_of(in.family, in.daddr);
  if (!source || !destination || in.ifindex != 0 || in.user != 0) return std::nullopt;
  bool strange = false;
  const auto source_port = port_of(in.sport, in.sport_mask, strange);
  const auto destination_port = port_of(in.dport, in.dport_mask, strange);
  if (strange) return std::nullopt;
  return Selector{*source, in.prefixlen_s, *destination, in.prefixlen_d, in.proto, source_port, destination_port};
}

std::optional<Template> template_of(base::Bytes value) {
  if (value.size() != sizeof(xfrm_user_tmpl)) return std::nullopt;
  const auto in = front<xfrm_user_tmpl>(value);
  const auto source = address_of(in.family, in.saddr);
  const auto destination = address_of(in.family, in.id.daddr);
  if (!source || !destination || in.id.proto != IPPROTO_ESP || in.mode > XFRM_MODE_TUNNEL || in.optional)
    return std::nullopt;
  const auto mode = in.mode == XFRM_MODE_TUNNEL ? api::Mode::tunnel : api::Mode::transport;
  return Template{mode, base::ReqId{in.reqid}, *source, *destination, base::Spi{ntohl(in.id.spi)}};
}

}  // namespace

std::optional<SaIdentity> parse_sa(base::Bytes body) {
  if (body.size() < sizeof(xfrm_usersa_info)) return std::nullopt;
  const auto in = front<xfrm_usersa_info>(body);
  const auto source = address_of(in.family, in.saddr);
  const auto destination = address_of(in.family, in.id.daddr);
  if (!source || !destination) return std::nullopt;
  return SaIdentity{*source,     *destination,     base::Spi{ntohl(in.id.spi)}, base::ReqId{in.reqid},
                    in.id.proto, expiry_of(in.lft)};
}

std::optional<Policy> parse_policy(base::Bytes body) {
  if (body.size() < sizeof(xfrm_userpolicy_info)) return std::nullopt;
  const auto in = front<xfrm_userpolicy_info>(body);
  const auto selector = selector_of(in.sel);
  if (!selector || in.dir > XFRM_POLICY_FWD || in.action > XFRM_POLICY_BLOCK) return std::nullopt;
  const base::Bytes attributes = attributes_after<xfrm_userpolicy_info>(body);
  if (!attribute(attributes, XFRMA_MARK).empty() || !attribute(attributes, XFRMA_IF_ID).empty()) return std::nullopt;
  Policy out{{Direction{in.dir}, *selector}, in.priority, Action{in.action}, std::nullopt, expiry_of(in.lft)};
  const base::Bytes esp = attribute(attributes, XFRMA_TMPL);
  if (!esp.empty() && !(out.esp = template_of(esp))) return std::nullopt;
  return out;
}

std::optional<api::Expired> parse_expired(base::Bytes body) {
  if (body.size() < sizeof(xfrm_user_expire)) return std::nullopt;
  const auto sa = parse_sa(body);
  if (!sa || sa->protocol != IPPROTO_ESP) return std::nullopt;
  return api::Expired{sa->destination, sa->spi, front<xfrm_user_expire>(body).hard != 0};
}

std::optional<Traffic> parse_counters(base::Bytes body) {
  if (body.size() < sizeof(xfrm_aevent_id)) return std::nullopt;
  const base::Bytes value = attribute(attributes_after<xfrm_aevent_id>(body), XFRMA_LTIME_VAL);
  if (value.size() < sizeof(xfrm_lifetime_cur)) return std::nullopt;
  const auto in = front<xfrm_lifetime_cur>(value);
  return Traffic{in.bytes, in.packets};
}

}  // namespace latchkey::xfrm
