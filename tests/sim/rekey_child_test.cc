// Rekeying of a child by CREATE_CHILD_SA, one side at a time (RFC 7296 sections 1.3.3, 2.8, 2.9.2 and 2.17).

#include <gtest/gtest.h>

#include "ike-engine/wire/header.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Case {
  const char* name;
  bool client_asks;
  bool pfs = false;
  api::Mode mode = api::Mode::tunnel;
};

class rekey_child : public ::testing::TestWithParam<Case> {
 protected:
  static PairConfig config() {
    PairConfig config = patient_pair();
    config.client.pfs = config.server.pfs = GetParam().pfs;
    return config;
  }
  void SetUp() override {
    bring_up(pair, GetParam().mode);
    before = *pair.client.last<api::Established>();
    ASSERT_EQ(before.mode, GetParam().mode);
  }
  Host& asker() { return GetParam().client_asks ? pair.client : pair.server; }
  Host& other() { return GetParam().client_asks ? pair.server : pair.client; }

  Pair pair{config()};
  api::Established before;
};

TEST_P(rekey_child, puts_another_in_its_place_on_both_sides) {
  wear_out(pair, asker());
  pair.run(seconds(1));
  EXPECT_EQ(check_one_tunnel(pair), "");
  for (const Host* host : {&pair.client, &pair.server}) {
    ASSERT_EQ(host->count<api::Rekeyed>(), 1u);
    EXPECT_EQ(host->engine->stats().rekeyed, 1u);
    EXPECT_EQ(host->last<api::Rekeyed>()->session, host->last<api::Established>()->session);
    EXPECT_EQ(host->last<api::Rekeyed>()->old_spi_in, host->last<api::Established>()->spi_in);
    EXPECT_EQ(host->last<api::Rekeyed>()->spi_in, host->kernel.installed().back().child.spi_in);
    EXPECT_EQ(host->kernel.installed().size(), 2u);
  }
}

TEST_P(rekey_child, keeps_reqid_suite_mode_and_policies_and_changes_spis_and_keys) {
  wear_out(pair, asker());
  pair.run(seconds(1));
  for (const Host* host : {&pair.client, &pair.server}) {
    const auto& old = host->kernel.installed().front();
    const auto& fresh = host->kernel.installed().back();
    EXPECT_EQ(fresh.reqid, old.reqid);
    EXPECT_EQ(fresh.child.suite, old.child.suite);
    EXPECT_EQ(fresh.child.mode, old.child.mode);
    EXPECT_EQ(fresh.child.guard, old.child.guard);
    EXPECT_EQ(fresh.child.encapsulated, old.child.encapsulated);
    EXPECT_TRUE(old.guard_kept);
    EXPECT_NE(fresh.child.spi_in, old.child.spi_in);
    EXPECT_NE(fresh.child.spi_out, old.child.spi_out);
    EXPECT_FALSE(base::same_secret(fresh.child.key_in.view(), old.child.key_in.view()));
    EXPECT_FALSE(base::same_secret(fresh.child.key_out.view(), old.child.key_out.view()));
  }
}

TEST_P(rekey_child, takes_two_round_trips_and_no_key_exchange_without_pfs) {
  const std::size_t sent = pair.client.sent.size() + pair.server.sent.size();
  wear_out(pair, asker());
  const std::size_t octets = asker().sent.back().bytes.size();
  pair.run(seconds(1));
  EXPECT_EQ(pair.client.sent.size() + pair.server.sent.size(), sent + 4);
  EXPECT_EQ(octets > 220, GetParam().pfs) << octets;
}

TEST_P(rekey_child, the_one_who_answers_goes_on_sending_by_the_old_one_until_that_is_deleted) {
  // The answer arrives, the DELETE does not.
  std::size_t from_asker = 0;
  pair.filter = [&](const Host& from, const api::Datagram&) { return &from != &asker() || ++from_asker == 1; };
  wear_out(pair, asker());
  pair.run(milliseconds(400));
  EXPECT_TRUE(asker().kernel.installed().back().sending);
  EXPECT_FALSE(other().kernel.installed().back().sending);
  EXPECT_EQ(other().kernel.live(), 2u);
  EXPECT_EQ(asker().kernel.live(), 2u);
  pair.filter = nullptr;
  pair.run(seconds(2));
  EXPECT_TRUE(other().kernel.installed().back().sending);
  EXPECT_EQ(check_one_tunnel(pair), "");
}

// The answer gets lost, and what it has made has carried enough: whoever has answered asks for what the asker does not
// have yet. Its "no such child" arrives at once, or when it does have it.
TEST_P(rekey_child, that_the_asker_does_not_have_yet_is_asked_for_again) {
  for (const bool late : {false, true}) {
    SCOPED_TRACE(late);
    Pair between(config());
    bring_up(between, GetParam().mode);
    Host& first = GetParam().client_asks ? between.client : between.server;
    Host& second = GetParam().client_asks ? between.server : between.client;
    between.filter = [&](const Host& from, const api::Datagram& datagram) {
      const bool response = wire::read_header(datagram.bytes)->response;
      return !response || (&from == &first && !late);
    };
    wear_out(between, first);
    between.run(milliseconds(400));
    wear_out(between, second);
    between.run(milliseconds(400));
    between.filter = nullptr;
    between.run(seconds(40));
    EXPECT_EQ(check_one_tunnel(between), "");
    EXPECT_EQ(first.count<api::Rekeyed>(), 2u);
    EXPECT_EQ(second.count<api::Rekeyed>(), 2u);
  }
}

TEST_P(rekey_child, bears_the_loss_of_any_one_datagram) {
  for (std::size_t lost = 0; lost < 4; ++lost) {
    std::size_t n = 0;
    pair.filter = [&](const Host&, const api::Datagram&) { return n++ != lost; };
    wear_out(pair, asker());
    pair.run(seconds(5));
    EXPECT_EQ(check_one_tunnel(pair), "") << lost;
    EXPECT_EQ(pair.client.count<api::Rekeyed>(), lost + 1);
    EXPECT_EQ(pair.server.count<api::Rekeyed>(), lost + 1);
  }
}

TEST_P(rekey_child, a_peer_that_never_deletes_the_old_one_has_it_deleted) {
  // All that the asker sends after its request is lost, and so are its answers.
  std::size_t from_asker = 0;
  pair.filter = [&](const Host& from, const api::Datagram&) { return &from != &asker() || ++from_asker == 1; };
  wear_out(pair, asker());
  pair.run(seconds(62));
  EXPECT_GT(other().sent.size(), 0u);
  pair.filter = nullptr;
  pair.run(seconds(70));
  EXPECT_EQ(other().kernel.live(), 1u);
  EXPECT_TRUE(other().kernel.installed().back().sending);
}

TEST_P(rekey_child, counts_the_traffic_of_all_its_children) {
  const auto session = pair.client.last<api::Established>()->session;
  pair.client.kernel.counters = {10, 20, 1, 2};
  wear_out(pair, asker());
  pair.run(seconds(1));
  const auto counters = pair.client.engine->counters(session);
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->bytes_in, 20u) << "the old child's and the new one's";
  EXPECT_EQ(counters->packets_out, 4u);
}

INSTANTIATE_TEST_SUITE_P(sides, rekey_child,
                         ::testing::Values(Case{"client", true}, Case{"server", false}, Case{"client_pfs", true, true},
                                           Case{"server_pfs", false, true},
                                           Case{"client_transport", true, false, api::Mode::transport},
                                           Case{"server_transport", false, false, api::Mode::transport}),
                         [](const auto& each) { return std::string(each.param.name); });

// The kernel counts for each child: the first, and those that either side's rekeying makes.
TEST(child_limits, are_those_of_every_child) {
  PairConfig config = patient_pair();
  config.client.child_limits = {.bytes = 1000000, .packets = 1000};
  config.server.child_limits = {.bytes = 7000000, .packets = 7000};
  Pair pair(config);
  bring_up(pair);
  for (Host* asker : {&pair.client, &pair.server}) {
    wear_out(pair, *asker);
    pair.run(seconds(5));
  }
  ASSERT_EQ(pair.client.kernel.installed().size(), 3u);
  for (const Host* host : {&pair.client, &pair.server}) {
    for (const auto& tunnel : host->kernel.installed()) {
      EXPECT_EQ(tunnel.child.soft.bytes, host->config.child_limits.bytes);
      EXPECT_EQ(tunnel.child.soft.packets, host->config.child_limits.packets);
    }
  }
}

}  // namespace
}  // namespace latchkey::sim
