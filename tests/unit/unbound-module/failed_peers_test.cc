#include "unbound-module/failed_peers.h"

#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;

PeerId peer(std::uint8_t last) {
  return {*base::Address::from_bytes(std::array<std::uint8_t, 4>{8, 8, 8, last}), {}, false};
}

TEST(failed_peers, double_from_5_s_to_5_min) {
  FailedPeers failed(5s, 300s, 10);
  base::TimePoint now{1h};
  for (const auto wait : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    failed.remember(peer(1), "timeout", now);
    ASSERT_NE(failed.find(peer(1), now), nullptr);
    EXPECT_EQ(failed.find(peer(1), now)->until - now, wait);
    now += wait;
    EXPECT_EQ(failed.find(peer(1), now), nullptr);
  }
}

TEST(failed_peers, begin_anew_after_a_long_quiet_time_or_a_success) {
  FailedPeers failed(5s, 300s, 10);
  base::TimePoint now{1h};
  failed.remember(peer(1), "timeout", now);
  now += 400s;
  failed.remember(peer(1), "timeout", now);
  EXPECT_EQ(failed.find(peer(1), now)->times, 1U);
  failed.forget(peer(1));
  EXPECT_EQ(failed.find(peer(1), now), nullptr);
}

TEST(failed_peers, give_up_the_one_that_ends_soonest_when_full) {
  FailedPeers failed(5s, 300s, 2);
  const base::TimePoint now{1h};
  failed.remember(peer(1), "timeout", now);
  failed.remember(peer(2), "timeout", now + 1s);
  failed.remember(peer(3), "timeout", now + 2s);
  EXPECT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed.find(peer(1), now + 2s), nullptr);
  EXPECT_NE(failed.find(peer(3), now + 2s), nullptr);
}

TEST(failed_peers, know_a_key_set_whatever_its_order) {
  const api::DnsKey a{2, {1}}, b{3, {2}};
  EXPECT_EQ(KeySet({a, b}), KeySet({b, a, b}));
  EXPECT_EQ(KeySet({a, b}).size(), KeySet({b, a, b}).size());
  EXPECT_NE(KeySet(std::vector{a}), KeySet({a, b}));
  using Keys = std::vector<api::DnsKey>;
  EXPECT_NE(KeySet(Keys{{2, {1}}}), KeySet(Keys{{3, {1}}}));
  EXPECT_TRUE(KeySet({a, b}).holds(digest_of(b)));
  EXPECT_FALSE(KeySet(std::vector{a}).holds(digest_of(b)));
}

TEST(failed_peers, know_a_key_set_by_what_is_tried_whatever_stands_beside_it) {
  const api::DnsKey a{2, {1}}, b{3, {2}};
  using Keys = std::vector<api::DnsKey>;
  const KeySet alone(Keys{a}), with_b(Keys{a}, {}, {b, a, b});
  EXPECT_EQ(alone, with_b);
  EXPECT_EQ(with_b.size(), 2U);
  EXPECT_TRUE(with_b.holds(digest_of(b)));
  EXPECT_FALSE(with_b.tries(digest_of(b)));
  EXPECT_TRUE(with_b.holds_all(KeySet({a, b})));
  EXPECT_TRUE(alone.holds_all(with_b)) << "b is not tried";
}

TEST(failed_peers, cost_the_same_whatever_their_keys_and_reason) {
  static_assert(sizeof(PeerId) <= 64);
  FailedPeers failed(5s, 300s, 10);
  failed.remember(peer(1), std::string(10000, 'x'), base::TimePoint{1h});
  EXPECT_EQ(failed.find(peer(1), base::TimePoint{1h})->reason.size(), kMostReason);
}

}  // namespace
}  // namespace latchkey::unbound
