// On the running kernel, in a network namespace of our own. Needs root; no ESP.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/unit/xfrm/demands.h"
#include "tests/unit/xfrm/lab_hosts.h"
#include "xfrm/installer.h"
#include "xfrm/messages.h"
#include "xfrm/parse.h"

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;

const base::Address kLocal = *base::Address::parse("192.0.2.1");
const base::Address kRemote = *base::Address::parse("198.51.100.7");
const base::TimePoint kStart{1000s};
// Not the loopback interface: the kernel spares it from policies.
constexpr const char* kNetwork =
    "ip link add out type veth peer name in && ip address add 192.0.2.1/24 dev out && "
    "ip link set out up && ip link set in up && ip route add 198.51.100.0/24 dev out";

/// A fresh network namespace with a way out; `ready` is false (and the reason printed) where that is not allowed.
struct Fixture : testing::Test {
  void SetUp() override {
    home_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    ready = unshare(CLONE_NEWNET) == 0;
    if (!ready)
      std::printf("skip %s network namespaces need root\n",
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    if (!ready) return;
    ASSERT_EQ(std::system(kNetwork), 0);
    std::string why;
    netlink = NetlinkSocket::open(why).value();
  }
  void TearDown() override {
    if (setns(home_, CLONE_NEWNET) != 0) std::abort();
    close(home_);
  }

  std::vector<Policy> policies() {
    std::vector<Policy> out;
    netlink->query(dump_policies(), [&](std::uint16_t, base::Bytes body) {
      if (const auto policy = parse_policy(body)) out.push_back(*policy);
    });
    return out;
  }
  std::size_t sas() {
    std::size_t out = 0;
    netlink->query(dump_sas(), [&](std::uint16_t, base::Bytes) { ++out; });
    return out;
  }

  bool ready = false;
  std::unique_ptr<NetlinkSocket> netlink;
  xfrm_lab::SystemRandom random;

 private:
  int home_ = -1;
};

using xfrm_on_this_kernel = Fixture;

TEST_F(xfrm_on_this_kernel, shows_policies_as_they_were_written) {
  if (!ready) return;
  std::vector<Policy> wanted =
      tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, base::ReqId{0x4c000001}), 120s);
  for (const auto& more :
       {guard_policies(kRemote, 120s), dns_exemptions(base::Family::ipv6, 120s), neighbour_exemptions(120s)}) {
    wanted.insert(wanted.end(), more.begin(), more.end());
  }
  for (const Policy& policy : wanted) {
    const Reply reply = netlink->one(new_policy(policy));
    ASSERT_TRUE(reply.done()) << reply.words;
  }
  const auto seen = policies();
  EXPECT_EQ(seen.size(), wanted.size());
  for (const Policy& policy : wanted) EXPECT_EQ(std::ranges::count(seen, policy), 1);
}

TEST_F(xfrm_on_this_kernel, answers_each_message_of_a_batch) {
  if (!ready) return;
  const Policy guard = guard_policies(kRemote, 120s)[0];
  std::vector<Message> messages;
  messages.push_back(new_policy(guard));
  messages.push_back(new_policy(guard));
  messages.push_back(update_policy(guard));
  messages.push_back(delete_policy(guard.key));
  messages.push_back(delete_policy(guard.key));
  const auto replies = netlink->batch(messages);
  ASSERT_EQ(replies.size(), 5U);
  EXPECT_TRUE(replies[0].done());
  EXPECT_EQ(replies[1].error, EEXIST);
  EXPECT_EQ(replies[1].words, "File exists");
  EXPECT_TRUE(replies[2].done());
  EXPECT_TRUE(replies[3].done());
  EXPECT_EQ(replies[4].error, ENOENT);
}

TEST_F(xfrm_on_this_kernel, repeats_the_kernels_own_words) {
  if (!ready) return;
  Policy wrong = guard_policies(kRemote, 120s)[0];
  wrong.key.selector.source_prefix = 77;
  const Reply reply = netlink->one(new_policy(wrong));
  EXPECT_EQ(reply.error, EINVAL);
  EXPECT_NE(reply.words, errno_words(EINVAL)) << "no extack";
  EXPECT_NE(reply.words.find("prefix length"), std::string::npos) << reply.words;
}

TEST_F(xfrm_on_this_kernel, gives_spis_and_takes_them_back) {
  if (!ready) return;
  XfrmKernel kernel(random);
  auto spi = kernel.allocate_spi(kLocal, kRemote);
  ASSERT_TRUE(spi) << kernel.last_error();
  EXPECT_GE((*spi)->spi().value, 256U);
  EXPECT_EQ(sas(), 1U);
  spi->reset();
  EXPECT_EQ(sas(), 0U);
}

TEST_F(xfrm_on_this_kernel, leaves_nothing_when_a_part_is_refused) {
  if (!ready) return;
  XfrmKernel kernel(random, {.exempt_dns = false, .exempt_neighbour_discovery = false});
  ASSERT_TRUE(kernel.startup(kStart)) << kernel.last_error();
  Policy in_the_way = guard_policies(kRemote, 0s)[1];
  ASSERT_TRUE(netlink->one(new_policy(in_the_way)).done());
  auto spi = kernel.allocate_spi(kLocal, kRemote);
  ASSERT_TRUE(spi) << kernel.last_error();
  api::ChildSa child;
  child.local = kLocal;
  child.remote = kRemote;
  child.spi_in = (*spi)->spi();
  child.spi_out = base::Spi{0x1000};
  child.key_in = base::SecretBytes(36);
  child.key_out = base::SecretBytes(36);
  EXPECT_FALSE(kernel.install(std::move(*spi), child));
  EXPECT_EQ(kernel.last_error().rfind("cannot install the ", 0), 0U) << kernel.last_error();
  EXPECT_EQ(policies(), std::vector<Policy>{in_the_way});
  EXPECT_EQ(sas(), 0U);
}

TEST_F(xfrm_on_this_kernel, blocks_by_the_guard_but_spares_our_sockets) {
  if (!ready) return;
  XfrmKernel kernel(random);
  ASSERT_TRUE(kernel.startup(kStart)) << kernel.last_error();
  EXPECT_EQ(policies().size(), 16U);
  for (const Policy& policy : guard_policies(kRemote, 120s)) ASSERT_TRUE(netlink->one(new_policy(policy)).done());
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(500);
  to.sin_addr.s_addr = htonl(0xc6336407);
  const auto send = [&] { return sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to); };
  EXPECT_EQ(send(), -1);
  EXPECT_EQ(errno, EPERM);
  to.sin_port = htons(53);
  EXPECT_EQ(send(), 1) << "DNS is exempt";
  to.sin_port = htons(500);
  ASSERT_TRUE(kernel.bypass(fd, base::Family::ipv4)) << kernel.last_error();
  EXPECT_EQ(send(), 1) << "a spared socket";
  EXPECT_EQ(kernel.source_address(kRemote), kLocal);
  close(fd);
  kernel.shutdown({});
  EXPECT_EQ(policies().size(), 2U);
}

TEST_F(xfrm_on_this_kernel, says_why_there_is_no_source_address) {
  if (!ready) return;
  XfrmKernel kernel(random);
  const auto none = kernel.source_address(*base::Address::parse("203.0.113.1"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::Errc::not_found);
  EXPECT_EQ(kernel.last_error(), "no way to 203.0.113.1: Network is unreachable");
}

TEST_F(xfrm_on_this_kernel, forgets_policies_after_their_hard_expiry) {
  if (!ready) return;
  constexpr auto kExpiry = 3s;
  const auto guard = guard_policies(kRemote, kExpiry);
  for (const Policy& policy : guard) ASSERT_TRUE(netlink->one(new_policy(policy)).done());
  const auto begun = std::chrono::steady_clock::now();
  // For longer than the expiry. A machine that was too slow to refresh in time says nothing. The kernel counts whole
  // seconds.
  for (auto refreshed = begun; refreshed - begun < kExpiry + 1s;) {
    usleep(400000);
    const std::size_t left = policies().size();
    const bool in_time = std::chrono::steady_clock::now() - refreshed < kExpiry - 1s;
    EXPECT_TRUE(left == 2 || !in_time) << "a refresh puts it off";
    refreshed = std::chrono::steady_clock::now();
    EXPECT_TRUE(refresh_policies(*netlink, guard).done());
  }
  for (int i = 0; i < 300 && !policies().empty(); ++i) usleep(100000);
  EXPECT_EQ(policies().size(), 0U);
}

}  // namespace
}  // namespace latchkey::xfrm
