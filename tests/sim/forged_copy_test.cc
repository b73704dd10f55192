// A copy of the server's first reply in which nothing is changed that a key comes from: who speaks to it speaks with
// the true keys.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/sim/pair.h"
#include "tests/sim/wire_watch.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void expect_up(const Pair& pair) {
  ASSERT_NE(pair.client.last<api::Established>(), nullptr);
  ASSERT_NE(pair.server.last<api::Established>(), nullptr);
  EXPECT_EQ(pair.client.kernel.live(), 1u);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
}

/// A client that believes another key than the server's, and a forged copy of the server's first reply that has the
/// same keys: nobody proves anything.
struct Deceived {
  Deceived() {
    pair.serve(ed25519_key());
    pair.filter = [this](const Host& from, const api::Datagram& datagram) {
      if (broken.empty()) broken = watch.sent(datagram.bytes, pair.now);
      const auto header = wire::parse_header(datagram.bytes);
      if (&from == &pair.client) {
        farewells += header->exchange == base::ExchangeType::informational ? 1u : 0u;
        return true;
      }
      const api::Datagram arriving{{datagram.path.remote, datagram.path.local, datagram.path.nat_port}, datagram.bytes};
      if (header->exchange == base::ExchangeType::ike_auth) {
        last_answer = arriving;
        return ++auth_answers <= max_auth_answers;
      }
      api::Datagram forged = arriving;
      forged.bytes.back() ^= 1;
      pair.inject(pair.client, forged);
      return true;
    };
  }
  Pair pair;
  Happenings happened;
  WireWatch watch{happened, std::chrono::hours(24)};
  std::string broken;
  std::optional<api::Datagram> last_answer;  ///< to IKE_AUTH
  std::size_t auth_answers = 0, max_auth_answers = 100;
  std::size_t farewells = 0;
};

TEST(forged_copy, kills_nothing) {
  Pair pair;
  pair.serve(ed25519_key());
  bool done = false;
  pair.filter = [&](const Host& from, const api::Datagram& datagram) {
    if (&from != &pair.server || done) return true;
    done = true;
    api::Datagram forged{{datagram.path.remote, datagram.path.local, datagram.path.nat_port}, datagram.bytes};
    forged.bytes.back() ^= 1;  // the last notify's type: no key comes from it, AUTH covers it
    pair.inject(pair.client, forged);
    return true;
  };
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  pair.run(seconds(60));
  expect_up(pair);
  EXPECT_EQ(pair.server.count<api::Down>(), 0u);
}

TEST(forged_copy, kills_nothing_though_the_true_reply_comes_late) {
  Pair pair;
  pair.serve(ed25519_key());
  std::optional<api::Datagram> held;
  pair.filter = [&](const Host& from, const api::Datagram& datagram) {
    if (&from != &pair.server || held) return true;
    held = {{datagram.path.remote, datagram.path.local, datagram.path.nat_port}, datagram.bytes};
    api::Datagram forged = *held;
    forged.bytes.back() ^= 1;
    pair.inject(pair.client, forged);
    return false;
  };
  pair.connect({dns_key_of(ed25519_key())});
  // The server's answer to IKE_AUTH opens, and its AUTH is wrong: it does not cover the forgery.
  pair.run(milliseconds(100));
  EXPECT_EQ(pair.client.count<api::Established>() + pair.client.count<api::Failed>(), 0u);
  pair.inject(pair.client, *held);
  ASSERT_TRUE(pair.settle());
  pair.run(seconds(60));
  expect_up(pair);
  EXPECT_EQ(pair.server.count<api::Down>(), 0u);
}

TEST(forged_copy, makes_no_iv_serve_twice) {
  PairConfig config;
  config.client.fragment_size = 200;
  Pair pair(config);
  pair.serve(ed25519_key());
  Happenings happened;
  WireWatch watch{happened, std::chrono::hours(24)};
  std::string broken;
  bool done = false;
  pair.filter = [&](const Host& from, const api::Datagram& datagram) {
    if (broken.empty()) broken = watch.sent(datagram.bytes, pair.now);
    if (&from != &pair.server || done) return true;
    done = true;
    api::Datagram forged{{datagram.path.remote, datagram.path.local, datagram.path.nat_port}, datagram.bytes};
    const base::Buffer fragments{0x40, 0x2e};  // FRAGMENTATION_SUPPORTED: now it is another status notify
    const auto type = std::ranges::search(forged.bytes, fragments);
    EXPECT_FALSE(type.empty());
    type.back() ^= 0x80;
    pair.inject(pair.client, forged);
    return true;
  };
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  EXPECT_EQ(broken, "");
}

TEST(forged_copy, does_not_end_the_ike_sa_twice) {
  Deceived story;
  story.pair.connect({dns_key_of(ed25519_key(2))});
  ASSERT_TRUE(story.pair.settle());
  story.pair.run(seconds(60));
  EXPECT_EQ(story.farewells, 1u);
  EXPECT_EQ(story.broken, "");
  ASSERT_NE(story.pair.server.last<api::Down>(), nullptr);
  EXPECT_EQ(story.pair.server.last<api::Down>()->reason, api::Reason::deleted_by_peer);
}

TEST(forged_copy, does_not_end_the_ike_sa_again_when_an_answer_comes_late) {
  Deceived story;
  story.max_auth_answers = 1;                                    // the copy's own never comes
  story.pair.connect({dns_key_of(ed25519_key(2))}, seconds(1));  // too short to ask the server once more
  ASSERT_TRUE(story.pair.settle());
  ASSERT_TRUE(story.last_answer);
  story.pair.inject(story.pair.client, *story.last_answer);
  story.pair.run(seconds(60));
  EXPECT_EQ(story.farewells, 1u);
  EXPECT_EQ(story.broken, "");
}

}  // namespace
}  // namespace latchkey::sim
