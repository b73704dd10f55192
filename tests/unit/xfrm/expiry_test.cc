// SAs that have carried enough, or whose time is up.
#include <arpa/inet.h>

#include "tests/support/octets.h"
#include "tests/unit/xfrm/kernel_fixture.h"

namespace latchkey::xfrm {
namespace {

constexpr std::uint64_t kNever = XFRM_INF;
constexpr std::uint64_t kThreeQuarters = 0xC0000000;

struct xfrm_expiry : KernelFixture {
  xfrm_lifetime_cfg limits(const base::Address& destination, std::uint32_t spi) {
    return state.infos.at({destination, spi}).lft;
  }
};

TEST_F(xfrm_expiry, comes_where_the_child_says) {
  struct Case {
    const char* what;
    api::SoftLimits soft;
    bool esn;
    std::uint64_t bytes, packets;
  };
  for (const Case& each : {Case{"none", {}, true, kNever, kNever}, Case{"octets", {1000, 0}, true, 1000, kNever},
                           Case{"packets", {0, 10}, true, kNever, 10}, Case{"both", {1000, 10}, true, 1000, 10},
                           Case{"32-bit numbers", {}, false, kNever, kThreeQuarters},
                           Case{"too many for those", {0, 1ULL << 40}, false, kNever, kThreeQuarters},
                           Case{"few enough", {0, 10}, false, kNever, 10}}) {
    const auto tunnel = install_as(kLocal, kRemote, [&](api::ChildSa& child) {
      child.soft = each.soft;
      child.suite.esn = each.esn;
    });
    ASSERT_TRUE(tunnel);
    for (const auto& [sa, larval] : state.sas) {
      const xfrm_lifetime_cfg limits = state.infos.at(sa).lft;
      EXPECT_EQ(limits.soft_byte_limit, each.bytes) << each.what;
      EXPECT_EQ(limits.soft_packet_limit, each.packets) << each.what;
      EXPECT_EQ(limits.hard_byte_limit, kNever);
      EXPECT_EQ(limits.hard_packet_limit, kNever);
      EXPECT_EQ(limits.soft_add_expires_seconds, 0U);
      EXPECT_EQ(limits.hard_add_expires_seconds, 4200U);
    }
  }
}

TEST_F(xfrm_expiry, is_told_of_both_sas_of_a_live_tunnel) {
  auto spi = reserve();
  const base::Spi in = spi->spi();
  auto tunnel = kernel.install(std::move(spi), child(in)).value();
  state.expire({kLocal, in.value}, false);
  state.expire({kRemote, 0x8000}, true);
  const std::vector<api::Expired> expected{{kLocal, in, false}, {kRemote, base::Spi{0x8000}, true}};
  EXPECT_EQ(kernel.take_events(), expected);
  EXPECT_TRUE(kernel.take_events().empty());
  state.expire({kLocal, in.value}, false);
  tunnel.reset();
  EXPECT_TRUE(kernel.take_events().empty()) << "nobody asks for it any more";
}

TEST_F(xfrm_expiry, of_others_is_passed_over) {
  const auto tunnel = install();
  auto set_aside = reserve();
  const FakeState::SaKey theirs{kRemote, 0x77};
  state.infos[theirs] = state.infos.at({kRemote, 0x8000});
  state.infos[theirs].id.spi = htonl(0x77);
  state.expire(theirs, false);
  state.expire({kLocal, set_aside->spi().value}, true);
  state.infos[{kRemote, 0x8000}].id.proto = IPPROTO_AH;
  state.expire({kRemote, 0x8000}, true);
  state.expiries.push_back(base::Buffer(12));
  EXPECT_TRUE(kernel.take_events().empty());
}

TEST_F(xfrm_expiry, that_the_kernel_dropped_is_counted) {
  const auto tunnel = install();
  state.expire({kRemote, 0x8000}, false);
  state.dropped = true;
  EXPECT_EQ(kernel.take_events().size(), 1U) << "the rest counts";
  EXPECT_EQ(kernel.events_lost(), 1U);
  EXPECT_TRUE(kernel.take_events().empty());
  EXPECT_EQ(kernel.events_lost(), 1U);
}

TEST_F(xfrm_expiry, is_never_heard_of_without_events) {
  XfrmKernel deaf(random, config, std::make_unique<FakeKernel>(state));
  EXPECT_EQ(kernel.events_fd(), 4711);
  EXPECT_EQ(deaf.events_fd(), -1);
  EXPECT_TRUE(deaf.take_events().empty());
}

}  // namespace
}  // namespace latchkey::xfrm
