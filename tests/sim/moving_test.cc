// A client whose NAT gives it another address or port in the middle of it (RFC 7296 section 2.23).

#include <gtest/gtest.h>

#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using std::chrono::seconds;

// All that differs between the two kernels.
constexpr std::string_view kBehindNat = "addresses";
const base::Address kMoved = *base::Address::parse("203.0.113.45");

class moving : public ::testing::Test {
 protected:
  static PairConfig config() {
    PairConfig config = patient_pair();
    config.nat_address = "203.0.113.9";
    return config;
  }
  void SetUp() override { bring_up_with_lease(pair); }
  void move() {
    pair.config.nat_address = kMoved.to_string();
    pair.config.nat_port = 50000;
  }
  Pair pair{config()};
};

TEST_F(moving, is_followed_by_the_next_requests_and_children_of_the_server) {
  move();
  wear_out(pair, pair.client);
  pair.run(seconds(5));
  EXPECT_EQ(check_one_tunnel(pair), kBehindNat);
  EXPECT_EQ(pair.server.kernel.installed().back().child.remote, kMoved);
  EXPECT_EQ(pair.server.kernel.installed().back().child.remote_port, 50001);
  wear_out(pair, pair.server);
  EXPECT_EQ(pair.server.sent.back().path.remote, (base::Endpoint{kMoved, 50001}));
  pair.run(seconds(5));
  EXPECT_EQ(check_one_tunnel(pair), kBehindNat);
}

TEST_F(moving, is_not_believed_of_a_copy_of_an_old_message) {
  const auto last = pair.client.sent.back();
  pair.inject(pair.server, {{last.path.remote, {kMoved, 50001}, last.path.nat_port}, last.bytes});
  pair.run(seconds(5));
  EXPECT_EQ(pair.server.steps("peer_moved"), 0u);
  EXPECT_EQ(pair.server.kernel.installed().back().child.remote, base::Address::parse("203.0.113.9"));
}

TEST_F(moving, an_ike_sa_that_is_rekeyed_knows_the_new_place) {
  PairConfig config = moving::config();
  config.client.ike_lifetime = seconds(1000);
  Pair other(config);
  bring_up_with_lease(other);
  other.config.nat_address = kMoved.to_string();
  other.config.nat_port = 50000;
  other.run(seconds(960));
  EXPECT_EQ(check_one_tunnel(other), kBehindNat);
  EXPECT_EQ(other.server.kernel.installed().back().child.remote, kMoved) << "the child has been replaced at once";
  EXPECT_EQ(other.server.last<api::Rekeyed>()->session, other.server.last<api::Established>()->session);
}

}  // namespace
}  // namespace latchkey::sim
