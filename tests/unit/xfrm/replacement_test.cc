// A child takes another's place: both are there for a while, under one reqid.
#include <cerrno>

#include "tests/unit/xfrm/kernel_fixture.h"

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;
using Tunnel = std::unique_ptr<api::KernelTunnel>;

struct xfrm_replacement : KernelFixture {
  /// A child in the place of `old`.
  Installed replace(const Tunnel& old, bool sending = true) {
    return install_as(kLocal, kRemote, [&](api::ChildSa& child) {
      child.reqid = old->reqid();
      child.sending = sending;
    });
  }
  std::vector<std::uint32_t> reqids() const {
    std::vector<std::uint32_t> out;
    for (const auto& [sa, larval] : state.sas) out.push_back(state.infos.at(sa).reqid);
    return out;
  }
};

constexpr std::uint32_t kFirst = 0x8000, kSecond = 0x8001, kThird = 0x8002;

TEST_F(xfrm_replacement, keeps_the_reqid_and_moves_only_the_way_out) {
  const Tunnel old = install().value();
  EXPECT_EQ(sends_by(), kFirst);
  const Policy inward = state.policies.at({Direction::in, {kRemote, 32, kLocal, 32, 0, {}, {}}});
  state.types.clear();
  const auto next = replace(old);
  ASSERT_TRUE(next) << kernel.last_error();
  const std::vector<std::uint16_t> expected{XFRM_MSG_ALLOCSPI, XFRM_MSG_UPDSA, XFRM_MSG_NEWSA, XFRM_MSG_UPDPOLICY};
  EXPECT_EQ(state.types, expected);
  EXPECT_EQ((*next)->reqid(), old->reqid());
  EXPECT_EQ(reqids(), std::vector<std::uint32_t>(4, old->reqid().value));
  EXPECT_EQ(sends_by(), kSecond);
  EXPECT_EQ(state.policies.at(inward.key), inward) << "packets come in by either";
  EXPECT_EQ(kernel.tunnels(), 2U);
  EXPECT_EQ(kernel.guards(), 1U);
}

TEST_F(xfrm_replacement, touches_no_policy_when_the_predecessor_goes) {
  Tunnel old = install().value();
  Tunnel next = replace(old).value();
  const auto policies = state.policies;
  state.types.clear();
  old.reset();
  EXPECT_EQ(state.types, std::vector<std::uint16_t>(2, XFRM_MSG_DELSA));
  EXPECT_EQ(state.policies, policies);
  EXPECT_EQ(state.sas.size(), 2U);
  next.reset();
  EXPECT_TRUE(empty());
  EXPECT_EQ(kernel.tunnels(), 0U);
}

TEST_F(xfrm_replacement, gives_the_policies_back_when_the_newer_one_goes_first) {
  Tunnel old = install().value();
  const auto policies = state.policies;
  Tunnel next = replace(old).value();
  state.types.clear();
  next.reset();
  const std::vector<std::uint16_t> expected{XFRM_MSG_UPDPOLICY, XFRM_MSG_DELSA, XFRM_MSG_DELSA};
  EXPECT_EQ(state.types, expected) << "the way out is turned first, or packets would be lost";
  EXPECT_EQ(state.policies, policies);
  EXPECT_EQ(state.sas.size(), 2U);
  old.reset();
  EXPECT_TRUE(empty());
}

// The predecessor still waits for its DELETE to be answered.
TEST_F(xfrm_replacement, leaves_nothing_when_the_guard_is_released_before_the_last_one_goes) {
  Tunnel old = install().value();
  Tunnel next = replace(old).value();
  old->keep_guard();
  next.reset();
  kernel.release_guard(kRemote);
  old.reset();
  EXPECT_TRUE(empty());
  EXPECT_EQ(kernel.guards(), 0U);
}

TEST_F(xfrm_replacement, leaves_a_guard_with_the_last_one_whatever_the_order) {
  for (const bool newest_first : {false, true}) {
    Tunnel old = install().value();
    Tunnel next = replace(old).value();
    old->keep_guard();
    next->keep_guard();
    (newest_first ? next : old).reset();
    EXPECT_EQ(state.sas.size(), 2U);
    (newest_first ? old : next).reset();
    EXPECT_TRUE(state.sas.empty());
    EXPECT_EQ(state.policies.size(), 5U);
    EXPECT_TRUE(kernel.guarded(kRemote));
    kernel.release_guard(kRemote);
    EXPECT_TRUE(empty());
  }
}

TEST_F(xfrm_replacement, keeps_no_guard_for_a_predecessor_that_was_lost) {
  Tunnel old = install().value();
  Tunnel next = replace(old).value();
  old->keep_guard();
  old.reset();
  next.reset();
  EXPECT_TRUE(empty()) << "its successor ended as it should";
}

TEST_F(xfrm_replacement, sends_by_the_predecessor_until_told) {
  Tunnel old = install().value();
  const auto policies = state.policies;
  Tunnel next = replace(old, false).value();
  EXPECT_EQ(state.policies, policies);
  EXPECT_EQ(state.sas.size(), 4U) << "packets may come in already";
  ASSERT_TRUE(next->start_sending());
  EXPECT_EQ(sends_by(), kSecond);
  state.types.clear();
  ASSERT_TRUE(next->start_sending());
  ASSERT_TRUE(old->start_sending());
  EXPECT_TRUE(state.types.empty());
}

TEST_F(xfrm_replacement, sends_by_the_new_one_at_the_latest_when_the_predecessor_goes) {
  Tunnel old = install().value();
  Tunnel next = replace(old, false).value();
  state.types.clear();
  old.reset();
  const std::vector<std::uint16_t> expected{XFRM_MSG_UPDPOLICY, XFRM_MSG_DELSA, XFRM_MSG_DELSA};
  EXPECT_EQ(state.types, expected);
  EXPECT_EQ(sends_by(), kSecond);
}

TEST_F(xfrm_replacement, sends_by_the_oldest_of_a_row_that_all_wait) {
  Tunnel first = install().value();
  Tunnel second = replace(first, false).value();
  Tunnel third = replace(first, false).value();
  EXPECT_EQ(sends_by(), kFirst);
  first.reset();
  EXPECT_EQ(sends_by(), kSecond);
  ASSERT_TRUE(third->start_sending());
  EXPECT_EQ(sends_by(), kThird);
  third.reset();
  EXPECT_EQ(sends_by(), kSecond);
}

TEST_F(xfrm_replacement, says_when_the_kernel_will_not_send) {
  const Tunnel old = install().value();
  const Tunnel next = replace(old, false).value();
  state.refusals[XFRM_MSG_UPDPOLICY] = {ENOMEM, "Cannot allocate memory"};
  const auto told = next->start_sending();
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, base::Errc::kernel);
  EXPECT_EQ(kernel.last_error(), "cannot send by the new outbound SA: Cannot allocate memory");
}

TEST_F(xfrm_replacement, leaves_the_predecessor_alone_when_the_kernel_refuses) {
  for (const std::uint16_t type : {XFRM_MSG_UPDSA, XFRM_MSG_NEWSA, XFRM_MSG_UPDPOLICY}) {
    Tunnel old = install().value();
    const auto policies = state.policies;
    const auto sas = state.sas;
    state.refusals[type] = {EINVAL, "no"};
    EXPECT_FALSE(replace(old));
    EXPECT_EQ(state.policies, policies);
    EXPECT_EQ(state.sas, sas);
    old.reset();
    EXPECT_TRUE(empty());
  }
}

TEST_F(xfrm_replacement, replaces_nothing_that_is_not_there) {
  Tunnel other = install(kOtherLocal).value();
  const base::ReqId theirs = other->reqid();
  const auto as_replacement = [&](base::ReqId reqid) {
    return install_as(kLocal, kRemote, [&](api::ChildSa& child) { child.reqid = reqid; });
  };
  EXPECT_EQ(as_replacement(theirs).error().code, base::Errc::mismatch) << "another host's";
  EXPECT_EQ(as_replacement(base::ReqId{7}).error().code, base::Errc::mismatch) << "not of our making";
  Tunnel gone = install().value();
  const base::ReqId old = gone->reqid();
  gone->keep_guard();
  gone.reset();
  EXPECT_EQ(as_replacement(old).error().code, base::Errc::mismatch) << "a tunnel that was lost";
}

TEST_F(xfrm_replacement, never_hands_a_shared_reqid_out_while_one_has_it) {
  struct Repeating final : api::Random {
    void fill(base::MutableBytes out) override {
      for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(draws / 3);  // each draw comes three times
      ++draws;
    }
    int draws = 0;
  } repeating;
  XfrmKernel small(repeating, config, std::make_unique<FakeKernel>(state));
  const auto install_here = [&](std::optional<base::ReqId> reqid) {
    auto spi = small.allocate_spi(kLocal, kRemote).value();
    api::ChildSa wanted = child(spi->spi());
    wanted.reqid = reqid;
    return small.install(std::move(spi), wanted).value();
  };
  Tunnel old = install_here({});
  Tunnel next = install_here(old->reqid());
  const base::ReqId shared = next->reqid();
  old.reset();
  Tunnel fresh = install_here({});
  EXPECT_NE(fresh->reqid(), shared);
}

TEST_F(xfrm_replacement, refreshes_what_stands) {
  ASSERT_TRUE(kernel.startup(kStart));
  const Tunnel old = install().value();
  const Tunnel next = replace(old, false).value();
  state.types.clear();
  ASSERT_TRUE(kernel.refresh(kStart + 40s));
  EXPECT_EQ(std::ranges::count(state.types, XFRM_MSG_UPDPOLICY), 5);
  EXPECT_EQ(sends_by(), kFirst);
  ASSERT_TRUE(next->start_sending());
  ASSERT_TRUE(kernel.refresh(kStart + 80s));
  EXPECT_EQ(sends_by(), kSecond);
}

TEST_F(xfrm_replacement, bounds_tunnels) {
  config.max_tunnels = 2;
  XfrmKernel small(random, config, std::make_unique<FakeKernel>(state));
  const auto install_here = [&] {
    auto spi = small.allocate_spi(kLocal, kRemote).value();
    const base::Spi in = spi->spi();
    return small.install(std::move(spi), child(in));
  };
  const auto one = install_here(), two = install_here();
  ASSERT_TRUE(one && two);
  EXPECT_EQ(install_here().error().code, base::Errc::exhausted);
  EXPECT_EQ(state.sas.size(), 4U);
}

TEST_F(xfrm_replacement, shuts_down_with_both_alive) {
  Tunnel old = install().value();
  Tunnel next = replace(old).value();
  kernel.shutdown(kStart);
  EXPECT_TRUE(empty());
  EXPECT_TRUE(next->start_sending());
}

}  // namespace
}  // namespace latchkey::xfrm
