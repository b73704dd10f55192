// IKE_INTERMEDIATE (RFC 9242) and the additional key exchanges in it, between two engines in virtual time.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "tests/sim/pair.h"
#include "tests/sim/world.h"
#include "tests/support/toy_kem.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::KeMethod;
using base::NotifyType;
using base::PayloadType;
using support::kOtherToyMethod;
using support::kToyMethod;
using support::ToyKem;
using Exchanges = std::vector<api::AdditionalExchange>;

const ToyKem kLarge, kSmall(64, 48);
const Exchanges kOne{{kToyMethod, &kLarge}};
const Exchanges kOther{{kOtherToyMethod, &kSmall}};
const Exchanges kBoth{{kToyMethod, &kLarge}, {kOtherToyMethod, &kSmall}};

PairConfig pair_config(const Exchanges& client, const Exchanges& server) {
  PairConfig config;
  config.client.additional_exchanges = client;
  config.server.additional_exchanges = server;
  return config;
}

std::vector<KeMethod> methods_of(const Exchanges& exchanges) {
  std::vector<KeMethod> methods;
  for (const auto& one : exchanges) methods.push_back(one.method);
  return methods;
}

wire::Header header_of(const api::Datagram& datagram) { return wire::parse_header(datagram.bytes).value(); }

void expect_up(Pair& pair, const std::vector<KeMethod>& additional, std::string_view what = {}) {
  ASSERT_TRUE(pair.settle()) << what;
  pair.run(std::chrono::seconds(5));
  const auto* failed = pair.client.last<api::Failed>();
  ASSERT_EQ(failed, nullptr) << what << ": " << failed->detail;
  ASSERT_NE(pair.client.last<api::Established>(), nullptr) << what;
  ASSERT_NE(pair.server.last<api::Established>(), nullptr) << what;
  EXPECT_EQ(pair.client.last<api::Established>()->additional, additional) << what;
  EXPECT_EQ(pair.server.last<api::Established>()->additional, additional) << what;
  EXPECT_EQ(pair.client.kernel.live(), 1u) << what;
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "") << what;
}

void expect_down(Pair& pair, api::Reason reason, std::string_view what) {
  ASSERT_TRUE(pair.settle()) << what;
  pair.run(std::chrono::seconds(120));
  ASSERT_NE(pair.client.last<api::Failed>(), nullptr) << what;
  EXPECT_EQ(pair.client.last<api::Failed>()->reason, reason) << what;
  EXPECT_TRUE(pair.client.kernel.untouched()) << what;
  EXPECT_TRUE(pair.server.kernel.untouched()) << what;
  EXPECT_EQ(pair.server.engine->ike_sas(), 0u) << what;
  EXPECT_EQ(pair.server.engine->half_open_clients(), 0u) << what;
}

TEST(intermediate, takes_a_round_trip_for_each_additional_key_exchange_and_ike_auth_comes_after) {
  for (const Exchanges& exchanges : {kOne, kBoth}) {
    Pair pair(pair_config(exchanges, exchanges));
    pair.serve(ed25519_key());
    pair.connect({dns_key_of(ed25519_key())});
    expect_up(pair, methods_of(exchanges));
    EXPECT_EQ(pair.client.last<api::Established>()->exchanges, 2 + exchanges.size());
    std::vector<std::pair<unsigned, std::uint32_t>> requests;
    for (const auto& datagram : pair.client.sent) {
      const auto header = header_of(datagram);
      const std::pair one{static_cast<unsigned>(header.exchange), header.message_id.value};
      if (requests.empty() || requests.back() != one) requests.push_back(one);
      EXPECT_EQ(datagram.path.nat_port, header.exchange != ExchangeType::ike_sa_init);
    }
    std::vector<std::pair<unsigned, std::uint32_t>> expected{{34, 0}, {43, 1}, {35, 2}};
    if (exchanges.size() == 2) expected = {{34, 0}, {43, 1}, {43, 2}, {35, 3}};
    EXPECT_EQ(requests, expected);
  }
}

TEST(intermediate, goes_in_fragments_of_the_configured_size) {
  auto config = pair_config(kOne, kOne);
  config.client.fragment_size = config.server.fragment_size = 500;
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  expect_up(pair, {kToyMethod});
  for (const Host* host : {&pair.client, &pair.server}) {
    const auto fragments = std::ranges::count_if(host->sent, [](const auto& datagram) {
      return header_of(datagram).exchange == ExchangeType::ike_intermediate;
    });
    EXPECT_EQ(fragments, 3);
    for (const auto& datagram : host->sent) {
      EXPECT_TRUE(datagram.bytes.size() <= 500 || header_of(datagram).exchange == ExchangeType::ike_sa_init);
    }
  }
}

// RFC 9242 section 3.1
TEST(intermediate, is_not_spoken_of_unless_configured) {
  Pair pair;
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  expect_up(pair, {});
  for (const Host* host : {&pair.client, &pair.server}) {
    const auto message = wire::parse_message(host->sent.front().bytes).value();
    for (const auto& payload : message.payloads) {
      if (payload.type != PayloadType::notify) continue;
      EXPECT_NE(wire::parse_notify(payload.body)->type, NotifyType::intermediate_exchange_supported);
    }
    const wire::Sa sa = wire::parse_sa(message.find(PayloadType::sa)->body).value();
    for (const auto& proposal : sa.proposals) {
      for (const auto& one : proposal.transforms) EXPECT_LT(one.type, base::TransformType::addke1);
    }
  }
}

TEST(intermediate, has_the_exchanges_that_both_sides_want) {
  struct Case {
    std::string_view what;
    Exchanges client, server;
    bool client_requires = false, server_requires = false;
    std::optional<Exchanges> agreed;  ///< nothing: no IKE SA
  };
  const Case cases[] = {
      {"a server without", kOne, {}, false, false, Exchanges{}},
      {"a client without", {}, kOne, false, false, Exchanges{}},
      {"nothing in common", kOne, kOther, false, false, Exchanges{}},
      {"one in common", kBoth, kOther, false, false, kOther},
      {"both required", kBoth, kBoth, true, true, kBoth},
      {"required of a server without", kOne, {}, true, false, {}},
      {"required of a server with one of two", kBoth, kOne, true, false, {}},
      {"required of a client without", {}, kOne, false, true, {}},
      {"required of a client with one of two", kOne, kBoth, false, true, {}},
  };
  for (const Case& c : cases) {
    auto config = pair_config(c.client, c.server);
    config.client.additional_exchanges_required = c.client_requires;
    config.server.additional_exchanges_required = c.server_requires;
    Pair pair(config);
    pair.serve(ed25519_key());
    pair.connect({dns_key_of(ed25519_key())});
    if (c.agreed) {
      expect_up(pair, methods_of(*c.agreed), c.what);
    } else {
      expect_down(pair, api::Reason::no_proposal, c.what);
    }
  }
}

/// Gives the responder another secret than the initiator.
class TwoSecrets : public ToyKem {
 public:
  base::Result<Encapsulated> encapsulate(base::Bytes key, const crypto::RandomFill& random) const override {
    auto made = ToyKem::encapsulate(key, random);
    made->shared_secret.mutable_view()[0] ^= 1;
    return made;
  }
};

TEST(intermediate, makes_keys_that_only_both_secrets_give) {
  const TwoSecrets broken;
  Pair pair(pair_config(kOne, {{kToyMethod, &broken}}));
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  expect_down(pair, api::Reason::timeout, "another secret");
  EXPECT_EQ(pair.client.last<api::Failed>()->detail, "no answer to IKE_AUTH");
  EXPECT_GT(pair.server.engine->stats().dropped_bad_icv, 0u);
}

/// What else an IKE SA may be set up with.
struct Setting {
  std::string_view what;
  bool cookie = false, invalid_ke = false, ppk = false, native = false, cbc = false, signs = false, secret = false;
};

void prepare(const Setting& now, PairConfig& config) {
  using enum base::EncrId;
  const api::IkeSuite gcm;
  const api::IkeSuite cbc{aes_cbc, 256, base::PrfId::hmac_sha2_512, KeMethod::x25519, base::IntegId::hmac_sha2_256_128};
  config.client.ike = {now.cbc ? cbc : gcm};
  config.server.ike = config.client.ike;
  if (now.invalid_ke) {
    config.server.ike.front().ke = KeMethod::ecp256;
    config.client.ike.push_back(config.server.ike.front());
  }
  config.client.encapsulate = config.server.encapsulate = !now.native;
  config.client.fragment_size = 576;
}

void connect(const Setting& now, Pair& pair) {
  const auto secret = [] { return base::SecretBytes(base::as_bytes("0123456789abcdef")); };
  const api::Identity client{base::IdType::fqdn, {'c'}}, server{base::IdType::fqdn, {'s'}};
  api::ResponderConfig responder;
  responder.cookies_from = now.cookie ? 0 : 100;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = server, .private_key = *ed25519_key().to_pem()});
  auto request = pair.request(std::chrono::seconds(120));
  request.keys = {dns_key_of(ed25519_key())};
  if (now.signs) {
    request.own = {.kind = api::ProofKind::raw_key, .id = client, .private_key = *ed25519_key(2).to_pem()};
    responder.peers.push_back(
        {.name = "key", .kind = api::ProofKind::raw_key, .id = client, .keys = {dns_key_of(ed25519_key(2))}});
  } else if (now.secret) {
    request.own = {.kind = api::ProofKind::shared_secret, .id = client, .shared_secret = secret()};
    responder.peers.push_back(
        {.name = "secret", .kind = api::ProofKind::shared_secret, .id = client, .shared_secret = secret()});
  } else {
    responder.peers.push_back({.name = "all"});
  }
  if (now.ppk) {
    responder.ppks.push_back({{'p'}, secret(), true});
    responder.ppk_required = true;
    request.ppk = api::Ppk{{'p'}, secret(), true};
  }
  pair.serve(responder);
  pair.connect(std::move(request));
}

const Setting kSettings[] = {
    {.what = "plain"},
    {.what = "cookie", .cookie = true},
    {.what = "another group", .invalid_ke = true},
    {.what = "cookie and another group", .cookie = true, .invalid_ke = true},
    {.what = "a PPK", .ppk = true},
    {.what = "native ESP", .native = true},
    {.what = "CBC with SHA-512", .cbc = true},
    {.what = "a client that signs", .signs = true},
    {.what = "a client with a secret", .secret = true},
    {.what = "all at once", .cookie = true, .invalid_ke = true, .ppk = true, .cbc = true, .signs = true},
};

TEST(intermediate, goes_with_whatever_else_an_ike_sa_is_set_up_with) {
  for (const Setting& now : kSettings) {
    auto config = pair_config(kBoth, kBoth);
    prepare(now, config);
    Pair pair(config);
    connect(now, pair);
    expect_up(pair, {kToyMethod, kOtherToyMethod}, now.what);
  }
}

TEST(intermediate, comes_through_bad_weather_or_leaves_nothing_behind) {
  std::size_t up = 0;
  constexpr std::size_t kSeeds = 60;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Setting& now = kSettings[seed % std::size(kSettings)];
    auto config = pair_config(kBoth, kBoth);
    prepare(now, config);
    config.seed = seed;
    config.weather = {.jitter = std::chrono::milliseconds(60), .loss = 12, .duplication = 20, .corruption = 3};
    Pair pair(config);
    connect(now, pair);
    pair.run(std::chrono::seconds(8));
    pair.config.weather = {};
    pair.run(std::chrono::seconds(300));
    EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "") << seed << ": " << now.what;
    EXPECT_EQ(pair.server.engine->half_open_clients(), 0u) << seed;
    if (pair.client.last<api::Established>() != nullptr) ++up;
  }
  EXPECT_GT(up, kSeeds * 8 / 10);
}

// RFC 7296 section 2.1
TEST(intermediate, is_answered_again_in_the_same_octets_when_the_answer_got_lost) {
  Pair pair(pair_config(kBoth, kBoth));
  pair.serve(ed25519_key());
  std::map<std::uint32_t, std::size_t> lost;
  pair.filter = [&](const Host& from, const api::Datagram& datagram) {
    const auto header = header_of(datagram);
    const bool answer = &from == &pair.server && header.exchange == ExchangeType::ike_intermediate;
    return !answer || ++lost[header.message_id.value] > 2;  // as many as the larger one has fragments
  };
  pair.connect({dns_key_of(ed25519_key())});
  expect_up(pair, {kToyMethod, kOtherToyMethod});
  std::map<std::uint32_t, std::vector<base::Buffer>> answers;
  for (const auto& datagram : pair.server.sent) {
    const auto header = header_of(datagram);
    if (header.exchange == ExchangeType::ike_intermediate) answers[header.message_id.value].push_back(datagram.bytes);
  }
  ASSERT_EQ(answers.size(), 2u);
  for (auto& [id, octets] : answers) {
    EXPECT_GE(octets.size(), 2u) << id;
    const std::set<base::Buffer> distinct(octets.begin(), octets.end());
    EXPECT_EQ(distinct.size(), 1u) << id;
  }
  EXPECT_GE(pair.server.engine->stats().retransmitted, 2u);
}

TEST(intermediate, leaves_an_ike_sa_that_is_rekeyed_without_more_of_it) {
  auto config = pair_config(kBoth, kBoth);
  config.client.ike_lifetime = std::chrono::minutes(10);
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  expect_up(pair, {kToyMethod, kOtherToyMethod});
  const std::size_t before = pair.client.sent.size();
  pair.run(std::chrono::minutes(25));
  EXPECT_GE(pair.client.steps("ike_sa_rekeyed"), 2u);
  EXPECT_EQ(pair.client.count<api::Down>(), 0u);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
  for (std::size_t i = before; i < pair.client.sent.size(); ++i) {
    EXPECT_NE(header_of(pair.client.sent[i]).exchange, ExchangeType::ike_intermediate);
  }
}

// Somebody who overhears the server's reply sends it first, with a payload more: it has the true one's keys, and only
// AUTH will tell.
TEST(intermediate, survives_a_forged_copy_of_the_reply_before_it) {
  for (const Exchanges& exchanges : {kOne, kBoth}) {
    Pair pair(pair_config(exchanges, exchanges));
    pair.serve(ed25519_key());
    bool forged = false;
    pair.filter = [&](const Host& from, const api::Datagram& datagram) {
      if (&from != &pair.server || forged) return true;
      forged = true;
      const auto message = wire::parse_message(datagram.bytes).value();
      wire::PayloadChain chain;
      for (const auto& payload : message.payloads) {
        const bool fragments = payload.type == PayloadType::notify &&
                               wire::parse_notify(payload.body)->type == NotifyType::fragmentation_supported;
        if (!fragments) chain.add(payload.type, [&](base::Writer& out) { out.bytes(payload.body); });
      }
      pair.inject(pair.client, {{datagram.path.remote, datagram.path.local}, write_message(message.header, chain)});
      return true;
    };
    pair.connect({dns_key_of(ed25519_key())});
    expect_up(pair, methods_of(exchanges));
    EXPECT_EQ(pair.client.steps("ike_sa_init_answered"), 2u);
  }
}

TEST(intermediate, that_is_never_finished_is_forgotten_with_the_half_open_client) {
  Pair pair(pair_config(kBoth, kBoth));
  pair.serve(ed25519_key());
  pair.filter = [&](const Host& from, const api::Datagram& datagram) {
    return &from != &pair.client || header_of(datagram).message_id.value < 2;
  };
  pair.connect({dns_key_of(ed25519_key())}, std::chrono::seconds(60));
  pair.run(std::chrono::seconds(20));
  EXPECT_EQ(pair.client.steps("ike_intermediate_sent"), 2u);
  EXPECT_EQ(pair.server.engine->half_open_clients(), 1u) << "it still counts against the bound";
  pair.run(std::chrono::seconds(15));
  EXPECT_EQ(pair.server.engine->half_open_clients(), 0u);
  EXPECT_EQ(pair.server.engine->ike_sas(), 0u);
  ASSERT_TRUE(pair.settle());
  EXPECT_EQ(pair.client.last<api::Failed>()->detail, "no answer to IKE_INTERMEDIATE");
  EXPECT_EQ(pair.client.engine->ike_sas(), 0u) << "no answer is waited for from who has no IKE SA";
}

}  // namespace
}  // namespace latchkey::sim
