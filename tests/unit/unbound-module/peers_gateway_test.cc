// Addresses that are reached by a gateway (security rule 1).

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::IsEmpty;

const base::Address kGateway = *base::Address::parse("9.9.9.9");
const base::Address kAnother = *base::Address::parse("9.9.9.10");

class gateway_peers : public peers {
 protected:
  std::uint64_t ask_by(const base::Address& gateway, std::vector<api::DnsKey> keys = {kKeyA},
                       base::Address address = kServer, std::string name = "a.example",
                       std::vector<api::DnsKey> beside = {}) {
    Want want = a_want(std::move(name), std::move(keys), address);
    want.gateway = gateway;
    want.beside = std::move(beside);
    made().want(std::move(want), now);
    return tickets;
  }
};

TEST_F(gateway_peers, is_spoken_with_for_the_address_which_is_what_is_guarded) {
  ask_by(kGateway);
  ASSERT_EQ(engine.connects.size(), 1U);
  EXPECT_EQ(engine.connects[0].remote, kGateway);
  EXPECT_EQ(engine.connects[0].behind, kServer);
  establish(1, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  EXPECT_TRUE(engine.guards.contains(kServer));
  EXPECT_FALSE(engine.guards.contains(kGateway));
  ASSERT_EQ(made().tunnels(now).size(), 1U);
  EXPECT_EQ(made().tunnels(now)[0].gateway, kGateway);
}

// Security rule 4.
TEST_F(gateway_peers, is_not_spoken_with_if_it_or_the_address_is_forbidden) {
  engine.own = {kAnother};
  for (const auto& [gateway, address] :
       {std::pair{"10.0.0.1", "8.8.4.4"}, {"127.0.0.1", "8.8.4.4"}, {"9.9.9.10", "8.8.4.4"}, {"9.9.9.9", "10.0.0.1"}}) {
    ask_by(*base::Address::parse(gateway), {kKeyA}, *base::Address::parse(address));
    EXPECT_EQ(only_outcome().verdict, Verdict::forbidden) << gateway << " for " << address;
  }
  EXPECT_THAT(engine.connects, IsEmpty());
}

TEST_F(gateway_peers, whose_failure_says_nothing_of_another_way_to_the_address) {
  ask_by(kGateway);
  fail(1);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  ask_by(kGateway);
  EXPECT_THAT(only_outcome().reason, testing::HasSubstr("(remembered)"));
  ask_by(kAnother);
  ask("a.example", {kKeyA});
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_EQ(engine.connects[1].remote, kAnother);
  fail(2);
  ASSERT_EQ(engine.connects.size(), 3U) << "one way after the other: an address has one tunnel";
  EXPECT_EQ(engine.connects[2].remote, kServer);
  EXPECT_EQ(engine.connects[2].behind, std::nullopt);
}

TEST_F(gateway_peers, share_a_negotiation_only_with_those_that_have_the_same) {
  ask_by(kGateway);
  ask_by(kGateway, {kKeyA}, kServer, "b.example");
  ask_by(kAnother, {kKeyA}, kServer, "c.example");
  ASSERT_EQ(engine.connects.size(), 1U);
  establish(1, kKeyA);
  EXPECT_EQ(outcomes().size(), 3U) << "a tunnel with the key is there, whatever its way";
  EXPECT_EQ(engine.connects.size(), 1U);
}

// Security rule 3.
TEST_F(gateway_peers, has_the_addresses_one_tunnel_and_another_key_is_a_conflict) {
  ask_by(kGateway);
  establish(1, kKeyA);
  (void)outcomes();
  ask("b.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  ask("b.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

// Security rule 3 asks what the name publishes, not which of its ways is tried.
TEST_F(gateway_peers, with_a_key_that_the_name_publishes_for_another_has_a_tunnel_of_the_name_s) {
  ask_by(kAnother, {kKeyB}, kServer, "a.example", {kKeyA});
  establish(1, kKeyB);
  (void)outcomes();
  for (const char* name : {"a.example", "b.example"}) {
    ask_by(kGateway, {kKeyA}, kServer, name, {kKeyB});
    EXPECT_EQ(only_outcome().verdict, Verdict::up) << name;
  }
  EXPECT_EQ(engine.connects.size(), 1U) << "it is no rollover";
}

TEST_F(gateway_peers, with_a_key_that_all_names_publish_for_any_may_take_the_tunnel_over) {
  for (const char* name : {"a.example", "b.example"}) {
    ask_by(kGateway, {kKeyA}, kServer, name, {kKeyB});
    if (made().waiting() > 0) establish(1, kKeyA);
    EXPECT_EQ(only_outcome().verdict, Verdict::up);
  }
  ask_by(kAnother, {kKeyB}, kServer, "b.example");
  EXPECT_EQ(engine.connects.size(), 2U) << "a.example publishes it too";
  ask("b.example", {{3, {7, 8, 9}}});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
}

TEST_F(gateway_peers, of_a_lost_tunnel_are_all_that_the_name_publishes) {
  ask_by(kAnother, {kKeyB});
  establish(1, kKeyB);
  (void)outcomes();
  lose(1);
  fail(2);
  ask_by(kGateway, {kKeyA}, kServer, "a.example", {kKeyB});
  fail(3);
  (void)outcomes();
  now += 10s;  // failures are forgotten, what was promised is not
  ask_by(kAnother, {kKeyB}, kServer, "b.example");
  EXPECT_EQ(engine.connects.size(), 4U) << "a.example has not ceased to publish its key";
}

TEST_F(gateway_peers, is_tried_with_its_own_keys_alone) {
  ask_by(kGateway, {kKeyA}, kServer, "a.example", {kKeyB});
  ASSERT_EQ(engine.connects.size(), 1U);
  EXPECT_THAT(engine.connects[0].keys, testing::ElementsAre(kKeyA));
}

TEST_F(gateway_peers, comes_back_by_the_same_gateway) {
  ask_by(kGateway);
  establish(1, kKeyA);
  lose(1);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_EQ(engine.connects[1].remote, kGateway);
  EXPECT_EQ(engine.connects[1].behind, kServer);
}

// Security rule 5: it is the gateway that gets IKE.
TEST_F(gateway_peers, is_the_destination_that_the_budget_counts) {
  std::size_t refused = 0;
  for (std::size_t n = 0; n < 20; ++n) {
    ask_by(kGateway, {kKeyA}, server(n));
    for (const Done& done : outcomes()) refused += done.verdict == Verdict::limit ? 1U : 0U;
  }
  EXPECT_EQ(engine.connects.size(), Budget::kDestination.most);
  EXPECT_EQ(refused, 20 - Budget::kDestination.most);
  EXPECT_EQ(made().refused(Bound::destination), refused);
}

}  // namespace
}  // namespace latchkey::unbound
