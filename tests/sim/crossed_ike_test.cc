// Two rekeyings of one IKE SA that cross, against an implementation that chooses its nonces: the lowest of four decides
// which new IKE SA goes (RFC 7296 section 2.8.2), and who deletes what.

#include <gtest/gtest.h>

#include "tests/sim/creations.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

WorldConfig short_lived() {
  WorldConfig config = quiet();
  config.engine.ike_lifetime = seconds(100);
  return config;
}

class crossed_ike : public Creations {
 protected:
  crossed_ike() : Creations(short_lived()) {}
  /// The engine's request is under way when the responder's arrives; then comes the answer to the engine's.
  void cross(std::uint8_t request_nonce, std::uint8_t reply_nonce) {
    world.responder.behaviour().nonce = [=] { return base::Buffer(32, request_nonce); };
    const auto request = world.responder.send_create_child(support::Create::rekey_ike);
    world.responder.behaviour().nonce = [=] { return base::Buffer(32, reply_nonce); };
    const std::size_t before = world.sent.size();
    while (world.sent.size() == before && world.elapsed() < seconds(100)) world.run(milliseconds(1));
    ASSERT_GT(world.sent.size(), before) << "the engine does not rekey";
    world.inject(request);
    world.run(milliseconds(200));
    ASSERT_EQ(world.responder.sas().size(), 3u);
  }
  /// The new IKE SA that the engine has made, or the responder.
  support::ResponderSa& made_by(bool responder) {
    const auto& all = world.responder.sas();
    return *(all[1]->initiator == responder ? all[1] : all[2]);
  }
  void expect_one_session() {
    EXPECT_EQ(world.count<api::Down>(), 0u);
    EXPECT_EQ(world.kernel.live(), 1u);
    EXPECT_EQ(world.engine.sessions(), 1u);
  }
};

TEST_F(crossed_ike, closes_its_own_ike_sa_if_the_lowest_nonce_is_in_its_exchange) {
  cross(0xff, 0x00);
  EXPECT_TRUE(made_by(false).deleted);
  EXPECT_FALSE(made_by(true).deleted);
  EXPECT_FALSE(first_sa().deleted) << "who has made the one that stays deletes the old one";
  delete_ike(first_sa());
  world.run(seconds(60));
  expect_one_session();
  EXPECT_EQ(world.engine.ike_sas(), 1u);
}

TEST_F(crossed_ike, deletes_the_old_ike_sa_if_the_lowest_nonce_is_in_the_peers_exchange) {
  cross(0x00, 0xff);
  EXPECT_TRUE(first_sa().deleted);
  EXPECT_FALSE(made_by(false).deleted);
  EXPECT_FALSE(made_by(true).deleted) << "its maker deletes it";
  world.run(seconds(10));
  expect_one_session();
}

}  // namespace
}  // namespace latchkey::sim
