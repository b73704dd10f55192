// Both ends delete the same child at once (RFC 7296 sections 1.4.1 and 2.25.1): it is gone on both, neither answer
// names it, and the rest stands.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/header.h"
#include "tests/sim/creations.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Create;

// The kernel has ended the child: its DELETE is sent, or waits.
template <class Engine>
void end_in_kernel(Engine& engine, const api::ChildSa& child, base::TimePoint now) {
  engine.expired({child.local, child.spi_in, true}, now);
}

bool names_a_child(const std::vector<wire::RawPayload>& payloads) {
  return std::ranges::find(payloads, PayloadType::delete_, &wire::RawPayload::type) != payloads.end();
}

/// The engine has two children with the test responder, the first of which both will delete.
class crossing_deletes : public Creations {
 protected:
  void SetUp() override {
    Creations::SetUp();
    ASSERT_FALSE(ask(Create::new_child, {}).empty());
    first = world.kernel.installed().front().child.spi_in;
    asked_before = requests(ExchangeType::informational);
  }
  void end_first() {
    end_in_kernel(world.engine, world.kernel.installed().front().child, world.now);
    world.collect();
  }
  std::vector<wire::RawPayload> delete_first() { return delete_child(sa().former.front().spi_in); }
  void expect_the_rest_stands() {
    EXPECT_FALSE(world.kernel.installed()[0].live);
    EXPECT_TRUE(world.kernel.installed()[1].live);
    EXPECT_TRUE(world.kernel.installed()[1].sending);
    EXPECT_TRUE(has_tunnel());
    EXPECT_FALSE(sa().deleted);
    world.run(seconds(60));
    EXPECT_TRUE(has_tunnel());
    EXPECT_FALSE(ask(Create::rekey_child, {}).empty());
    EXPECT_EQ(compare(), "");
  }

  base::Spi first;
  std::size_t asked_before = 0;
};

TEST_F(crossing_deletes, are_answered_without_a_delete_payload) {
  end_first();
  const auto answer = delete_first();
  EXPECT_TRUE(answer.empty());
  EXPECT_EQ(sa().deleted_children, std::vector{first});
  EXPECT_EQ(requests(ExchangeType::informational), asked_before + 1);
  expect_the_rest_stands();
}

// Ours is lost until the peer's has been answered, and has to be answered, too: the peer must not wait for it in vain.
TEST_F(crossing_deletes, may_be_retransmitted_when_the_child_is_gone) {
  world.config.weather.loss = 100;
  end_first();
  world.config.weather.loss = 0;
  EXPECT_TRUE(delete_first().empty());
  EXPECT_TRUE(sa().deleted_children.empty());
  EXPECT_FALSE(world.kernel.installed()[0].live);
  world.run(seconds(5));
  EXPECT_EQ(sa().deleted_children, std::vector{first});
  expect_the_rest_stands();
}

// What has not been sent yet has not been issued: the answer names the pair, and nothing follows.
TEST_F(crossing_deletes, that_waits_behind_another_exchange_is_forgotten) {
  world.config.weather.loss = 100;
  wear_out();  // of the second child: a CREATE_CHILD_SA is under way
  end_first();
  world.config.weather.loss = 0;
  const auto answer = delete_first();
  ASSERT_TRUE(names_a_child(answer));
  EXPECT_EQ(wire::parse_delete(answer.front().body)->spis, std::vector{first});
  world.run(seconds(10));
  EXPECT_EQ(std::ranges::count(sa().deleted_children, first), 0);
  EXPECT_FALSE(world.kernel.installed()[0].live);
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_TRUE(has_tunnel());
}

std::size_t informationals(const Host& host) {
  return static_cast<std::size_t>(std::ranges::count_if(host.sent, [](const api::Datagram& datagram) {
    const auto header = wire::read_header(datagram.bytes);
    return header && header->exchange == ExchangeType::informational && !header->response;
  }));
}

// Two engines: the client deletes the child that it has rekeyed, and at that moment the server's kernel ends it.
TEST(deletes, of_both_engines_that_cross_leave_the_new_child) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Pair pair(patient_pair(seed));
    bring_up(pair);
    wear_out(pair, pair.client);
    while (informationals(pair.client) == 0) pair.run(milliseconds(1));
    ASSERT_EQ(pair.server.kernel.live(), 2u);
    end_in_kernel(*pair.server.engine, pair.server.kernel.installed().front().child, pair.now);
    pair.collect(pair.server);
    ASSERT_EQ(informationals(pair.server), 1u);
    pair.run(seconds(60));
    EXPECT_EQ(check_one_tunnel(pair), "");
    EXPECT_EQ(informationals(pair.client) + informationals(pair.server), 2u) << "each is answered at once";
  }
}

}  // namespace
}  // namespace latchkey::sim
