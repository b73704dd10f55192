// CREATE_CHILD_SA must not be the way around what IKE_AUTH has refused (docs/SECURITY.md, rules 3 and 12).

#include <gtest/gtest.h>

#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::Payloads;

const base::Buffer kLaptop = *base::from_hex("02 000000 6c6170746f70");  // FQDN "laptop"

/// Takes the anonymous, and the key of TEST 2 by its name.
api::ResponderConfig two_kinds() {
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = support::fqdn("server.example"), .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "laptop", .kind = api::ProofKind::raw_key, .keys = {dns_key_of(ed25519_key(2))}});
  responder.peers.push_back({.name = "all"});
  return responder;
}

// SA, Ni, TSi and TSr of a first claim, for a child of its own.
Payloads new_child(const Payloads& claim) {
  const base::Buffer nonce(32, 0x5a);
  return {claim[2], support::payload(PayloadType::nonce, wire::Nonce{nonce}), claim[3], claim[4]};
}

void expect_no_child(Stranger& stranger, Server& server, const Payloads& claim) {
  const std::size_t before = server.kernel.installed().size();
  const auto answer = stranger.ask(ExchangeType::create_child_sa, new_child(claim));
  ASSERT_TRUE(answer);
  EXPECT_NE(first_notify(answer->payloads()), NotifyType{});
  EXPECT_EQ(server.kernel.installed().size(), before);
}

class new_child_for_nobody : public testing::TestWithParam<bool> {};

// Whether it came without a child (RFC 6023) or was refused one.
TEST_P(new_child_for_nobody, takes_no_address_of_somebody_with_a_name) {
  Server server(two_kinds());
  Stranger laptop(server, 1);
  ASSERT_TRUE(laptop.agree());
  ASSERT_TRUE(laptop.ask(ExchangeType::ike_auth, laptop.claim(kLaptop, ed25519_key(2))));
  ASSERT_EQ(server.kernel.live(), 1u);
  Stranger nobody(server, 2);
  nobody.path.remote.port = 501;  // behind the same address
  ASSERT_TRUE(nobody.agree());
  const Payloads claim = nobody.claim();
  const bool childless = GetParam();
  ASSERT_TRUE(nobody.ask(ExchangeType::ike_auth, childless ? Payloads{claim[0], claim[1]} : claim));
  ASSERT_EQ(server.engine.sessions(), 2u);
  expect_no_child(nobody, server, claim);
  EXPECT_EQ(server.kernel.live(), 1u);
}

INSTANTIATE_TEST_SUITE_P(ways, new_child_for_nobody, testing::Bool());

TEST(new_child, behind_a_nat_needs_its_lease_as_well) {
  auto responder = two_kinds();
  responder.pools.push_back({*base::Address::parse("100.64.0.2"), *base::Address::parse("100.64.0.9")});
  Server server(responder);
  Stranger nobody(server);
  Payloads init = nobody.init_payloads();
  init.push_back(support::notify_payload(NotifyType::nat_detection_source_ip, base::Buffer(20, 1)));
  init.push_back(support::notify_payload(NotifyType::nat_detection_destination_ip, base::Buffer(20, 2)));
  ASSERT_TRUE(nobody.agree(init));
  Payloads claim = nobody.claim();
  claim[3] = support::payload(PayloadType::tsi, support::all_ipv4());
  const auto answer = nobody.ask(ExchangeType::ike_auth, claim);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(support::find_notify(answer->payloads(), NotifyType::failed_cp_required));
  expect_no_child(nobody, server, claim);
}

}  // namespace
}  // namespace latchkey::sim
