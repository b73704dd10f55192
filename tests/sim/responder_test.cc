// The engine as responder: who is let in, with what, and what strangers cost.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/pair.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"

namespace latchkey::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::fqdn;
using support::secret;

api::PeerProof shared_with(std::string_view name, std::string_view text) {
  return {.name = std::string(name),
          .kind = api::ProofKind::shared_secret,
          .id = fqdn(name),
          .shared_secret = secret(text)};
}

std::vector<api::PeerProof> only(api::PeerProof proof) {
  std::vector<api::PeerProof> proofs;
  proofs.push_back(std::move(proof));
  return proofs;
}

void expect_up(Pair& pair) {
  ASSERT_NE(pair.client.last<api::Established>(), nullptr);
  ASSERT_NE(pair.server.last<api::Established>(), nullptr);
  EXPECT_EQ(pair.client.kernel.live(), 1u);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
}

class by_key : public testing::TestWithParam<std::pair<crypto::KeyType, unsigned>> {};

TEST_P(by_key, the_server_proves_itself_to_an_anonymous_client) {
  const auto key = crypto::PrivateKey::generate(GetParam().first, GetParam().second).value();
  Pair pair;
  pair.serve(key);
  pair.connect({dns_key_of(key)});
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  const auto& client = *pair.client.last<api::Established>();
  EXPECT_EQ(client.key, dns_key_of(key));
  EXPECT_EQ(client.exchanges, 2u);
  EXPECT_TRUE(client.initiator);
  EXPECT_EQ(client.peer, "FQDN server.example");
  const auto& server = *pair.server.last<api::Established>();
  EXPECT_EQ(server.proof, api::ProofKind::anonymous);
  EXPECT_EQ(server.peer, "anonymous: nobody");
  EXPECT_FALSE(server.initiator);
  EXPECT_EQ(server.path.remote.address, pair.client.address);
  EXPECT_FALSE(pair.server.kernel.installed().front().child.guard) << "a server blocks nobody's plaintext";
}

INSTANTIATE_TEST_SUITE_P(keys, by_key,
                         testing::Values(std::pair{crypto::KeyType::rsa, 2048u}, std::pair{crypto::KeyType::rsa, 4096u},
                                         std::pair{crypto::KeyType::ecdsa_p256, 0u},
                                         std::pair{crypto::KeyType::ecdsa_p384, 0u},
                                         std::pair{crypto::KeyType::ed25519, 0u}));

TEST(responder, chooses_its_identity_by_idr) {
  const auto first = ed25519_key(1);
  const auto second = ed25519_key(2);
  for (const auto& [name, key] : {std::pair{"one.example", &first}, std::pair{"two.example", &second}}) {
    Pair pair;
    api::ResponderConfig responder;
    responder.identities.push_back(
        {.kind = api::ProofKind::raw_key, .id = fqdn("one.example"), .private_key = *first.to_pem()});
    responder.identities.push_back(
        {.kind = api::ProofKind::raw_key, .id = fqdn("two.example"), .private_key = *second.to_pem()});
    responder.peers.push_back({.name = "all"});
    pair.serve(responder);
    auto request = pair.request();
    request.keys = {dns_key_of(*key)};
    request.ask_for = fqdn(name);
    pair.connect(std::move(request));
    ASSERT_TRUE(pair.settle());
    ASSERT_NE(pair.client.last<api::Established>(), nullptr) << name;
    EXPECT_EQ(pair.client.last<api::Established>()->peer, std::string("FQDN ") + name);
  }
}

TEST(responder, shared_secrets_prove_both_sides) {
  Pair pair;
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::shared_secret, .id = fqdn("server.example"), .shared_secret = secret("open sesame")});
  responder.peers.push_back(shared_with("laptop.example", "open sesame"));
  pair.serve(responder);
  auto request = pair.request();
  request.own = {
      .kind = api::ProofKind::shared_secret, .id = fqdn("laptop.example"), .shared_secret = secret("open sesame")};
  request.peers.push_back(shared_with("server.example", "open sesame"));
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  EXPECT_EQ(pair.client.last<api::Established>()->auth_scheme, "PSK");
  EXPECT_EQ(pair.server.last<api::Established>()->peer, "laptop.example: FQDN laptop.example");
}

TEST(responder, a_wrong_secret_and_a_stranger_are_turned_away_and_leave_nothing) {
  for (const auto& [name, text] :
       {std::pair{"laptop.example", "open barley"}, std::pair{"thief.example", "open sesame"}}) {
    Pair pair;
    api::ResponderConfig responder;
    responder.identities.push_back(
        {.kind = api::ProofKind::shared_secret, .id = fqdn("server.example"), .shared_secret = secret("open sesame")});
    responder.peers.push_back(shared_with("laptop.example", "open sesame"));
    pair.serve(responder);
    auto request = pair.request();
    request.own = {.kind = api::ProofKind::shared_secret, .id = fqdn(name), .shared_secret = secret(text)};
    request.peers.push_back(shared_with("server.example", "open sesame"));
    pair.connect(std::move(request));
    ASSERT_TRUE(pair.settle());
    ASSERT_NE(pair.client.last<api::Failed>(), nullptr);
    EXPECT_EQ(pair.client.last<api::Failed>()->notify, 24u);
    ASSERT_EQ(pair.server.steps("client_refused"), 1u);
    const api::Progress& told = *pair.server.last<api::Progress>();
    EXPECT_EQ(told.session, api::SessionId{});
    EXPECT_TRUE(told.detail.starts_with("address=192.0.2.1:")) << told.detail;
    EXPECT_NE(told.detail.find(" exchange=IKE_AUTH notify=AUTHENTICATION_FAILED reason=\""), std::string::npos)
        << told.detail;
    pair.run(seconds(60));
    EXPECT_TRUE(pair.client.kernel.untouched());
    EXPECT_TRUE(pair.server.kernel.untouched());
    EXPECT_EQ(pair.server.engine->sessions(), 0u);
    EXPECT_EQ(pair.server.engine->ike_sas(), 0u) << "the refusal is kept for copies of the request, and then goes";
  }
}

TEST(responder, a_client_with_a_raw_key_has_a_name) {
  const auto server_key = ed25519_key(1);
  const auto client_key = ed25519_key(2);
  Pair pair;
  pair.serve(server_key, only({.name = "laptops",
                               .kind = api::ProofKind::raw_key,
                               .id = fqdn("laptop.example"),
                               .keys = {dns_key_of(client_key)}}));
  auto request = pair.request();
  request.keys = {dns_key_of(server_key)};
  request.own = {.kind = api::ProofKind::raw_key, .id = fqdn("laptop.example"), .private_key = *client_key.to_pem()};
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  EXPECT_EQ(pair.server.last<api::Established>()->peer, "laptops: FQDN laptop.example");
  EXPECT_EQ(pair.server.last<api::Established>()->proof, api::ProofKind::raw_key);
}

TEST(responder, anonymous_clients_only_where_they_are_wanted) {
  Pair pair;
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = fqdn("s"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back(shared_with("laptop.example", "open sesame"));
  pair.serve(responder);
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  EXPECT_EQ(pair.client.last<api::Failed>()->notify, 24u);
}

TEST(responder, demands_a_cookie_under_load_and_keeps_nothing_until_it_comes) {
  Pair pair;
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = fqdn("s"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  responder.cookies_from = 0;
  pair.serve(responder);
  pair.connect({dns_key_of(ed25519_key())});
  pair.run(milliseconds(15));
  EXPECT_EQ(pair.server.engine->ike_sas(), 0u);
  EXPECT_EQ(pair.server.engine->stats().cookies_sent, 1u);
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  EXPECT_EQ(pair.client.last<api::Established>()->exchanges, 3u);
}

TEST(responder, a_copy_of_the_first_request_gets_the_same_answer) {
  Pair pair;
  pair.serve(ed25519_key());
  bool lost = false;
  pair.filter = [&](const Host& from, const api::Datagram&) {
    if (&from != &pair.server || lost) return true;
    lost = true;
    return false;
  };
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  ASSERT_GE(pair.server.sent.size(), 3u);
  EXPECT_EQ(pair.server.sent[0].bytes, pair.server.sent[1].bytes);
}

TEST(responder, half_open_negotiations_are_bounded_and_end) {
  PairConfig config;
  config.client.max_half_open = 100;
  Pair pair(config);
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = fqdn("s"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  responder.max_half_open_per_address = 5;
  pair.serve(responder);
  pair.filter = [&](const Host& from, const api::Datagram&) { return &from == &pair.client; };
  for (int i = 0; i < 20; ++i) pair.connect({dns_key_of(ed25519_key())}, seconds(5));
  pair.run(milliseconds(20));
  EXPECT_EQ(pair.server.engine->half_open_clients(), 2u) << "half of them; the others would have to bring a COOKIE";
  EXPECT_EQ(pair.server.engine->stats().cookies_sent, 18u);
  pair.run(seconds(60));
  EXPECT_EQ(pair.server.engine->half_open_clients(), 0u);
  EXPECT_EQ(pair.server.engine->ike_sas(), 0u);
  EXPECT_TRUE(pair.server.kernel.untouched());
}

api::ResponderConfig with_pool(const crypto::PrivateKey& key) {
  api::ResponderConfig responder;
  responder.identities.push_back({.kind = api::ProofKind::raw_key, .id = fqdn("s"), .private_key = *key.to_pem()});
  responder.peers.push_back({.name = "all"});
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.3")});
  return responder;
}

TEST(responder, leases_an_address_to_a_client_behind_a_nat_and_takes_it_back) {
  PairConfig config;
  config.nat_address = "203.0.113.9";
  config.client_address = "192.168.1.2";
  Pair pair(config);
  pair.serve(with_pool(ed25519_key()));
  auto request = pair.request();
  request.keys = {dns_key_of(ed25519_key())};
  request.request_address = true;
  const auto session = pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  ASSERT_NE(pair.client.last<api::Established>(), nullptr);
  EXPECT_EQ(pair.client.last<api::Established>()->inner_local, base::Address::parse("100.64.0.2"));
  EXPECT_EQ(pair.server.last<api::Established>()->inner_remote, base::Address::parse("100.64.0.2"));
  EXPECT_EQ(pair.server.kernel.installed().front().child.remote, *base::Address::parse("203.0.113.9"));
  EXPECT_EQ(pair.server.kernel.installed().front().child.remote_port, 40001u);
  EXPECT_TRUE(pair.client.kernel.installed().front().child.encapsulated);
  pair.client.engine->close(session, pair.now);
  pair.collect(pair.client);
  pair.run(seconds(60));
  EXPECT_EQ(pair.server.engine->sessions(), 0u);
  EXPECT_EQ(pair.server.kernel.live(), 0u);
  for (int i = 0; i < 3; ++i) {  // two addresses: the third client is refused
    auto again = pair.request();
    again.keys = {dns_key_of(ed25519_key())};
    again.request_address = true;
    pair.connect(std::move(again));
    ASSERT_TRUE(pair.settle());
  }
  EXPECT_EQ(pair.client.count<api::Established>(), 3u);
  EXPECT_EQ(pair.client.last<api::Failed>()->notify, 36u) << "INTERNAL_ADDRESS_FAILURE";
}

TEST(responder, a_client_behind_a_nat_without_a_lease_gets_no_child) {
  PairConfig config;
  config.nat_address = "203.0.113.9";
  config.client_address = "192.168.1.2";
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  EXPECT_EQ(pair.client.last<api::Failed>()->reason, api::Reason::bad_selectors);
  EXPECT_EQ(pair.server.kernel.live(), 0u);
}

TEST(responder, a_client_behind_a_nat_is_told_to_ask_for_an_address) {
  PairConfig config;
  config.nat_address = "203.0.113.9";
  config.client_address = "192.168.1.2";
  Pair pair(config);
  pair.serve(with_pool(ed25519_key()));
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  EXPECT_EQ(pair.client.last<api::Failed>()->notify, 37u) << "FAILED_CP_REQUIRED";
  EXPECT_EQ(pair.server.kernel.live(), 0u);
}

TEST(responder, says_nothing_of_a_client_that_never_had_a_child) {
  PairConfig config;
  config.nat_address = "203.0.113.9";
  config.client_address = "192.168.1.2";
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});  // without a lease there is no child for it
  ASSERT_TRUE(pair.settle());
  pair.run(seconds(60));
  EXPECT_EQ(pair.server.engine->sessions(), 0u);
  EXPECT_EQ(pair.server.engine->stats().down, 1u);
  EXPECT_EQ(pair.server.steps("client_refused"), 1u);
  EXPECT_EQ(pair.server.events.size(), 1u);
}

TEST(responder, a_client_that_comes_again_from_its_address_and_port_replaces_itself) {
  Pair pair;
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  pair.client.engine.emplace(pair.client.config, pair.client.random, pair.client.kernel);  // it has crashed
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  pair.run(seconds(120));
  EXPECT_EQ(pair.client.count<api::Established>(), 2u);
  EXPECT_EQ(pair.server.kernel.live(), 1u);
  EXPECT_EQ(pair.server.engine->sessions(), 1u);
  ASSERT_NE(pair.server.last<api::Down>(), nullptr);
  EXPECT_EQ(pair.server.last<api::Down>()->reason, api::Reason::replaced);
}

TEST(responder, nobody_without_a_name_takes_the_place_of_somebody_with_one) {
  const auto client_key = ed25519_key(2);
  Pair pair;
  pair.serve(ed25519_key(),
             only({.name = "laptops", .kind = api::ProofKind::raw_key, .keys = {dns_key_of(client_key)}}));
  auto request = pair.request();
  request.keys = {dns_key_of(ed25519_key())};
  request.own = {.kind = api::ProofKind::raw_key, .id = fqdn("laptop.example"), .private_key = *client_key.to_pem()};
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  expect_up(pair);
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  ASSERT_NE(pair.client.last<api::Failed>(), nullptr);
  EXPECT_EQ(pair.client.last<api::Failed>()->reason, api::Reason::bad_selectors);
  EXPECT_EQ(pair.server.count<api::Down>(), 0u);
}

TEST(responder, agrees_with_the_client_in_any_weather) {
  const Weather bad{.latency = milliseconds(20), .jitter = milliseconds(60), .loss = 20, .duplication = 20};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PairConfig config;
    config.seed = seed;
    config.weather = bad;
    config.client.fragment_size = config.server.fragment_size = 200;
    config.client.max_retransmits = 12;
    Pair pair(config);
    pair.serve(ed25519_key());
    pair.connect({dns_key_of(ed25519_key())}, std::chrono::hours(1));
    ASSERT_TRUE(pair.settle(std::chrono::hours(1)));
    const auto* failed = pair.client.last<api::Failed>();
    ASSERT_EQ(failed, nullptr) << api::to_string(failed->reason) << " " << failed->notify << " " << failed->detail;
    // Our request may have been answered twice, and the server have taken both IKE_AUTHs. It is with the one by which
    // it hears the client.
    pair.run(std::chrono::minutes(30));
    ASSERT_EQ(pair.client.count<api::Down>(), 0u);
    ASSERT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
  }
}

TEST(responder, corruption_ends_in_an_agreed_tunnel_or_in_nothing) {
  std::size_t up = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PairConfig config;
    config.seed = seed;
    config.weather = {.jitter = milliseconds(5), .loss = 5, .duplication = 10, .corruption = 15};
    Pair pair(config);
    pair.serve(ed25519_key());
    pair.connect({dns_key_of(ed25519_key())}, seconds(20));
    ASSERT_TRUE(pair.settle());
    pair.run(seconds(120));
    // A client that gave up says so once, in one datagram, which may be lost: the server learns it in its own time.
    if (pair.client.kernel.live() > 0) {
      ASSERT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
    }
    up += pair.client.kernel.live();
  }
  EXPECT_GT(up, 100u);
}

}  // namespace
}  // namespace latchkey::sim
