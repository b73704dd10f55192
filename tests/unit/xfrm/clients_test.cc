// Children of a responder, and leased inner addresses.
#include "tests/unit/xfrm/kernel_fixture.h"

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;
using Tunnel = std::unique_ptr<api::KernelTunnel>;

const base::Address kLeased = *base::Address::parse("100.64.0.5");
const base::Address kAnotherLeased = *base::Address::parse("100.64.0.6");
const base::Address kLocal6 = *base::Address::parse("2001:db8::1");
const base::Address kRemote6 = *base::Address::parse("2001:db8::2");

struct xfrm_clients : KernelFixture {
  /// A client at kRemote, by the address that we have leased to it.
  Installed client(std::optional<base::Address> leased = {}, std::uint16_t port = 4500) {
    return install_as(kLocal, kRemote, [&](api::ChildSa& child) {
      child.guard = false;
      child.inner_remote = leased;
      child.remote_port = port;
    });
  }
  /// One whose peer is that of a tunnel of ours.
  Installed client_like(const Tunnel& tunnel) {
    return install_as(kLocal, kRemote, [&](api::ChildSa& child) {
      child.guard = false;
      child.reqid = tunnel->reqid();
    });
  }
};

TEST_F(xfrm_clients, have_policies_without_a_guard) {
  Tunnel tunnel = client().value();
  EXPECT_EQ(state.policies.size(), 3U);
  EXPECT_EQ(count(Action::block), 0U);
  EXPECT_FALSE(kernel.guarded(kRemote));
  EXPECT_EQ(kernel.guards(), 0U);
  EXPECT_FALSE(kernel.hold_guard(kRemote, kStart + 100s));
  tunnel.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_clients, leave_nothing_even_when_they_are_lost) {
  Tunnel tunnel = client(kLeased).value();
  tunnel->keep_guard();
  tunnel.reset();
  EXPECT_TRUE(empty());
  EXPECT_EQ(kernel.next_refresh(), base::kNever);
}

TEST_F(xfrm_clients, behind_one_address_are_told_apart_by_what_was_leased) {
  const Tunnel one = client(kLeased, 4500).value();
  Tunnel other = client(kAnotherLeased, 31337).value();
  EXPECT_NE(one->reqid(), other->reqid());
  EXPECT_EQ(state.policies.size(), 6U);
  const Template expected{api::Mode::tunnel, one->reqid(), kLocal, kRemote, base::Spi{0x8000}};
  EXPECT_EQ(esp(Direction::out, kLocal, kLeased), expected);
  const Template inward{api::Mode::tunnel, other->reqid(), kRemote, kLocal, {}};
  EXPECT_EQ(esp(Direction::in, kLocal, kAnotherLeased), inward);
  EXPECT_EQ(esp(Direction::fwd, kLocal, kAnotherLeased), inward);
  other.reset();
  EXPECT_EQ(state.policies.size(), 3U);
  EXPECT_EQ(sends_by(kLocal, kLeased), 0x8000U);
}

TEST_F(xfrm_clients, are_replaced_by_the_newest_that_has_the_same_address) {
  Tunnel one = client().value();
  Tunnel other = client().value();
  EXPECT_EQ(state.policies.size(), 3U);
  EXPECT_EQ(esp(Direction::in)->reqid, other->reqid());
  one.reset();
  EXPECT_EQ(esp(Direction::in)->reqid, other->reqid());
  other.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_clients, get_their_policies_back_when_the_newer_one_goes) {
  const Tunnel one = client().value();
  Tunnel other = client().value();
  other.reset();
  EXPECT_EQ(esp(Direction::in)->reqid, one->reqid());
  EXPECT_EQ(esp(Direction::out)->reqid, one->reqid());
}

TEST_F(xfrm_clients, never_take_the_place_of_a_tunnel_that_was_proven) {
  Tunnel proven = install().value();
  const auto policies = state.policies;
  const auto refused = client();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Errc::mismatch);
  EXPECT_EQ(kernel.last_error(), "no tunnel to 198.51.100.7: an address with a guard");
  EXPECT_EQ(state.policies, policies);
  EXPECT_EQ(state.sas.size(), 2U);
  proven->keep_guard();
  proven.reset();
  EXPECT_FALSE(client()) << "nor of one that was lost";
  kernel.release_guard(kRemote);
  EXPECT_TRUE(client());
}

// Two hosts that have each begun a tunnel to the other: the engine gives both one reqid.
TEST_F(xfrm_clients, stand_beside_the_tunnel_to_the_same_peer) {
  Tunnel proven = install().value();
  const auto policies = state.policies;
  Tunnel theirs = client_like(proven).value();
  EXPECT_EQ(theirs->reqid(), proven->reqid());
  EXPECT_EQ(state.policies, policies) << "packets come in by either, and go out by our own";
  EXPECT_EQ(state.sas.size(), 4U);
  theirs.reset();
  EXPECT_EQ(state.policies, policies);
  proven.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_clients, carry_on_behind_the_guard_of_a_lost_tunnel_to_the_same_peer) {
  Tunnel proven = install().value();
  Tunnel theirs = client_like(proven).value();
  EXPECT_EQ(sends_by(), 0x8000U);
  proven->keep_guard();
  proven.reset();
  EXPECT_TRUE(kernel.guarded(kRemote));
  EXPECT_EQ(sends_by(), 0x8001U);
  EXPECT_EQ(esp(Direction::in)->reqid, theirs->reqid());
  Tunnel again = install_as(kLocal, kRemote, [&](api::ChildSa& child) { child.reqid = theirs->reqid(); }).value();
  EXPECT_EQ(sends_by(), 0x8002U);
  EXPECT_TRUE(client_like(again)) << "a rekeying of theirs";
  EXPECT_EQ(sends_by(), 0x8002U);
  EXPECT_FALSE(client()) << "anybody else";
}

TEST_F(xfrm_clients, that_were_there_first_are_joined_by_the_tunnel_to_the_same_peer) {
  Tunnel theirs = client().value();
  Tunnel proven = install_as(kLocal, kRemote, [&](api::ChildSa& child) { child.reqid = theirs->reqid(); }).value();
  EXPECT_TRUE(kernel.guarded(kRemote));
  EXPECT_EQ(sends_by(), 0x8001U);
  EXPECT_EQ(esp(Direction::in)->reqid, theirs->reqid());
  proven.reset();
  EXPECT_FALSE(kernel.guarded(kRemote));
  EXPECT_EQ(sends_by(), 0x8000U);
}

TEST_F(xfrm_clients, give_way_to_a_tunnel_that_is_proven) {
  Tunnel one = client().value();
  Tunnel elsewhere = install_as(kOtherLocal, kRemote, [](api::ChildSa& child) { child.guard = false; }).value();
  Tunnel proven = install().value();
  EXPECT_EQ(state.policies.size(), 5U) << "another local address has no way past the guard either";
  EXPECT_EQ(esp(Direction::out)->reqid, proven->reqid());
  EXPECT_EQ(esp(Direction::out, kOtherLocal), std::nullopt);
  proven->keep_guard();
  proven.reset();
  EXPECT_EQ(state.policies.size(), 5U);
  kernel.release_guard(kRemote);
  EXPECT_EQ(state.policies.size(), 6U) << "they have their policies again";
  EXPECT_EQ(esp(Direction::out)->reqid, one->reqid());
  EXPECT_EQ(esp(Direction::out, kOtherLocal)->reqid, elsewhere->reqid());
  one.reset();
  elsewhere.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_clients, that_have_moved_are_still_sent_to_where_the_older_child_ends) {
  const base::Address moved = *base::Address::parse("203.0.113.9");
  Tunnel old = client(kLeased).value();
  const auto next = install_as(kLocal, moved, [&](api::ChildSa& child) {
    child.guard = false;
    child.inner_remote = kLeased;
    child.reqid = old->reqid();
    child.sending = false;
  });
  ASSERT_TRUE(next) << kernel.last_error();
  const Template before{api::Mode::tunnel, old->reqid(), kLocal, kRemote, base::Spi{0x8000}};
  const Template after{api::Mode::tunnel, old->reqid(), kLocal, moved, base::Spi{0x8001}};
  EXPECT_EQ(esp(Direction::out, kLocal, kLeased), before);
  EXPECT_EQ(esp(Direction::in, kLocal, kLeased)->source, moved);
  ASSERT_TRUE((*next)->start_sending());
  EXPECT_EQ(esp(Direction::out, kLocal, kLeased), after);
}

TEST_F(xfrm_clients, count_as_addresses) {
  config.max_addresses = 1;
  XfrmKernel small(random, config, std::make_unique<FakeKernel>(state));
  const auto install_here = [&](const base::Address& leased) {
    auto spi = small.allocate_spi(kLocal, kRemote).value();
    api::ChildSa wanted = child(spi->spi());
    wanted.guard = false;
    wanted.inner_remote = leased;
    return small.install(std::move(spi), wanted);
  };
  const auto one = install_here(kLeased);
  ASSERT_TRUE(one);
  EXPECT_EQ(install_here(kAnotherLeased).error().code, base::Errc::exhausted);
}

TEST_F(xfrm_clients, are_taken_away_after_a_crash_like_other_tunnels) {
  const auto lost = client(kLeased);
  ASSERT_TRUE(lost);
  XfrmKernel next(random, config, std::make_unique<FakeKernel>(state));
  const auto found = next.startup(kStart);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sas, 2U);
  EXPECT_EQ(found->policies, 3U);
}

TEST_F(xfrm_clients, of_ours_have_the_address_that_was_leased_to_us) {
  Tunnel tunnel = install_as(kLocal, kRemote, [](api::ChildSa& child) { child.inner_local = kLeased; }).value();
  EXPECT_EQ(state.policies.size(), 5U);
  EXPECT_EQ(count(Action::block), 2U);
  const Template expected{api::Mode::tunnel, tunnel->reqid(), kLocal, kRemote, base::Spi{0x8000}};
  EXPECT_EQ(esp(Direction::out, kLeased, kRemote), expected);
  EXPECT_EQ(esp(Direction::out, kLocal, kRemote), std::nullopt) << "the outer address is for ESP alone";
  EXPECT_TRUE(kernel.guarded(kRemote));
  tunnel.reset();
  EXPECT_TRUE(empty());
}

TEST_F(xfrm_clients, may_use_one_leased_address_with_two_servers) {
  const auto leased = [](api::ChildSa& child) { child.inner_local = kLeased; };
  const Tunnel one = install_as(kLocal, kRemote, leased).value();
  const Tunnel other = install_as(kLocal, *base::Address::parse("203.0.113.9"), leased).value();
  EXPECT_EQ(state.policies.size(), 10U);
  EXPECT_NE(one->reqid(), other->reqid());
}

TEST_F(xfrm_clients, may_have_inner_addresses_of_the_other_family) {
  const auto tunnel = install_as(kLocal6, kRemote6, [](api::ChildSa& child) {
    child.inner_local = kLeased;
    child.inner_remote = kRemote;
  });
  ASSERT_TRUE(tunnel) << kernel.last_error();
  for (const auto& [sa, larval] : state.sas) EXPECT_NE(state.infos.at(sa).flags & XFRM_STATE_AF_UNSPEC, 0);
  const Template expected{api::Mode::tunnel, (*tunnel)->reqid(), kLocal6, kRemote6, base::Spi{0x8000}};
  EXPECT_EQ(esp(Direction::out, kLeased, kRemote), expected);
}

TEST_F(xfrm_clients, are_refused_addresses_that_no_policy_can_say) {
  const auto families = install_as(kLocal, kRemote, [](api::ChildSa& child) { child.inner_remote = kRemote6; });
  EXPECT_EQ(families.error().code, base::Errc::malformed);
  const auto transport = install_as(kLocal, kRemote, [](api::ChildSa& child) {
    child.mode = api::Mode::transport;
    child.inner_remote = kLeased;
  });
  EXPECT_EQ(transport.error().code, base::Errc::malformed);
  EXPECT_TRUE(empty());
}

}  // namespace
}  // namespace latchkey::xfrm
