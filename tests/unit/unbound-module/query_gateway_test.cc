// Security rule 1 as a question lives it: gateways that are others', and who may name them.

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// kKey's, by way of 198.51.100.7 and 198.51.100.8.
const Buffer kByGateway =
    *base::from_hex("0a0104c6336407dd64d7814be99f54650979e6f348066362d9fc4ad450466d677dc80e2f327e13");
const Buffer kByAnother =
    *base::from_hex("140104c6336408dd64d7814be99f54650979e6f348066362d9fc4ad450466d677dc80e2f327e13");
const auto kGateway = base::Address::parse("198.51.100.7");

class GatewayStory : public QueryStory {
 protected:
  void allow(const char* gateway, const char* network) {
    configured.push_back({{}, base::Address::parse(gateway), {*host::Cidr::parse(network)}});
    Settings settings;
    settings.gateways = std::make_shared<std::vector<host::GatewayEntry>>(configured);
    worker = std::make_unique<Worker>(gate, memory, settings);
  }
  lk_next hold_by(std::vector<Buffer> records, std::vector<Buffer> addresses = {v4(1)},
                  lk_security security = LK_SECURE) {
    return hold(std::move(addresses), security, std::move(records));
  }
  lk_next reverse_answered(const Answer& answer, std::string_view name = "1.2.0.192.in-addr.arpa") {
    return key_answered(answer, name);
  }
  static Answer reverse_with(std::vector<Buffer> records, lk_security security = LK_SECURE) {
    Answer answer(security);
    answer.add("1.2.0.192.in-addr.arpa", kTypeIpseckey, std::move(records), 50);
    return answer;
  }

  std::vector<host::GatewayEntry> configured;
};

TEST_F(GatewayStory, of_a_configured_gateway_asks_nobody_else) {
  allow("198.51.100.7", "192.0.2.0/24");
  EXPECT_EQ(hold_by({kByGateway}), LK_HOLD);
  EXPECT_THAT(resolver.lookups, ElementsAre("www.example TYPE45", "www.example AAAA cd"));
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].gateway, kGateway);
  EXPECT_EQ(gate.wants[0].keys.size(), 1U);
  EXPECT_EQ(gate.wants[0].address.to_string(), "192.0.2.1");
}

TEST_F(GatewayStory, of_a_gateway_that_the_reverse_zone_names_waits_for_it_and_lives_no_longer) {
  EXPECT_EQ(hold_by({kByGateway}), LK_HOLD);
  EXPECT_THAT(resolver.lookups, ElementsAre("www.example TYPE45", "1.2.0.192.in-addr.arpa TYPE45"));
  EXPECT_THAT(gate.wants, IsEmpty());
  EXPECT_EQ(reverse_answered(reverse_with({kByGateway})), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].gateway, kGateway);
  EXPECT_EQ(gate.wants[0].ttl_s, 50U);
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(resolver.edits[0].ttl_cap, 50U);
}

// RFC 2317: the name below the reverse zone is an alias.
TEST_F(GatewayStory, follows_the_alias_of_a_reverse_zone_that_is_delegated_without_classes) {
  hold_by({kByGateway});
  Answer reverse;
  reverse.add("1.2.0.192.in-addr.arpa", kTypeCname, {wire("1.net.example")})
      .add("1.net.example", kTypeIpseckey, {kByGateway});
  EXPECT_EQ(reverse_answered(reverse), LK_HOLD);
  EXPECT_EQ(gate.wants.size(), 1U);
}

TEST_F(GatewayStory, that_nobody_but_the_name_itself_names_is_refused) {
  const Answer nothing;
  const Answer failed(LK_INSECURE, 2);
  const Answer other = reverse_with({kByAnother});
  const Answer direct = reverse_with({kKey});
  const Answer insecure = reverse_with({kByGateway}, LK_INSECURE);
  const Answer bogus = reverse_with({kByGateway}, LK_BOGUS);
  Answer elsewhere;
  elsewhere.add("2.2.0.192.in-addr.arpa", kTypeIpseckey, {kByGateway});
  const Answer* const answers[] = {&nothing, &failed, &other, &direct, &insecure, &bogus, &elsewhere};
  for (const Answer* answer : answers) {
    hold_by({kByGateway});
    EXPECT_EQ(reverse_answered(*answer), LK_FINISHED);
    EXPECT_EQ(verdict(), "servfail-unusable");
    EXPECT_THAT(gate.wants, IsEmpty());
  }
}

TEST_F(GatewayStory, of_a_reverse_zone_that_keeps_silent_ends_at_the_deadline) {
  hold_by({kByGateway});
  resolver.now += 4'000'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-unusable");
  EXPECT_EQ(reverse_answered(reverse_with({kByGateway})), LK_FINISHED);
  EXPECT_THAT(gate.wants, IsEmpty()) << "too late";
}

TEST_F(GatewayStory, that_cannot_ask_the_reverse_zone_is_refused) {
  resolver.refused_lookups.insert("1.2.0.192.in-addr.arpa TYPE45");
  EXPECT_EQ(hold_by({kByGateway}), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-unusable");
}

TEST_F(GatewayStory, with_a_record_that_is_usable_as_it_is_asks_no_reverse_zone) {
  EXPECT_EQ(hold_by({kByGateway, kKey}), LK_HOLD);
  EXPECT_THAT(resolver.lookups, ElementsAre("www.example TYPE45", "www.example AAAA cd"));
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].gateway, std::nullopt);
}

// RFC 4025 section 4.1.2
TEST_F(GatewayStory, of_an_unsigned_name_is_ignored_and_nobody_is_asked) {
  allow("198.51.100.7", "192.0.2.0/24");
  EXPECT_EQ(hold_by({kByGateway}, {v4(1)}, LK_INSECURE), LK_FINISHED);
  EXPECT_THAT(resolver.lookups, ElementsAre("www.example TYPE45"));
  EXPECT_EQ(verdict(), "released");
  EXPECT_THAT(gate.wants, IsEmpty());
}

TEST_F(GatewayStory, asks_the_zones_of_at_most_four_addresses) {
  EXPECT_EQ(hold_by({kByGateway}, {v4(1), v4(2), v4(3), v4(4), v4(5), v4(6)}), LK_HOLD);
  EXPECT_EQ(resolver.lookups.size(), 1U + 4U);
  for (int i = 1; i <= 4; ++i) {
    const std::string name = std::to_string(i) + ".2.0.192.in-addr.arpa";
    Answer reverse;
    if (i == 2) reverse.add(name, kTypeIpseckey, {kByGateway});
    query->looked_up(wire(name), kTypeIpseckey, reverse.get());
  }
  EXPECT_EQ(query->again(), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U) << "the others are filtered";
  EXPECT_EQ(gate.wants[0].address.to_string(), "192.0.2.2");
}

// RFC 4025 section 2.2: gateways with lower precedence are to be attempted first; then the others.
TEST_F(GatewayStory, tries_the_next_gateway_when_the_first_fails_or_is_forbidden_or_conflicts) {
  for (const Verdict verdict : {Verdict::failed, Verdict::forbidden, Verdict::conflict}) {
    gate.wants.clear();
    configured.clear();
    allow("198.51.100.7", "192.0.2.0/24");
    allow("198.51.100.8", "192.0.2.0/24");
    EXPECT_EQ(hold_by({kByAnother, kByGateway}), LK_HOLD);
    other_family(Answer());
    ASSERT_EQ(gate.wants.size(), 1U);
    EXPECT_EQ(gate.wants[0].gateway, kGateway);
    EXPECT_EQ(outcome(0, verdict), LK_HOLD);
    ASSERT_EQ(gate.wants.size(), 2U);
    EXPECT_EQ(gate.wants[1].gateway, base::Address::parse("198.51.100.8"));
    EXPECT_EQ(outcome(1, Verdict::failed), LK_FINISHED);
    EXPECT_EQ(this->verdict(), "servfail-tunnel");
  }
}

// Security rule 3 is about all that the name publishes for the address.
TEST_F(GatewayStory, tells_with_each_gateway_the_keys_of_the_others) {
  allow("198.51.100.7", "192.0.2.0/24");
  allow("198.51.100.8", "192.0.2.0/24");
  // Another key (RFC 8032 section 7.1, test 1).
  const Buffer other =
      *base::from_hex("140104c6336408d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  hold_by({kByGateway, other, kKey});
  outcome(0, Verdict::failed);
  ASSERT_EQ(gate.wants.size(), 2U);
  const api::DnsKey first = gate.wants[0].keys.at(0);
  const api::DnsKey second{4, {other.end() - 32, other.end()}};
  for (const Want& want : gate.wants) {
    EXPECT_THAT(want.keys, ElementsAre(first));
    EXPECT_THAT(want.beside, ElementsAre(first, second));
  }
}

TEST_F(GatewayStory, that_waits_for_the_next_gateway_has_no_answer_of_the_first_in_its_account) {
  allow("198.51.100.7", "192.0.2.0/24");
  allow("198.51.100.8", "192.0.2.0/24");
  hold_by({kByGateway, kByAnother});
  resolver.now += 1'000'000;
  outcome(0, Verdict::failed);
  resolver.now += 3'000'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  const AddressAccount& account = gate.decisions.at(0).addresses.at(0);
  EXPECT_EQ(account.asked, std::chrono::seconds(1));
  EXPECT_EQ(account.answered, std::nullopt);
}

TEST_F(GatewayStory, at_a_bound_tries_no_other_gateway) {
  allow("198.51.100.7", "192.0.2.0/24");
  allow("198.51.100.8", "192.0.2.0/24");
  hold_by({kByGateway, kByAnother});
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::limit), LK_FINISHED);
  EXPECT_EQ(gate.wants.size(), 1U);
}

}  // namespace
}  // namespace latchkey::unbound
