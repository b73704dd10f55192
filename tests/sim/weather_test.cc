// Networks that lose, repeat, reorder and corrupt, from seeds that a failure prints.

#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kSeeds = 300;

WorldConfig config_of(std::uint64_t seed, const Weather& weather) {
  WorldConfig config;
  config.seed = seed;
  config.weather = weather;
  return config;
}

// Replies and requests in fragments, so that there is more to lose.
support::Behaviour fragmenting() { return {.fragment_size = 300, .ballast = 900}; }

TEST(weather, loss_repetition_and_reordering_only_delay) {
  const Weather bad{.latency = milliseconds(20), .jitter = milliseconds(60), .loss = 20, .duplication = 20};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto config = config_of(seed, bad);
    config.engine.fragment_size = 200;
    config.engine.max_retransmits = 20;  // eight fragments to and fro, a fifth of them lost; after 15 s they begin anew
    World world(ed25519_key(), fragmenting(), config);
    world.connect(std::chrono::hours(10));
    ASSERT_TRUE(world.run_until_settled(std::chrono::hours(10)));
    const auto* failed = world.last<api::Failed>();
    ASSERT_EQ(failed, nullptr) << api::to_string(failed->reason) << " " << failed->detail << " after "
                               << world.elapsed().count() << " us, " << world.sent.size() << " datagrams";
    ASSERT_EQ(world.kernel.live(), 1u);
    bool agreed = false;
    for (const auto& sa : world.responder.sas()) {
      agreed = agreed || (sa->child && compare_children(world.kernel.installed().back().child, *sa->child).empty());
    }
    ASSERT_TRUE(agreed);
  }
}

TEST(weather, retransmissions_are_identical_octet_for_octet) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto config = config_of(seed, {.loss = 50});
    config.engine.fragment_size = 200;
    World world(ed25519_key(), fragmenting(), config);
    world.connect(seconds(600));
    world.run_until_settled(seconds(600));
    // Whatever bears the same header (SPIs, exchange, message ID) and fragment number is the same datagram.
    std::map<base::Buffer, base::Buffer> seen;
    for (const auto& datagram : world.sent) {
      const base::Bytes bytes = datagram.bytes;
      base::Buffer name = base::to_buffer(bytes.first(28));
      if (bytes[16] == 53) {
        const auto numbers = bytes.subspan(32, 4);
        name.insert(name.end(), numbers.begin(), numbers.end());
      }
      const auto [it, fresh] = seen.emplace(name, datagram.bytes);
      if (!fresh) {
        ASSERT_EQ(it->second, datagram.bytes);
      }
    }
  }
}

TEST(weather, corruption_ends_in_an_agreed_tunnel_or_in_nothing) {
  const Weather noise{.jitter = milliseconds(5), .loss = 5, .duplication = 10, .corruption = 25};
  std::size_t up = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(ed25519_key(), {}, config_of(seed, noise));
    world.connect(seconds(20));
    ASSERT_TRUE(world.run_until_settled());
    if (world.last<api::Established>() == nullptr) {
      ASSERT_TRUE(world.kernel.untouched());
      continue;
    }
    ++up;
    bool agreed = false;
    for (const auto& sa : world.responder.sas()) {
      agreed = agreed || (sa->child && compare_children(world.kernel.installed().back().child, *sa->child).empty());
    }
    ASSERT_TRUE(agreed);
  }
  EXPECT_GT(up, kSeeds / 2);
}

TEST(weather, a_dead_address_fails_at_the_deadline) {
  World world(ed25519_key(), {.silent_init = true});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Failed>(), nullptr);
  EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::timeout);
  EXPECT_EQ(world.elapsed(), seconds(4));
  EXPECT_TRUE(world.kernel.untouched());
  // 0, 0.5, 1.5, 3.5 s and jitter on each.
  EXPECT_GE(world.sent.size(), 3u);
  EXPECT_LE(world.sent.size(), 4u);
  EXPECT_EQ(world.engine.stats().retransmitted, world.sent.size() - 1);
}

TEST(weather, without_a_deadline_the_last_retransmission_ends_it) {
  World world(ed25519_key(), {.silent_init = true});
  world.connect(std::chrono::hours(10));
  ASSERT_TRUE(world.run_until_settled(std::chrono::hours(9)));
  EXPECT_EQ(world.sent.size(), 1u + world.config.engine.max_retransmits);
  EXPECT_LT(world.elapsed(), seconds(90));
}

TEST(weather, silence_after_ike_sa_init_is_a_timeout_without_kernel_state) {
  World world(ed25519_key(), {.silent_auth = true});
  world.connect(seconds(4));
  ASSERT_TRUE(world.run_until_settled());
  EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::timeout);
  EXPECT_EQ(world.last<api::Failed>()->detail, "no answer to IKE_AUTH");
  EXPECT_TRUE(world.kernel.untouched());
  const std::size_t sent = world.sent.size();
  world.run(seconds(60));  // it waits a little for a late answer, and says nothing more
  EXPECT_EQ(world.sent.size(), sent);
  EXPECT_EQ(world.engine.next_deadline(), base::kNever);
}

TEST(weather, a_server_that_answers_ike_auth_too_late_gets_a_delete) {
  for (const std::size_t fragment_size : {std::size_t{0}, std::size_t{200}}) {
    World world(ed25519_key(), {.fragment_size = fragment_size});
    world.config.weather.latency = milliseconds(100);
    world.connect(milliseconds(350));  // the answer to IKE_AUTH comes after 400
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::timeout);
    EXPECT_TRUE(world.kernel.untouched());
    ASSERT_TRUE(world.responder.newest()->child.has_value());
    world.run(seconds(1));
    EXPECT_TRUE(world.responder.newest()->deleted) << "it would go on sending into a tunnel that we have not got";
    EXPECT_TRUE(world.kernel.untouched());
    EXPECT_EQ(world.count<api::Established>(), 0u);
    EXPECT_EQ(world.engine.next_deadline(), base::kNever);
  }
}

TEST(weather, a_negotiation_closed_by_us_ends_at_the_server_too) {
  World world(ed25519_key(), {});
  world.config.weather.latency = milliseconds(100);
  const auto session = world.connect();
  world.run(milliseconds(350));
  world.close(session);
  world.run(seconds(1));
  EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::closed);
  EXPECT_TRUE(world.responder.newest()->deleted);
  EXPECT_TRUE(world.kernel.untouched());
}

TEST(weather, replies_in_any_number_of_copies_make_one_tunnel) {
  World world(ed25519_key(), {.copies = 3});
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  world.run(seconds(1));
  EXPECT_EQ(world.count<api::Established>(), 1u);
  EXPECT_EQ(world.kernel.installed().size(), 1u);
  EXPECT_EQ(world.sent.size(), 2u);
}

TEST(fragmentation, works_both_ways) {
  WorldConfig config;
  config.engine.fragment_size = 150;
  World world(ed25519_key(), fragmenting(), config);
  world.connect();
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Established>(), nullptr);
  EXPECT_GT(world.responder.newest()->fragments_received, 1u);
  for (const auto& datagram : world.sent) {
    if (datagram.path.nat_port) {
      EXPECT_LE(datagram.bytes.size(), 150u);
    }
  }
}

}  // namespace
}  // namespace latchkey::sim
