// A name's key leaves DNS, and the operator has said that its tunnel is to end with it (`on_key_removed: drop`).

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const api::SessionId kFirst{1};

class key_removed : public peers {
 protected:
  void SetUp() override {
    ask("a.example", {kKeyA});
    establish(1, kKeyA);
    EXPECT_EQ(only_outcome().verdict, Verdict::up);
  }
  void remove_key(const std::string& name) { made().key_removed(name, now); }
};

TEST_F(key_removed, ends_tunnel_and_guard_at_once) {
  remove_key("a.example");
  EXPECT_THAT(engine.closed, ElementsAre(kFirst));
  EXPECT_THAT(engine.guards, IsEmpty());
  EXPECT_THAT(made().tunnels(now), IsEmpty());
  EXPECT_EQ(made().next_deadline(), base::kNever) << "nothing is left";
  ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 2U) << "it may come back";
}

TEST_F(key_removed, of_another_name_ends_nothing) {
  remove_key("b.example");
  EXPECT_THAT(engine.closed, IsEmpty());
  EXPECT_EQ(engine.guards.count(kServer), 1U);
}

TEST_F(key_removed, ends_nothing_while_another_name_has_the_tunnel) {
  ask("b.example", {kKeyA});
  remove_key("a.example");
  EXPECT_THAT(engine.closed, IsEmpty());
  remove_key("b.example");
  EXPECT_THAT(engine.closed, ElementsAre(kFirst));
}

// A connection may last for as long as its traffic keeps the tunnel, whatever became of the lease.
TEST_F(key_removed, puts_no_connection_of_another_name_s_in_clear_however_old_it_is) {
  ask("b.example", {kKeyA});
  now += 30h;
  remove_key("a.example");
  EXPECT_THAT(engine.closed, IsEmpty());
  EXPECT_EQ(engine.guards.count(kServer), 1U);
  EXPECT_EQ(made().tunnels(now).size(), 1U);
}

TEST_F(key_removed, ends_the_guard_of_a_lost_tunnel_and_its_way_back) {
  lose(1);
  ASSERT_EQ(engine.connects.size(), 2U) << "it is to come back";
  remove_key("a.example");
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{2}));
  EXPECT_THAT(engine.guards, IsEmpty());
  establish(2, kKeyA);
  EXPECT_THAT(made().tunnels(now), IsEmpty());
}

TEST_F(key_removed, leaves_those_alone_who_wait_for_a_key_of_their_own) {
  ask("a.example", {kKeyB});
  ASSERT_EQ(engine.connects.size(), 2U);
  remove_key("a.example");
  EXPECT_THAT(engine.closed, ElementsAre(kFirst));
  establish(2, kKeyB);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

}  // namespace
}  // namespace latchkey::unbound
