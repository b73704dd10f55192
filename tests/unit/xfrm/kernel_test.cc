#include "xfrm/kernel.h"

#include <arpa/inet.h>

#include <cerrno>

#include "tests/unit/xfrm/kernel_fixture.h"

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;

using xfrm_kernel = KernelFixture;

TEST_F(xfrm_kernel, gives_an_unused_spi_back) {
  auto spi = reserve();
  EXPECT_EQ(state.sas.size(), 1U);
  spi.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, installs_a_tunnel_in_one_batch_with_the_guard_last) {
  const auto tunnel = install();
  ASSERT_TRUE(tunnel);
  const std::vector<std::uint16_t> expected{XFRM_MSG_ALLOCSPI,  XFRM_MSG_UPDSA,     XFRM_MSG_NEWSA,
                                            XFRM_MSG_NEWPOLICY, XFRM_MSG_NEWPOLICY, XFRM_MSG_NEWPOLICY,
                                            XFRM_MSG_NEWPOLICY, XFRM_MSG_NEWPOLICY};
  EXPECT_EQ(state.types, expected);
  EXPECT_EQ(state.batches, std::vector<std::size_t>{7});
  EXPECT_EQ(state.sas.size(), 2U);
  EXPECT_EQ(count(Action::allow), 3U);
  EXPECT_EQ(count(Action::block), 2U);
  EXPECT_TRUE(is_ours((*tunnel)->reqid()));
}

TEST_F(xfrm_kernel, gives_everything_of_ours_a_hard_expiry) {
  const auto tunnel = install();
  for (const auto& [key, policy] : state.policies) EXPECT_EQ(policy.expiry, config.policy_expiry);
}

TEST_F(xfrm_kernel, takes_everything_away_with_the_handle) {
  auto tunnel = install();
  tunnel->reset();
  EXPECT_TRUE(empty());
  EXPECT_EQ(kernel.guards(), 0U);
}

struct RefusalCase {
  std::uint16_t type;
  const char* part;
};

TEST_F(xfrm_kernel, leaves_nothing_of_a_tunnel_that_the_kernel_refuses) {
  for (const RefusalCase& each :
       {RefusalCase{XFRM_MSG_UPDSA, "the inbound SA"}, RefusalCase{XFRM_MSG_NEWSA, "the outbound SA"},
        RefusalCase{XFRM_MSG_NEWPOLICY, "the inbound policy"}}) {
    state.refusals[each.type] = {EINVAL, "Requested COMP algorithm not found"};
    const auto tunnel = install();
    ASSERT_FALSE(tunnel);
    EXPECT_EQ(tunnel.error().code, base::Errc::kernel);
    EXPECT_NE(kernel.last_error().find(each.part), std::string::npos) << kernel.last_error();
    EXPECT_NE(kernel.last_error().find("Requested COMP algorithm not found"), std::string::npos);
    EXPECT_TRUE(empty());
    EXPECT_EQ(kernel.guards(), 0U);
  }
}

TEST_F(xfrm_kernel, makes_the_inbound_sa_anew_when_its_larval_sa_has_expired) {
  auto spi = reserve();
  const base::Spi in = spi->spi();
  state.sas.clear();
  const auto tunnel = kernel.install(std::move(spi), child(in));
  EXPECT_TRUE(tunnel) << kernel.last_error();
  EXPECT_EQ(state.sas.size(), 2U);
  EXPECT_EQ(state.policies.size(), 5U);
}

TEST_F(xfrm_kernel, refuses_an_spi_that_was_set_aside_for_others) {
  auto spi = reserve();
  const base::Spi in = spi->spi();
  EXPECT_FALSE(kernel.install(std::move(spi), child(in, kOtherLocal)));
  EXPECT_FALSE(kernel.install(nullptr, child(in)));
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, never_replaces_a_policy_of_somebody_else) {
  Policy theirs = tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, base::ReqId{7}), 0s)[2];
  state.policies[theirs.key] = theirs;
  EXPECT_FALSE(install());
  EXPECT_NE(kernel.last_error().find("the outbound policy 192.0.2.1/32 -> 198.51.100.7/32"), std::string::npos);
  EXPECT_EQ(state.policies.size(), 1U);
  EXPECT_EQ(state.policies[theirs.key], theirs);
}

TEST_F(xfrm_kernel, keeps_policies_and_guard_of_a_lost_tunnel) {
  auto tunnel = install();
  (*tunnel)->keep_guard();
  tunnel->reset();
  EXPECT_TRUE(state.sas.empty());
  EXPECT_EQ(state.policies.size(), 5U);
  EXPECT_TRUE(kernel.guarded(kRemote));
  kernel.release_guard(kRemote);
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, holds_a_guard_until_its_time) {
  ASSERT_TRUE(kernel.startup(kStart));
  auto tunnel = install();
  ASSERT_TRUE(kernel.hold_guard(kRemote, kStart + 100s));
  tunnel->reset();
  EXPECT_EQ(state.policies.size(), 5U);
  ASSERT_TRUE(kernel.refresh(kStart + 99s));
  EXPECT_EQ(state.policies.size(), 5U);
  EXPECT_EQ(kernel.next_refresh(), kStart + 100s);
  ASSERT_TRUE(kernel.refresh(kStart + 100s));
  EXPECT_TRUE(empty());
  EXPECT_EQ(kernel.next_refresh(), base::kNever);
  EXPECT_FALSE(kernel.hold_guard(kRemote, kStart + 100s));
}

TEST_F(xfrm_kernel, ends_a_guard_that_nobody_releases) {
  ASSERT_TRUE(kernel.startup(kStart));
  auto tunnel = install();
  (*tunnel)->keep_guard();
  tunnel->reset();
  for (auto now = kStart; now <= kStart + config.guard_after_loss; now += 20s) ASSERT_TRUE(kernel.refresh(now));
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, replaces_the_policies_when_a_second_tunnel_comes_up) {
  auto first = install();
  state.types.clear();
  auto second = install();
  ASSERT_TRUE(second) << kernel.last_error();
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_NEWPOLICY), 0);
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_DELPOLICY), 0);
  EXPECT_NE((*first)->reqid(), (*second)->reqid());
  first->reset();
  EXPECT_EQ(state.sas.size(), 2U);
  EXPECT_EQ(state.policies.size(), 5U);
  for (const auto& [key, policy] : state.policies) {
    if (policy.esp) {
      EXPECT_EQ(policy.esp->reqid, (*second)->reqid());
    }
  }
  second->reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, puts_the_old_policies_back_when_the_second_tunnel_is_refused) {
  const auto first = install();
  const auto before = state.policies;
  state.refusals[XFRM_MSG_NEWSA] = {EEXIST, "File exists"};
  EXPECT_FALSE(install());
  EXPECT_EQ(state.policies, before);
  EXPECT_EQ(state.sas.size(), 2U);
}

TEST_F(xfrm_kernel, keeps_the_guard_while_another_local_address_has_a_tunnel) {
  auto first = install();
  auto second = install(kOtherLocal);
  ASSERT_TRUE(second);
  EXPECT_EQ(state.policies.size(), 8U);
  first->reset();
  EXPECT_EQ(state.policies.size(), 5U);
  EXPECT_EQ(count(Action::block), 2U);
  second->reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, puts_off_the_expiry_of_what_is_due) {
  ASSERT_TRUE(kernel.startup(kStart));
  EXPECT_EQ(kernel.next_refresh(), base::kNever);
  const auto tunnel = install();
  EXPECT_EQ(kernel.next_refresh(), kStart + config.refresh_every);
  state.types.clear();
  ASSERT_TRUE(kernel.refresh(kStart + 39s));
  EXPECT_TRUE(state.types.empty());
  ASSERT_TRUE(kernel.refresh(kStart + 40s));
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_UPDPOLICY), 5);
  EXPECT_EQ(kernel.next_refresh(), kStart + 80s);
}

TEST_F(xfrm_kernel, refreshes_many_tunnels_in_bounded_steps) {
  ASSERT_TRUE(kernel.startup(kStart));
  std::vector<std::unique_ptr<api::KernelTunnel>> tunnels;
  for (std::uint8_t i = 0; i < 100; ++i) {
    const std::uint8_t octets[] = {198, 51, 100, i};
    tunnels.push_back(install(kLocal, *base::Address::from_bytes(octets)).value());
  }
  state.batches.clear();
  int calls = 0;
  for (; kernel.next_refresh() <= kStart + 40s && calls < 100; ++calls) ASSERT_TRUE(kernel.refresh(kStart + 40s));
  EXPECT_GT(calls, 10);
  EXPECT_EQ(kernel.next_refresh(), kStart + 80s);
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_UPDPOLICY), 500);
  for (const std::size_t size : state.batches) EXPECT_LE(size, 64U);
}

TEST_F(xfrm_kernel, deletes_stale_sas_and_lets_stale_policies_block) {
  const auto lost = install();  // as if the process had died: the handle does nothing before the end
  ASSERT_TRUE(lost);
  Policy foreign = tunnel_policies(demand(kOtherLocal, kRemote, api::Mode::tunnel, base::ReqId{7}), 120s)[2];
  state.policies[foreign.key] = foreign;
  const FakeState::SaKey theirs{kRemote, 0x77};
  state.sas[theirs] = false;
  state.infos[theirs] = state.infos.at({kRemote, 0x8000});
  state.infos[theirs].id.spi = htonl(0x77);
  state.infos[theirs].reqid = 7;
  XfrmKernel next(random, config, std::make_unique<FakeKernel>(state));
  const auto found = next.startup(kStart);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sas, 2U);
  EXPECT_EQ(found->policies, 5U);
  EXPECT_EQ(state.sas.size(), 1U);
  EXPECT_EQ(state.policies.size(), 6U);
  EXPECT_EQ(next.shutdown(kStart), 0U);
  EXPECT_EQ(state.policies.size(), 6U) << "what an earlier life left goes on blocking, too";
  EXPECT_TRUE(state.policies.contains(foreign.key));
  EXPECT_TRUE(state.sas.contains(theirs));
}

TEST_F(xfrm_kernel, takes_over_stale_policies_for_a_new_tunnel) {
  const auto lost = install();
  ASSERT_TRUE(lost);
  XfrmKernel next(random, config, std::make_unique<FakeKernel>(state));
  ASSERT_TRUE(next.startup(kStart));
  const auto stale = state.policies;
  auto spi = next.allocate_spi(kLocal, kRemote).value();
  base::Spi in = spi->spi();
  state.refusals[XFRM_MSG_UPDSA] = {EINVAL, "no"};
  EXPECT_FALSE(next.install(std::move(spi), child(in)));
  EXPECT_EQ(state.policies, stale);
  spi = next.allocate_spi(kLocal, kRemote).value();
  in = spi->spi();
  auto tunnel = next.install(std::move(spi), child(in));
  ASSERT_TRUE(tunnel) << next.last_error();
  tunnel->reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, exempts_dns_and_neighbour_discovery_and_refreshes_that) {
  XfrmKernel full(random, {}, std::make_unique<FakeKernel>(state));
  ASSERT_TRUE(full.startup(kStart));
  EXPECT_EQ(state.policies.size(), 16U);
  EXPECT_EQ(full.next_refresh(), kStart + 40s);
  state.types.clear();
  ASSERT_TRUE(full.refresh(kStart + 40s));
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_UPDPOLICY), 16);
  full.shutdown(kStart);
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_kernel, leaves_an_exemption_alone_that_somebody_else_has_made) {
  Policy theirs = dns_exemptions(base::Family::ipv4, 0s).front();
  theirs.priority = 5;
  state.policies[theirs.key] = theirs;
  XfrmKernel full(random, {}, std::make_unique<FakeKernel>(state));
  ASSERT_TRUE(full.startup(kStart));
  EXPECT_EQ(state.policies[theirs.key], theirs);
  full.shutdown(kStart);
  EXPECT_EQ(state.policies.size(), 1U);
}

TEST_F(xfrm_kernel, bounds_spis_and_addresses) {
  config.max_reserved = 2;
  config.max_addresses = 1;
  XfrmKernel small(random, config, std::make_unique<FakeKernel>(state));
  auto one = small.allocate_spi(kLocal, kRemote).value();
  auto two = small.allocate_spi(kLocal, kOtherLocal).value();
  EXPECT_EQ(small.allocate_spi(kLocal, kRemote).error().code, base::Errc::exhausted);
  const base::Spi first = one->spi(), second = two->spi();
  const auto tunnel = small.install(std::move(one), child(first));
  ASSERT_TRUE(tunnel) << small.last_error();
  const auto refused = small.install(std::move(two), child(second, kLocal, kOtherLocal));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Errc::exhausted);
  EXPECT_EQ(state.sas.size(), 2U);
  EXPECT_TRUE(small.allocate_spi(kLocal, kRemote));
}

TEST_F(xfrm_kernel, shuts_down_with_live_tunnels) {
  auto tunnel = install();
  kernel.shutdown(kStart);
  EXPECT_TRUE(empty());
  EXPECT_EQ((*tunnel)->counters().error().code, base::Errc::not_found);
  tunnel->reset();
  EXPECT_TRUE(empty());
}

// Whoever was given an address uses it for its TTL, also when we are stopped or started anew.
TEST_F(xfrm_kernel, leaves_what_is_held_to_block_when_it_ends) {
  XfrmKernel full(random, {}, std::make_unique<FakeKernel>(state));
  ASSERT_TRUE(full.startup(kStart));
  const std::size_t exemptions = state.policies.size();
  std::vector<std::unique_ptr<api::KernelTunnel>> tunnels;
  for (const base::Address& remote : {kRemote, *base::Address::parse("198.51.100.8")}) {
    auto spi = full.allocate_spi(kLocal, remote).value();
    const base::Spi in = spi->spi();
    tunnels.push_back(full.install(std::move(spi), child(in, kLocal, remote)).value());
    ASSERT_TRUE(full.hold_guard(remote, kStart + (remote == kRemote ? 60s : 30s)));
  }
  tunnels.clear();
  EXPECT_EQ(full.shutdown(kStart + 30s), 1U);
  EXPECT_TRUE(state.sas.empty());
  EXPECT_EQ(state.policies.size(), exemptions + 5) << "and DNS stays exempt from them";
  XfrmKernel next(random, {}, std::make_unique<FakeKernel>(state));
  EXPECT_EQ(next.startup(kStart)->policies, 5U);
}

TEST_F(xfrm_kernel, says_which_capability_is_missing) {
  state.refusals[XFRM_MSG_NEWSA] = {EPERM, "Operation not permitted"};
  EXPECT_FALSE(kernel.check());
  EXPECT_NE(kernel.last_error().find("CAP_NET_ADMIN"), std::string::npos);
  state.refusals[XFRM_MSG_NEWSA] = {EPROTONOSUPPORT, "Requested type not found"};
  EXPECT_FALSE(kernel.check());
  EXPECT_NE(kernel.last_error().find("Requested type not found"), std::string::npos);
  EXPECT_TRUE(kernel.check());
  EXPECT_TRUE(empty());
}

}  // namespace
}  // namespace latchkey::xfrm
