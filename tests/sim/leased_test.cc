// The inner address that a server leases us (RFC 7296 section 2.19): one of the networks that are meant for it, or
// there is no tunnel (security rule 6).

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/pair.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::PayloadType;
using support::payload;
using support::Payloads;

base::Address address(std::string_view text) { return *base::Address::parse(text); }

const std::vector<api::Network> kMeant = {
    {address("100.64.0.0"), 10}, {address("10.7.0.0"), 16}, {address("fd00:7::"), 32}};

struct Offer {
  std::string_view leased;
  bool taken;
};

class leased : public testing::TestWithParam<Offer> {};

// Two engines: what the server grants is right in every other respect.
TEST_P(leased, addresses_are_taken_from_the_networks_that_are_meant_for_them_alone) {
  const base::Address lease = address(GetParam().leased);
  PairConfig config;
  config.client.lease_networks = kMeant;
  if (!lease.is_v4()) {
    config.client_address = "2001:db8::1";
    config.server_address = "2001:db8:1::7";
  }
  Pair pair(config);
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = support::fqdn("s"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  responder.pools.push_back({lease, lease});
  pair.serve(responder);
  auto request = pair.request();
  request.keys = {dns_key_of(ed25519_key())};
  request.request_address = true;
  const auto session = pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  if (GetParam().taken) {
    ASSERT_NE(pair.client.last<api::Established>(), nullptr);
    EXPECT_EQ(pair.client.last<api::Established>()->inner_local, lease);
    EXPECT_EQ(pair.client.kernel.installed().front().child.inner_local, lease);
    EXPECT_EQ(pair.server.last<api::Established>()->inner_remote, lease);
    EXPECT_EQ(pair.server.kernel.installed().front().child.inner_remote, lease);
    EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
    EXPECT_EQ(pair.server.engine->leases(), 1u);
    pair.client.engine->close(session, pair.now);
    pair.collect(pair.client);
  } else {
    ASSERT_NE(pair.client.last<api::Failed>(), nullptr);
    EXPECT_EQ(pair.client.last<api::Failed>()->reason, api::Reason::bad_selectors);
    EXPECT_EQ(pair.client.count<api::Established>(), 0u);
    EXPECT_TRUE(pair.client.kernel.untouched());
  }
  pair.run(std::chrono::seconds(60));
  EXPECT_EQ(pair.client.kernel.live() + pair.server.kernel.live(), 0u);
  EXPECT_EQ(pair.server.engine->sessions(), 0u);
  EXPECT_EQ(pair.server.engine->leases(), 0u);
}

INSTANTIATE_TEST_SUITE_P(of, leased,
                         testing::Values(Offer{"100.64.0.1", true}, Offer{"100.127.255.254", true},
                                         Offer{"10.7.255.1", true}, Offer{"100.63.255.255", false},
                                         Offer{"100.128.0.1", false}, Offer{"10.8.0.1", false},
                                         Offer{"192.168.1.2", false}, Offer{"8.8.8.8", false},
                                         Offer{"198.51.100.7", false}, Offer{"fd00:7::2", true},
                                         Offer{"fd00:7:ffff:ffff:ffff:ffff:ffff:fffe", true}, Offer{"fd00:8::2", false},
                                         Offer{"fd00:6:ffff::2", false}, Offer{"2001:db8:1::7", false}),
                         [](const auto& each) {
                           std::string name(each.param.leased);
                           std::ranges::replace_if(
                               name, [](char c) { return c == '.' || c == ':'; }, '_');
                           return name;
                         });

struct Reply {
  std::string_view name;
  std::uint16_t attribute;
  std::string_view value;
  std::string_view tsi_first, tsi_last;
  bool taken = false;
};

// Another implementation's replies over IPv6.
TEST(leased, ipv6_addresses_are_what_the_attribute_says_and_tsi_confirms) {
  const std::string_view lease = "fd00:7::2", wrong = "fd00:7::3";
  const std::string_view octets = "fd000007000000000000000000000002";
  const Reply replies[] = {
      {"an address and its prefix", 8, "fd000007000000000000000000000002 80", lease, lease, true},
      {"with a network around it, which is nobody's business", 8, "fd000007000000000000000000000002 40", lease, lease,
       true},
      {"without prefix", 8, octets, lease, lease, true},
      {"another than TSi's", 8, octets, wrong, wrong, false},
      {"more than TSi's", 8, octets, lease, wrong, false},
      {"too short", 8, "fd0000070000000000000000000000", lease, lease, false},
      {"too long", 8, "fd000007000000000000000000000002 80 00", lease, lease, false},
      {"all zeros", 8, "00000000000000000000000000000000 80", "::", "::", false},
      {"of the other family", 1, "64400002", lease, lease, false},
  };
  for (const Reply& reply : replies) {
    SCOPED_TRACE(reply.name);
    const base::Buffer value = *base::from_hex(reply.value);
    WorldConfig config;
    config.local = "2001:db8::1";
    config.remote = "2001:db8:1::7";
    config.engine.lease_networks = kMeant;
    World world(ed25519_key(),
                {.edit_auth =
                     [&](Payloads& payloads) {
                       const auto tsi = std::ranges::find(payloads, PayloadType::tsi, &support::Payload::type);
                       *tsi = payload(PayloadType::tsi, support::range(reply.tsi_first, reply.tsi_last));
                       const wire::Cp cp{2, {{reply.attribute, value}}};
                       payloads.insert(payloads.begin() + 2, payload(PayloadType::cp, cp));
                     }},
                config);
    api::ConnectRequest request;
    request.local = {address(config.local), 500};
    request.remote = address(config.remote);
    request.keys = {world.responder.dns_key()};
    request.deadline = world.now + std::chrono::seconds(5);
    request.request_address = true;
    ASSERT_TRUE(world.engine.connect(request, world.now));
    world.collect();
    ASSERT_TRUE(world.run_until_settled());
    const auto* up = world.last<api::Established>();
    ASSERT_EQ(up != nullptr, reply.taken);
    if (reply.taken) {
      EXPECT_EQ(up->inner_local, address(lease));
    } else {
      EXPECT_EQ(world.last<api::Failed>()->reason, api::Reason::bad_selectors);
      EXPECT_TRUE(world.kernel.untouched());
    }
  }
}

}  // namespace
}  // namespace latchkey::sim
