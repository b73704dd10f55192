// Liveness checks, NAT keep-alives and the end of what is not used: what follows from traffic, as the kernel counts it
// (RFC 7296 section 2.4, RFC 3948 section 4).

#include <gtest/gtest.h>

#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class liveness : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    bring_up(pair);
    sent = pair.client.sent.size() + pair.server.sent.size();
  }
  Host& asker() { return GetParam() ? pair.client : pair.server; }
  Host& other() { return GetParam() ? pair.server : pair.client; }
  std::size_t datagrams() { return pair.client.sent.size() + pair.server.sent.size() - sent; }
  // Traffic of `each` second, as the asker's kernel counts it.
  void carry(base::Duration duration, std::uint64_t in, std::uint64_t out) {
    for (const base::TimePoint end = pair.now + duration; pair.now < end; pair.run(seconds(1))) {
      asker().kernel.carry(in, out);
    }
  }

  Pair pair{patient_pair()};
  std::size_t sent = 0;
};

TEST_P(liveness, of_an_idle_tunnel_is_nobodys_business) {
  pair.run(hours(24));
  EXPECT_EQ(datagrams(), 0u);
}

TEST_P(liveness, is_not_asked_for_while_packets_come_in) {
  carry(minutes(10), 1, 10);
  EXPECT_EQ(datagrams(), 0u);
  carry(minutes(10), 1, 0);
  EXPECT_EQ(datagrams(), 0u);
}

TEST_P(liveness, is_asked_for_when_packets_go_out_and_none_come_in) {
  carry(seconds(61), 0, 1);
  EXPECT_EQ(datagrams(), 2u) << "a request and its answer";
  EXPECT_EQ(asker().count<api::Down>(), 0u);
  carry(seconds(120), 0, 1);
  EXPECT_GE(datagrams(), 6u) << "and again, as long as that goes on";
  EXPECT_LE(datagrams(), 10u);
  const std::size_t before = datagrams();
  pair.run(hours(1));
  EXPECT_LE(datagrams(), before + 2) << "what was sent before the answer is no reason to ask again";
}

TEST_P(liveness, is_asked_for_also_after_a_time_in_which_nothing_could_be_counted) {
  wear_out(pair, other());
  pair.run(seconds(1));
  asker().kernel.refuse_counters = true;
  pair.run(seconds(40));
  asker().kernel.refuse_counters = false;
  const std::size_t before = datagrams();
  asker().kernel.carry(0, 5);
  pair.run(minutes(2));
  EXPECT_EQ(datagrams(), before + 2) << "what went out long after the peer was heard";
}

TEST_P(liveness, that_is_not_shown_is_the_end) {
  pair.filter = [&](const Host& from, const api::Datagram&) { return &from != &other(); };
  carry(seconds(30), 0, 1);
  pair.run(minutes(3));
  ASSERT_NE(asker().last<api::Down>(), nullptr);
  EXPECT_EQ(asker().last<api::Down>()->reason, Reason::dead_peer);
  EXPECT_EQ(asker().kernel.live(), 0u);
  EXPECT_TRUE(asker().kernel.installed().front().guard_kept);
  EXPECT_EQ(asker().engine->ike_sas(), 0u);
}

TEST_P(liveness, is_shown_by_any_message_of_ike) {
  carry(seconds(20), 0, 1);
  wear_out(pair, other());
  pair.run(seconds(1));
  const std::size_t after = datagrams();
  carry(seconds(28), 0, 0);
  EXPECT_EQ(datagrams(), after);
}

TEST_P(liveness, is_watched_over_rekeyings_of_both_kinds) {
  PairConfig config = patient_pair();
  config.client.ike_lifetime = seconds(1000);
  Pair other_pair(config);
  bring_up(other_pair);
  other_pair.run(seconds(950));
  ASSERT_EQ(other_pair.client.steps("ike_sa_rekeyed"), 1u);
  wear_out(other_pair, other_pair.client);
  other_pair.run(seconds(1));
  Host& host = GetParam() ? other_pair.client : other_pair.server;
  const std::size_t before = host.sent.size();
  for (int i = 0; i < 70; ++i) {
    host.kernel.carry(0, 1);
    other_pair.run(seconds(1));
  }
  EXPECT_GT(host.sent.size(), before);
}

INSTANTIATE_TEST_SUITE_P(seen_by, liveness, ::testing::Bool(),
                         [](const auto& each) { return each.param ? std::string("client") : std::string("server"); });

TEST(liveness_check, is_never_made_if_it_is_switched_off) {
  PairConfig config = patient_pair();
  config.client.liveness = seconds(0);
  Pair pair(config);
  bring_up(pair);
  const std::size_t before = pair.client.sent.size();
  pair.client.kernel.carry(0, 5);
  pair.run(hours(1));
  EXPECT_EQ(pair.client.sent.size(), before);
}

class keep_alives : public ::testing::Test {
 protected:
  static PairConfig config() {
    PairConfig config = patient_pair();
    config.nat_address = "203.0.113.9";
    return config;
  }
  void SetUp() override { bring_up_with_lease(pair); }
  Pair pair{config()};
};

TEST_F(keep_alives, go_out_behind_a_nat_when_nothing_else_does) {
  pair.run(minutes(10));
  EXPECT_GE(pair.client.keepalives.size(), 25u);
  EXPECT_LE(pair.client.keepalives.size(), 31u);
  const auto& one = pair.client.keepalives.front().datagram;
  EXPECT_EQ(one.bytes, base::Buffer{0xff});
  EXPECT_TRUE(one.keepalive && one.path.nat_port);
  EXPECT_EQ(one.path.remote, (base::Endpoint{pair.server.address, 4500}));
  EXPECT_TRUE(pair.server.keepalives.empty()) << "who is not behind the NAT need not";
}

TEST_F(keep_alives, leave_no_gap_longer_than_half_as_much_again) {
  base::TimePoint last = pair.now;
  for (int i = 0; i < 100; ++i) {
    const std::size_t before = pair.client.keepalives.size();
    if (i % 7 == 0) pair.client.kernel.carry(0, 1), last = pair.now;
    pair.run(seconds(5));
    if (pair.client.keepalives.size() > before) last = pair.client.keepalives.back().at;
    EXPECT_LE(pair.now - last, seconds(35)) << i;
  }
}

TEST_F(keep_alives, are_spared_while_packets_go_out) {
  for (int i = 0; i < 120; ++i) {
    pair.client.kernel.carry(1, 1);
    pair.run(seconds(5));
  }
  EXPECT_TRUE(pair.client.keepalives.empty());
}

TEST_F(keep_alives, go_on_after_a_rekeying_of_the_ike_sa) {
  PairConfig rekeying = keep_alives::config();
  rekeying.server.ike_lifetime = seconds(100);
  Pair other(rekeying);
  bring_up_with_lease(other);
  other.run(minutes(10));
  ASSERT_GE(other.client.steps("ike_sa_rekeyed"), 5u);
  EXPECT_GE(other.client.keepalives.size(), 20u);
}

TEST(keep_alive, needs_a_nat) {
  Pair pair(patient_pair());
  bring_up(pair);
  pair.run(hours(1));
  EXPECT_TRUE(pair.client.keepalives.empty() && pair.server.keepalives.empty());
}

class idle : public ::testing::Test {
 protected:
  static PairConfig config() {
    PairConfig config = patient_pair();
    config.server.idle = minutes(10);
    config.client.idle = minutes(1);  // means nothing to who has begun
    return config;
  }
  void SetUp() override { bring_up(pair); }
  Pair pair{config()};
};

TEST_F(idle, sessions_of_a_responder_end) {
  pair.run(minutes(9));
  EXPECT_EQ(check_one_tunnel(pair), "");
  pair.run(minutes(2));
  EXPECT_EQ(pair.server.last<api::Down>()->reason, Reason::idle);
  EXPECT_EQ(pair.client.last<api::Down>()->reason, Reason::deleted_by_peer);
  EXPECT_EQ(check_nothing_left(pair), "");
}

TEST_F(idle, is_not_who_sends_or_receives) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    pair.server.kernel.carry(i % 2, 1 - i % 2);
    pair.run(minutes(8));
  }
  EXPECT_EQ(check_one_tunnel(pair), "");
  pair.run(minutes(21));
  EXPECT_EQ(pair.server.last<api::Down>()->reason, Reason::idle);
}

TEST_F(idle, is_not_what_the_kernel_can_not_count) {
  pair.run(minutes(5));
  pair.server.kernel.carry(1, 1);
  pair.server.kernel.refuse_counters = true;
  wear_out(pair, pair.client);  // and with the child its count goes
  pair.run(seconds(10));
  pair.server.kernel.refuse_counters = false;
  pair.run(minutes(9));
  EXPECT_EQ(check_one_tunnel(pair), "");
}

TEST_F(idle, is_not_who_can_not_be_looked_at) {
  pair.server.kernel.refuse_counters = true;
  pair.run(minutes(15));
  EXPECT_EQ(check_one_tunnel(pair), "");
  pair.server.kernel.refuse_counters = false;
  pair.run(minutes(11));
  EXPECT_EQ(pair.server.last<api::Down>()->reason, Reason::idle);
}

TEST_F(idle, is_not_ended_by_ike_alone) {
  for (int i = 0; i < 12 && pair.server.count<api::Down>() == 0; ++i) {
    wear_out(pair, pair.client);
    pair.run(minutes(1));
  }
  ASSERT_EQ(pair.server.count<api::Down>(), 1u);
  EXPECT_EQ(pair.server.last<api::Down>()->reason, Reason::idle);
}

}  // namespace
}  // namespace latchkey::sim
