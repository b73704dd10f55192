// Exchanges of both sides' that meet (RFC 7296 sections 2.8.1, 2.8.2 and 2.25), in every order of arrival and with
// every loss.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "ike-engine/wire/header.h"
#include "tests/sim/orders.h"

namespace latchkey::sim {
namespace {

using std::chrono::seconds;

// An IKE SA of this life is rekeyed after 480 to 540 s. What has been asked by then is held back for 61 s at most.
// Whatever gets lost afterwards is asked again within 40 s, a peer that was busy another 15 s later, and the SA lives
// 59 s longer.
constexpr seconds kIkeLifetime{600};
constexpr seconds kRekeyedBy{541};
// The last retransmission comes after 127 s, and who gets no answer gives up after 319 s.
constexpr unsigned kRetransmits = 8;
// An IKE SA that only one side knows of is deleted after a minute, in vain. The next rekeying is not due before 480 s.
constexpr seconds kRest{400};

enum class Act { nothing, rekey_child, rekey_ike, close, rekey_child_and_close, rekey_ike_and_close };

std::string_view name_of(Act act) {
  switch (act) {
    case Act::nothing: return "nothing";
    case Act::rekey_child: return "rekey_child";
    case Act::rekey_ike: return "rekey_ike";
    case Act::close: return "close";
    case Act::rekey_child_and_close: return "rekey_child_and_close";
    case Act::rekey_ike_and_close: return "rekey_ike_and_close";
  }
  return "?";
}

bool rekeys_ike(Act act) { return act == Act::rekey_ike || act == Act::rekey_ike_and_close; }
bool rekeys_child(Act act) { return act == Act::rekey_child || act == Act::rekey_child_and_close; }
bool closes(Act act) {
  return act == Act::close || act == Act::rekey_child_and_close || act == Act::rekey_ike_and_close;
}

/// What client and server do at once.
struct Meeting {
  Act client;
  Act server;
};

void act(Pair& pair, Host& host, Act what) {
  if (rekeys_child(what)) wear_out(pair, host);
  if (!closes(what)) return;
  host.engine->close(host.last<api::Established>()->session, pair.now);
  pair.collect(host);
}

std::string check_rekeyed(const Pair& pair, const Meeting& meeting) {
  if (auto wrong = check_one_tunnel(pair); !wrong.empty()) return wrong;
  const bool child = rekeys_child(meeting.client) || rekeys_child(meeting.server);
  const bool ike = rekeys_ike(meeting.client) || rekeys_ike(meeting.server);
  for (const Host* host : {&pair.client, &pair.server}) {
    if (child != (host->count<api::Rekeyed>() > 0)) return "the child was not rekeyed, or without need";
    if (ike != (host->steps("ike_sa_rekeyed") > 0)) return "the IKE SA was not rekeyed, or without need";
  }
  return "";
}

Orders orders_of(const Meeting& meeting, std::uint64_t seed) {
  Orders orders{.config = patient_pair(seed), .begin = {}, .check = {}, .rest = kRest};
  orders.config.client.max_retransmits = orders.config.server.max_retransmits = kRetransmits;
  if (rekeys_ike(meeting.client)) orders.config.client.ike_lifetime = kIkeLifetime;
  if (rekeys_ike(meeting.server)) orders.config.server.ike_lifetime = kIkeLifetime;
  orders.begin = [meeting](Pair& pair) {
    if (rekeys_ike(meeting.client) || rekeys_ike(meeting.server)) pair.run(kRekeyedBy);
    act(pair, pair.client, meeting.client);
    act(pair, pair.server, meeting.server);
  };
  const bool ends = closes(meeting.client) || closes(meeting.server);
  orders.check = [meeting, ends](const Pair& pair) {
    return ends ? check_nothing_left(pair) : check_rekeyed(pair, meeting);
  };
  return orders;
}

std::vector<Meeting> meetings() {
  std::vector<Meeting> all;
  for (const Act client : {Act::nothing, Act::rekey_child, Act::rekey_ike, Act::close, Act::rekey_child_and_close,
                           Act::rekey_ike_and_close}) {
    for (const Act server : {Act::nothing, Act::rekey_child, Act::rekey_ike, Act::close, Act::rekey_child_and_close,
                             Act::rekey_ike_and_close}) {
      if (client != Act::nothing || server != Act::nothing) all.push_back({client, server});
    }
  }
  return all;
}

class collisions : public ::testing::TestWithParam<Meeting> {};

bool meet(const Meeting& meeting) { return meeting.client != Act::nothing && meeting.server != Act::nothing; }

// The seed decides which of the four nonces is the lowest, and when an IKE SA is rekeyed.
std::uint64_t seeds(std::uint64_t usual, std::uint64_t full) {
  const char* wanted = std::getenv("LATCHKEY_FULL");
  return wanted != nullptr && std::string_view(wanted) == "yes" ? full : usual;
}

TEST_P(collisions, end_well_in_every_order_of_arrival) {
  for (std::uint64_t seed = 1; seed <= seeds(6, 40); ++seed) {
    const auto explored = explore(orders_of(GetParam(), seed));
    EXPECT_EQ(explored.wrong, "");
    EXPECT_GE(explored.runs, meet(GetParam()) ? 6u : 1u);
  }
}

TEST_P(collisions, end_well_whatever_datagram_is_lost) {
  for (std::uint64_t seed = 1; seed <= seeds(2, 12); ++seed) {
    Orders orders = orders_of(GetParam(), seed);
    orders.losses = 1;
    const auto explored = explore(orders);
    EXPECT_EQ(explored.wrong, "");
    EXPECT_GE(explored.runs, meet(GetParam()) ? 20u : 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(of, collisions, ::testing::ValuesIn(meetings()), [](const auto& each) {
  return fmt::format("{}_and_{}", name_of(each.param.client), name_of(each.param.server));
});

std::size_t creations(const Host& host) {
  return static_cast<std::size_t>(std::ranges::count_if(host.sent, [](const api::Datagram& datagram) {
    const auto header = wire::read_header(datagram.bytes);
    return header && header->exchange == base::ExchangeType::create_child_sa && !header->response;
  }));
}

// The server rekeys the IKE SA and the client its child, six to twelve seconds before either ends: both are busy, and
// both wait.
TEST(a_busy_peer, is_asked_again_before_it_is_too_late) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    PairConfig config = patient_pair(seed);
    config.client.lifetime = config.server.ike_lifetime = seconds(60);
    Pair pair(config);
    bring_up(pair);
    while (creations(pair.server) == 0) pair.run(std::chrono::milliseconds(1));
    wear_out(pair, pair.client);
    pair.run(seconds(30));
    for (const Host* host : {&pair.client, &pair.server}) {
      EXPECT_EQ(host->count<api::Down>(), 0u);
      EXPECT_GE(host->count<api::Rekeyed>(), 1u);
      EXPECT_EQ(host->steps("ike_sa_rekeyed"), 1u);
    }
  }
}

}  // namespace
}  // namespace latchkey::sim
