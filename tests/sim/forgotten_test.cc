// One of the two has lost its memory (RFC 7296 sections 1.5, 2.4, 2.5 and 2.21.4).

#include <gtest/gtest.h>

#include "ike-engine/wire/message.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using api::Reason;
using std::chrono::minutes;
using std::chrono::seconds;

void forget(Host& host) { host.engine.emplace(host.config, host.random, host.kernel); }

bool is_plain(const api::Datagram& datagram) {
  const auto message = wire::parse_message(datagram.bytes);
  return message && message->find(base::PayloadType::notify) != nullptr;
}

TEST(forgotten, a_server_says_so_and_is_not_believed_at_once) {
  Pair pair(patient_pair());
  bring_up(pair);
  forget(pair.server);
  pair.serve(ed25519_key());
  wear_out(pair, pair.client);
  pair.run(seconds(3));
  ASSERT_TRUE(is_plain(pair.server.sent.back()));
  EXPECT_LE(pair.server.sent.back().bytes.size(), pair.client.sent.back().bytes.size());
  EXPECT_EQ(pair.client.count<api::Down>(), 0u) << "anybody could have said it";
  pair.run(minutes(3));
  EXPECT_EQ(pair.client.last<api::Down>()->reason, Reason::dead_peer) << "but it is true";
}

TEST(forgotten, a_client_stays_silent) {
  Pair pair(patient_pair());
  bring_up(pair);
  forget(pair.client);
  const std::size_t before = pair.client.sent.size();
  wear_out(pair, pair.server);
  pair.run(seconds(3));
  EXPECT_GE(pair.client.engine->stats().dropped_unknown_sa, 1u);
  EXPECT_EQ(pair.client.sent.size(), before);
}

TEST(forgotten, answers_of_two_servers_make_no_loop) {
  Pair pair(patient_pair());
  bring_up(pair);
  forget(pair.client);
  forget(pair.server);
  pair.serve(ed25519_key());
  api::ResponderConfig also;
  also.identities.push_back({.kind = api::ProofKind::anonymous});
  also.peers.push_back({.name = "all"});
  (void)pair.client.engine->serve(also);
  const std::size_t before = pair.client.sent.size() + pair.server.sent.size();
  const api::Datagram old = pair.client.sent.back();
  pair.inject(pair.server, {{old.path.remote, old.path.local, old.path.nat_port}, old.bytes});
  pair.run(seconds(60));
  EXPECT_LE(pair.client.sent.size() + pair.server.sent.size(), before + 1);
}

TEST(forgotten, a_higher_version_is_told_ours_by_who_serves) {
  Pair pair(patient_pair());
  pair.serve(ed25519_key());
  base::Buffer request(64, 0);
  request[0] = request[8] = 1;
  request[17] = 0x30;
  request[18] = 37;
  for (Host* host : {&pair.client, &pair.server}) {
    host->engine->receive(request, {{host->address, 500}, {pair.client.address, 500}, false}, pair.now);
    pair.collect(*host);
    EXPECT_EQ(host->engine->stats().dropped_malformed, 1u);
    EXPECT_EQ(host->sent.size(), host == &pair.server ? 1u : 0u);
  }
}

}  // namespace
}  // namespace latchkey::sim
