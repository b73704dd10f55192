// A client that has a tunnel begins another with the same server: its name has a new key, the peer takes no
// CREATE_CHILD_SA, or it has forgotten all. Packets of either side reach the other at every moment, also those that are
// under way while the tunnels change.

#include <gtest/gtest.h>

#include <deque>

#include "tests/sim/pair.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Installed = support::FakeKernel::Installed;

// By which a packet goes out: the newest child that sends, or else the newest.
const Installed* sender(const support::FakeKernel& kernel) {
  const Installed* found = nullptr;
  for (const Installed& tunnel : kernel.installed()) {
    if (tunnel.live && (found == nullptr || tunnel.sending || !found->sending)) found = &tunnel;
  }
  return found;
}

// Whether a kernel takes a packet in: the SA is there, and has the reqid that the newest child's policy demands.
bool takes(const support::FakeKernel& kernel, base::Spi spi) {
  const Installed *newest = nullptr, *by = nullptr;
  for (const Installed& tunnel : kernel.installed()) {
    if (!tunnel.live) continue;
    newest = &tunnel;
    if (tunnel.child.spi_in == spi) by = &tunnel;
  }
  return by != nullptr && by->reqid == newest->reqid;
}

/// A packet of either side each millisecond, and how many are lost.
struct Traffic {
  explicit Traffic(Pair& its_pair) : pair(its_pair) {}

  void run(base::Duration duration) {
    const base::TimePoint until = pair.now + duration;
    while (pair.now < until) {
      send(pair.client, pair.server);
      send(pair.server, pair.client);
      pair.run(milliseconds(1));
      while (!flying.empty() && flying.front().at <= pair.now) {
        if (!takes(flying.front().to->kernel, flying.front().spi)) ++lost;
        flying.pop_front();
      }
    }
  }
  void send(const Host& from, const Host& to) {
    const Installed* by = sender(from.kernel);
    if (by == nullptr) return void(++lost);
    flying.push_back({pair.now + pair.config.weather.latency, &to, by->child.spi_out});
    ++sent;
  }

  struct Packet {
    base::TimePoint at;
    const Host* to;
    base::Spi spi;
  };
  Pair& pair;
  std::deque<Packet> flying;
  int sent = 0, lost = 0;
};

struct come_again : ::testing::Test {
  come_again() : pair(patient_pair()) { pair.config.weather.latency = milliseconds(20); }

  void up() { bring_up(pair); }
  api::SessionId first() const { return pair.client.last<api::Established>()->session; }
  api::SessionId again(std::optional<api::SessionId> beside) {
    api::ConnectRequest request = pair.request();
    request.keys = {dns_key_of(ed25519_key())};
    request.beside = beside;
    return pair.connect(std::move(request));
  }
  void expect_only_the_new_one() {
    EXPECT_EQ(pair.client.count<api::Established>(), 2u);
    EXPECT_EQ(pair.client.engine->sessions(), 1u);
    EXPECT_EQ(pair.server.engine->sessions(), 1u);
    EXPECT_EQ(pair.client.engine->ike_sas(), 1u);
    EXPECT_EQ(pair.server.engine->ike_sas(), 1u);
    EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
    EXPECT_EQ(pair.server.kernel.live(), 1u);
    EXPECT_TRUE(pair.server.kernel.installed().back().sending);
  }

  Pair pair;
};

TEST_F(come_again, beside_the_old_tunnel_and_no_packet_is_lost) {
  up();
  Traffic traffic(pair);
  traffic.run(milliseconds(100));
  again(first());
  traffic.run(seconds(2));
  EXPECT_GT(traffic.sent, 4000);
  EXPECT_EQ(traffic.lost, 0);
  pair.run(std::chrono::minutes(1));  // the last answer of an IKE SA is kept a while
  expect_only_the_new_one();
  EXPECT_EQ(pair.server.last<api::Down>()->reason, api::Reason::replaced);
}

// Whatever gets lost on the way, and however late.
TEST_F(come_again, in_a_storm_and_no_packet_is_lost) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    PairConfig config = patient_pair(seed);
    config.weather.latency = milliseconds(20);
    Pair stormy(config);
    bring_up(stormy);
    stormy.config.weather.loss = 20;
    Traffic traffic(stormy);
    api::ConnectRequest request = stormy.request();
    request.keys = {dns_key_of(ed25519_key())};
    request.beside = stormy.client.last<api::Established>()->session;
    stormy.connect(std::move(request));
    traffic.run(seconds(60));
    EXPECT_EQ(traffic.lost, 0);
    stormy.run(std::chrono::minutes(5));
    EXPECT_EQ(stormy.client.engine->sessions(), 1u);
    EXPECT_EQ(stormy.server.engine->sessions(), 1u);
  }
}

TEST_F(come_again, without_a_word_of_the_old_tunnel_and_get_a_reqid_of_their_own) {
  up();
  again(std::nullopt);
  pair.run(seconds(5));
  EXPECT_EQ(pair.client.kernel.installed().size(), 2u);
  EXPECT_NE(pair.client.kernel.installed()[0].reqid, pair.client.kernel.installed()[1].reqid);
}

// It says nothing of the old tunnel, and is not held up by it.
TEST_F(come_again, after_a_crash_and_are_sent_to_at_once) {
  up();
  pair.client.engine.emplace(pair.client.config, pair.client.random, pair.client.kernel);
  again(std::nullopt);
  ASSERT_TRUE(pair.settle());
  pair.run(milliseconds(3 * 20));
  EXPECT_TRUE(pair.server.kernel.installed().back().sending);
  EXPECT_EQ(pair.server.last<api::Down>()->reason, api::Reason::replaced);
}

// The client must not be left with a tunnel that the server has not got.
TEST_F(come_again, to_a_server_whose_kernel_refuses_and_hear_of_it) {
  for (const bool old_goes_first : {false, true}) {
    SCOPED_TRACE(old_goes_first);
    Pair unlucky(patient_pair());
    bring_up(unlucky);
    const auto old = unlucky.client.last<api::Established>()->session;
    api::ConnectRequest request = unlucky.request();
    request.keys = {dns_key_of(ed25519_key())};
    request.beside = old;
    unlucky.connect(std::move(request));
    unlucky.server.kernel.refuse_sending = true;
    if (old_goes_first) {
      unlucky.run(milliseconds(25));  // IKE_AUTH is under way
      unlucky.filter = [&](const Host& from, const api::Datagram&) { return &from == &unlucky.server; };
      unlucky.run(milliseconds(20));
      unlucky.filter = {};
      unlucky.client.engine->close(old, unlucky.now);
      unlucky.collect(unlucky.client);
    }
    unlucky.run(std::chrono::minutes(5));
    EXPECT_EQ(unlucky.client.engine->sessions(), 0u);
    EXPECT_EQ(unlucky.client.kernel.live(), 0u);
    EXPECT_EQ(unlucky.server.engine->ike_sas(), 0u);
  }
}

// Until the client is heard its old tunnel stays, and it goes on with that if it never is.
TEST_F(come_again, and_are_never_heard_again) {
  up();
  again(first());
  pair.run(milliseconds(2 * 20 + 10));  // IKE_SA_INIT is answered and IKE_AUTH is under way
  pair.filter = [&](const Host& from, const api::Datagram&) { return &from == &pair.client; };
  pair.run(milliseconds(25));
  ASSERT_EQ(pair.server.engine->sessions(), 2u);
  EXPECT_TRUE(pair.server.kernel.installed().front().live);
  EXPECT_EQ(sender(pair.server.kernel), &pair.server.kernel.installed().front());
  pair.run(std::chrono::minutes(10));
  pair.filter = {};
  EXPECT_EQ(pair.server.engine->sessions(), 1u);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
  EXPECT_EQ(pair.server.last<api::Down>()->session, pair.server.last<api::Established>()->session);
  Traffic traffic(pair);
  traffic.run(seconds(1));
  EXPECT_EQ(traffic.lost, 0);
}

}  // namespace
}  // namespace latchkey::sim
