// Two hosts that each begin a tunnel to the other, at the same moment or one after the other. RFC 7296 knows no rule
// for that, and both IKE SAs stay (docs/CHOICES.md). Each host sends by the child that it has begun, so a kernel must
// take packets by either, which it does if both have one reqid.

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/credentials.h"
#include "tests/sim/pair.h"
#include "tests/sim/rekeying.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A host, who it is and whom it takes the other for.
struct End {
  Host& host;
  const Host& other;
  Side side;
  std::string_view name, others_name;

  api::OwnProof proof() const { return own_proof(side, api::ProofKind::raw_key, name); }
  api::PeerProof others_proof() const {
    const Side others = side == Side::client ? Side::server : Side::client;
    return demanded_proof(others, api::ProofKind::raw_key, others_name);
  }
};

struct Both {
  explicit Both(PairConfig config = patient_pair()) : pair(std::move(config)) {}

  void serve(const End& end) {
    api::ResponderConfig responder;
    responder.identities.push_back(end.proof());
    responder.peers.push_back(end.others_proof());
    ASSERT_TRUE(end.host.engine->serve(responder));
  }
  void serve() { serve(client), serve(server); }
  void begin(const End& end) {
    api::ConnectRequest request;
    request.local = {end.host.address, 500};
    request.remote = end.other.address;
    request.deadline = pair.now + seconds(30);
    request.own = end.proof();
    request.peers.push_back(end.others_proof());
    ASSERT_TRUE(end.host.engine->connect(request, pair.now));
    pair.collect(end.host);
  }

  /// Both serve, and begin at the same moment.
  void begin_at_once() {
    serve();
    begin(client);
    begin(server);
  }

  Pair pair;
  End client{pair.client, pair.server, Side::client, "client.example", "server.example"};
  End server{pair.server, pair.client, Side::server, "server.example", "client.example"};
};

std::set<std::uint32_t> reqids(const Host& host) {
  std::set<std::uint32_t> all;
  for (const auto& tunnel : host.kernel.installed()) {
    if (tunnel.live) all.insert(tunnel.reqid.value);
  }
  return all;
}

void expect_both_stand(const Both& both) {
  for (const Host* host : {&both.pair.client, &both.pair.server}) {
    EXPECT_EQ(host->count<api::Established>(), 2u);
    EXPECT_EQ(host->count<api::Failed>() + host->count<api::Down>(), 0u);
    EXPECT_EQ(host->engine->sessions(), 2u);
    EXPECT_EQ(host->engine->ike_sas(), 2u);
    EXPECT_EQ(host->kernel.live(), 2u);
    EXPECT_EQ(reqids(*host).size(), 1u) << "packets come in by either";
  }
  EXPECT_EQ(compare_kernels(both.pair.client.kernel, both.pair.server.kernel), "");
}

TEST(both_begin, at_the_same_moment_and_both_tunnels_stand_and_stay) {
  Both both;
  both.begin_at_once();
  both.pair.run(minutes(30));
  expect_both_stand(both);
}

TEST(both_begin, at_any_moment_of_the_others_negotiation_or_after_it) {
  for (int late = 0; late <= 100; late += 5) {
    SCOPED_TRACE(late);
    Both both;
    both.serve();
    both.begin(both.client);
    both.pair.run(milliseconds(late));
    both.begin(both.server);
    both.pair.run(minutes(1));
    expect_both_stand(both);
  }
}

TEST(both_begin, and_rekey_for_hours_under_one_reqid) {
  PairConfig config;
  config.client.lifetime = config.server.lifetime = seconds(300);
  config.client.ike_lifetime = config.server.ike_lifetime = seconds(900);
  Both both(config);
  both.begin_at_once();
  both.pair.run(seconds(5));
  const auto before = reqids(both.pair.client);
  both.pair.run(std::chrono::hours(2));
  for (const Host* host : {&both.pair.client, &both.pair.server}) {
    EXPECT_EQ(host->count<api::Down>(), 0u);
    EXPECT_EQ(host->engine->sessions(), 2u);
    EXPECT_GT(host->count<api::Rekeyed>(), 20u);
    EXPECT_GT(host->steps("ike_sa_rekeyed"), 5u);
  }
  EXPECT_EQ(reqids(both.pair.client), before);
}

TEST(both_begin, and_what_one_closes_leaves_the_others_tunnel) {
  Both both;
  both.begin_at_once();
  both.pair.run(seconds(5));
  both.pair.client.engine->close(both.pair.client.last<api::Established>()->session, both.pair.now);
  both.pair.collect(both.pair.client);
  both.pair.run(minutes(10));
  for (const Host* host : {&both.pair.client, &both.pair.server}) {
    EXPECT_EQ(host->engine->sessions(), 1u);
    EXPECT_EQ(host->kernel.live(), 1u);
    EXPECT_EQ(host->count<api::Down>(), 1u);
  }
  EXPECT_EQ(compare_kernels(both.pair.client.kernel, both.pair.server.kernel), "");
}

// Security rule 3: who proves another name is somebody else, wherever the packets come from.
TEST(both_begin, and_who_comes_by_another_name_shares_nothing) {
  Both both;
  End stranger = both.server, doorkeeper = both.client;
  stranger.name = doorkeeper.others_name = "somebody.example";
  both.serve(doorkeeper);
  both.serve(both.server);
  both.begin(both.client);
  both.begin(stranger);
  both.pair.run(minutes(1));
  EXPECT_EQ(both.pair.client.kernel.live(), 2u);
  EXPECT_EQ(reqids(both.pair.client).size(), 2u);
}

}  // namespace
}  // namespace latchkey::sim
