#include "xfrm/messages.h"

#include <arpa/inet.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <cstddef>

#include "xfrm/algorithms.h"

namespace latchkey::xfrm {
namespace {

constexpr std::uint16_t kAcked = NLM_F_ACK;
constexpr std::uint32_t kAnyAlgorithm = 0xFFFFFFFF;
constexpr std::uint32_t kFirstFreeSpi = 256;

std::uint16_t family_of(const base::Address& address) { return address.is_v4() ? AF_INET : AF_INET6; }

std::uint8_t mode_of(api::Mode mode) { return mode == api::Mode::tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT; }

xfrm_address_t kernel_address(const base::Address& address) {
  xfrm_address_t out{};
  std::memcpy(&out, address.bytes().data(), address.bytes().size());
  return out;
}

xfrm_selector kernel_selector(const Selector& selector) {
  xfrm_selector out{};
  out.family = family_of(selector.source);
  out.saddr = kernel_address(selector.source);
  out.prefixlen_s = selector.source_prefix;
  out.daddr = kernel_address(selector.destination);
  out.prefixlen_d = selector.destination_prefix;
  out.proto = selector.protocol;
  if (selector.source_port) out.sport = htons(*selector.source_port);
  if (selector.source_port) out.sport_mask = 0xFFFF;
  if (selector.destination_port) out.dport = htons(*selector.destination_port);
  if (selector.destination_port) out.dport_mask = 0xFFFF;
  return out;
}

/// The hard expiry, and where the kernel is to say that an SA has carried enough. A limit of 0 would end an SA at its
/// first packet; no limit of time is 0, however.
xfrm_lifetime_cfg lifetime(std::chrono::seconds expiry, const api::SoftLimits& soft = {}) {
  const auto or_none = [](std::uint64_t limit) { return limit == 0 ? XFRM_INF : limit; };
  xfrm_lifetime_cfg out{};
  out.soft_byte_limit = or_none(soft.bytes);
  out.soft_packet_limit = or_none(soft.packets);
  out.hard_byte_limit = out.hard_packet_limit = XFRM_INF;
  out.hard_add_expires_seconds = static_cast<std::uint64_t>(expiry.count());
  return out;
}

xfrm_usersa_info sa_info(const base::Address& source, const base::Address& destination, base::Spi spi,
                         base::ReqId reqid) {
  xfrm_usersa_info out{};
  out.family = family_of(destination);
  out.saddr = kernel_address(source);
  out.id.daddr = kernel_address(destination);
  out.id.spi = htonl(spi.value);
  out.id.proto = IPPROTO_ESP;
  out.reqid = reqid.value;
  out.lft = lifetime(std::chrono::seconds(0));
  return out;
}

/// struct xfrm_replay_state_esn, also without ESN: it is the only way to a window of more than 32.
void put_replay(Message& message, std::uint16_t window) {
  xfrm_replay_state_esn head{};
  head.bmp_len = (window + 31U) / 32U;
  head.replay_window = window;
  const base::MutableBytes space =
      message.attribute_space(XFRMA_REPLAY_ESN_VAL, sizeof head + head.bmp_len * sizeof(std::uint32_t));
  std::memcpy(space.data(), &head, sizeof head);
}

void put_encapsulation(Message& message, const UdpPorts& ports) {
  xfrm_encap_tmpl out{};
  out.encap_type = UDP_ENCAP_ESPINUDP;
  out.encap_sport = htons(ports.source);
  out.encap_dport = htons(ports.destination);
  message.attribute(XFRMA_ENCAP, out);
}

base::Result<Message> sa_message(std::uint16_t type, std::uint16_t flags, const Sa& sa) {
  const auto algorithms = algorithms_of(sa.suite);
  if (!algorithms) return std::unexpected(algorithms.error());
  if (sa.key.size() != algorithms->key()) return base::fail(base::Errc::malformed, "size of an ESP key");
  // RFC 4303 section 2.1
  //= The set of SPI values in the range 1 through 255 are reserved by the Internet Assigned Numbers Authority (IANA)
  //= for future use
  if (sa.spi.value < kFirstFreeSpi) return base::fail(base::Errc::malformed, "a reserved SPI");
  Message message(type, flags);
  xfrm_usersa_info info = sa_info(sa.source, sa.destination, sa.spi, sa.reqid);
  info.lft = lifetime(sa.expiry, sa.soft);
  info.mode = mode_of(sa.mode);
  if (sa.suite.esn) info.flags |= XFRM_STATE_ESN;
  if (sa.other_family) info.flags |= XFRM_STATE_AF_UNSPEC;  // or the kernel ties the SA to its addresses' family
  message.append(info);
  put_algorithms(message, *algorithms, sa.key);
  put_replay(message, sa.replay_window);
  if (sa.encapsulation) put_encapsulation(message, *sa.encapsulation);
  return message;
}

void put_template(Message& message, const Template& esp) {
  xfrm_user_tmpl out{};
  out.id.proto = IPPROTO_ESP;
  out.id.daddr = kernel_address(esp.destination);
  out.id.spi = htonl(esp.spi.value);
  out.saddr = kernel_address(esp.source);
  out.family = family_of(esp.destination);
  out.reqid = esp.reqid.value;
  out.mode = mode_of(esp.mode);
  out.share = XFRM_SHARE_ANY;
  out.aalgos = out.ealgos = out.calgos = kAnyAlgorithm;
  message.attribute(XFRMA_TMPL, out);
}

Message policy_message(std::uint16_t type, std::uint16_t flags, const Policy& policy) {
  Message message(type, flags);
  xfrm_userpolicy_info info{};
  info.sel = kernel_selector(policy.key.selector);
  info.lft = lifetime(policy.expiry);
  info.priority = policy.priority;
  info.dir = static_cast<std::uint8_t>(policy.key.direction);
  info.action = static_cast<std::uint8_t>(policy.action);
  info.share = XFRM_SHARE_ANY;
  message.append(info);
  if (policy.esp) put_template(message, *policy.esp);
  return message;
}

}  // namespace

Message allocate_spi(const base::Address& source, const base::Address& destination, base::ReqId reqid,
                     std::uint32_t min, std::uint32_t max) {
  Message message(XFRM_MSG_ALLOCSPI, kAcked);
  xfrm_userspi_info request{};
  request.info = sa_info(source, destination, base::Spi{0}, reqid);
  request.info.mode = XFRM_MODE_TUNNEL;
  request.min = min;
  request.max = max;
  message.append(request);
  return message;
}

base::Result<Message> new_sa(const Sa& sa) { return sa_message(XFRM_MSG_NEWSA, kAcked, sa); }
base::Result<Message> update_sa(const Sa& sa) { return sa_message(XFRM_MSG_UPDSA, kAcked, sa); }

Message delete_sa(const base::Address& destination, base::Spi spi) {
  Message message(XFRM_MSG_DELSA, kAcked);
  xfrm_usersa_id id{};
  id.daddr = kernel_address(destination);
  id.spi = htonl(spi.value);
  id.family = family_of(destination);
  id.proto = IPPROTO_ESP;
  message.append(id);
  return message;
}

Message new_policy(const Policy& policy) { return policy_message(XFRM_MSG_NEWPOLICY, kAcked, policy); }
Message update_policy(const Policy& policy) { return policy_message(XFRM_MSG_UPDPOLICY, kAcked, policy); }

Message delete_policy(const PolicyKey& key) {
  Message message(XFRM_MSG_DELPOLICY, kAcked);
  xfrm_userpolicy_id id{};
  id.sel = kernel_selector(key.selector);
  id.dir = static_cast<std::uint8_t>(key.direction);
  message.append(id);
  return message;
}

Message set_hash_thresholds() {
  Message message(XFRM_MSG_NEWSPDINFO, kAcked);
  message.append(std::uint32_t{0});  // flags
  // A policy is hashed only if both its prefixes are as long as these. Tunnels name one remote host, guards too, but
  // any local one; a shorter remote prefix would put whole networks of tunnels into one bucket.
  message.attribute(XFRMA_SPD_IPV4_HTHRESH, xfrmu_spdhthresh{0, 32});
  message.attribute(XFRMA_SPD_IPV6_HTHRESH, xfrmu_spdhthresh{0, 128});
  return message;
}

Message get_counters(const base::Address& source, const base::Address& destination, base::Spi spi) {
  Message message(XFRM_MSG_GETAE, kAcked);
  xfrm_aevent_id request{};
  request.sa_id.daddr = kernel_address(destination);
  request.sa_id.spi = htonl(spi.value);
  request.sa_id.family = family_of(destination);
  request.sa_id.proto = IPPROTO_ESP;
  request.saddr = kernel_address(source);
  request.flags = XFRM_AE_LVAL;
  message.append(request);
  return message;
}

// Without a body: the kernel would read one as attributes.
Message dump_sas() { return Message(XFRM_MSG_GETSA, NLM_F_DUMP); }
Message dump_policies() { return Message(XFRM_MSG_GETPOLICY, NLM_F_DUMP); }

}  // namespace latchkey::xfrm
