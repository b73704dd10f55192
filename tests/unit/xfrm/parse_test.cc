#include "xfrm/parse.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <cstring>

#include "tests/support/octets.h"
#include "tests/unit/xfrm/demands.h"
#include "xfrm/messages.h"

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;

const base::Address kLocal = *base::Address::parse("192.0.2.1");
const base::Address kRemote = *base::Address::parse("198.51.100.7");
const base::Address kRemote6 = *base::Address::parse("2001:db8::2");
const base::Address kLocal6 = *base::Address::parse("2001:db8::1");

base::Buffer body(const Message& message) { return base::to_buffer(message.bytes().subspan(NLMSG_HDRLEN)); }

std::vector<Policy> all_shapes() {
  std::vector<Policy> out;
  const auto add = [&](const std::vector<Policy>& more) { out.insert(out.end(), more.begin(), more.end()); };
  add(tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, base::ReqId{0x4c000001}), 120s));
  add(tunnel_policies(demand(kLocal6, kRemote6, api::Mode::transport, base::ReqId{0x4c000002}), 120s));
  add(tunnel_policies({{kLocal, kRemote}, {kLocal6, kRemote6}, api::Mode::tunnel, base::ReqId{0x4c000003}, {}}, 120s));
  add(guard_policies(kRemote, 120s));
  add(guard_policies(kRemote6, 120s));
  add(dns_exemptions(base::Family::ipv4, 120s));
  add(dns_exemptions(base::Family::ipv6, 120s));
  add(neighbour_exemptions(120s));
  return out;
}

TEST(xfrm_parse, reads_every_policy_of_ours_back) {
  for (const Policy& policy : all_shapes()) {
    const auto read = parse_policy(body(new_policy(policy)));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, policy);
  }
}

TEST(xfrm_parse, refuses_truncated_answers) {
  const Message policy = new_policy(guard_policies(kRemote, 120s)[0]);
  support::expect_every_truncation_refused(body(policy), parse_policy);
  const Message sa = allocate_spi(kLocal, kRemote, base::ReqId{1}, 256, 512);
  support::expect_every_truncation_refused(base::Bytes(body(sa)).first(sizeof(xfrm_usersa_info)), parse_sa);
}

TEST(xfrm_parse, passes_over_policies_that_we_never_make) {
  const base::Buffer good =
      body(new_policy(tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, base::ReqId{0x4c000001}), 120s)[0]));
  ASSERT_TRUE(parse_policy(good));
  struct Case {
    const char* what;
    std::size_t at;
    std::uint8_t value;
  };
  constexpr std::size_t kTemplate = sizeof(xfrm_userpolicy_info) + 4;
  for (const Case& each : {Case{"a socket's", offsetof(xfrm_userpolicy_info, dir), 3},
                           Case{"a range of ports", offsetof(xfrm_userpolicy_info, sel.dport_mask), 0xF0},
                           Case{"an interface's", offsetof(xfrm_userpolicy_info, sel.ifindex), 2},
                           Case{"a strange family", offsetof(xfrm_userpolicy_info, sel.family), 7},
                           Case{"AH", kTemplate + offsetof(xfrm_user_tmpl, id.proto), IPPROTO_AH},
                           Case{"optional", kTemplate + offsetof(xfrm_user_tmpl, optional), 1},
                           Case{"BEET mode", kTemplate + offsetof(xfrm_user_tmpl, mode), XFRM_MODE_BEET}}) {
    EXPECT_FALSE(parse_policy(support::with_octet(good, each.at, each.value))) << each.what;
  }
  Message marked = new_policy(guard_policies(kRemote, 120s)[0]);
  marked.attribute(XFRMA_MARK, xfrm_mark{1, 1});
  EXPECT_FALSE(parse_policy(body(marked)));
}

TEST(xfrm_parse, reads_expiries) {
  xfrm_user_expire event{};
  event.state.family = AF_INET;
  std::memcpy(&event.state.id.daddr, kRemote.bytes().data(), 4);
  event.state.id.spi = htonl(0x12345678);
  event.state.id.proto = IPPROTO_ESP;
  const auto octets = [&] {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(&event);
    return base::Buffer(first, first + sizeof event);
  };
  EXPECT_EQ(parse_expired(octets()), (api::Expired{kRemote, base::Spi{0x12345678}, false}));
  event.hard = 1;
  EXPECT_EQ(parse_expired(octets()), (api::Expired{kRemote, base::Spi{0x12345678}, true}));
  support::expect_every_truncation_refused(octets(), parse_expired);
  event.state.id.proto = IPPROTO_AH;
  EXPECT_FALSE(parse_expired(octets()));
}

TEST(xfrm_parse, reads_counters) {
  Message answer(XFRM_MSG_NEWAE, 0);
  answer.append(xfrm_aevent_id{});
  answer.attribute(XFRMA_LTIME_VAL, xfrm_lifetime_cur{4711, 12, 99, 100});
  const auto traffic = parse_counters(body(answer));
  ASSERT_TRUE(traffic);
  EXPECT_EQ(traffic->bytes, 4711U);
  EXPECT_EQ(traffic->packets, 12U);
  support::expect_every_truncation_refused(body(answer), parse_counters);
}

TEST(xfrm_ours, knows_its_own_policies_and_nobody_elses) {
  for (const Policy& policy : all_shapes()) {
    EXPECT_TRUE(is_ours(policy));
    Policy other = policy;
    other.expiry = 0s;
    EXPECT_FALSE(is_ours(other)) << "without expiry";
    other = policy;
    other.priority += 0x100;
    EXPECT_FALSE(is_ours(other)) << "another priority";
    other = policy;
    other.action = policy.action == Action::allow ? Action::block : Action::allow;
    EXPECT_FALSE(is_ours(other)) << "another action";
    other = policy;
    other.key.selector.destination_port = 99;
    EXPECT_FALSE(is_ours(other)) << "another selector";
    if (!policy.esp) continue;
    other = policy;
    other.esp->reqid = base::ReqId{0x4d000001};
    EXPECT_FALSE(is_ours(other)) << "another reqid";
  }
}

}  // namespace
}  // namespace latchkey::xfrm
