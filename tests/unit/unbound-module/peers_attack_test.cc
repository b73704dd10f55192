// DNS as a weapon: names by the ten thousand that would have us send IKE, or take somebody else's tunnel (security
// rules 3, 5 and 9). Whatever is refused has its answer, and nobody else notices.

#include <set>

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::IsEmpty;

constexpr std::size_t kNames = 10000;

api::DnsKey key(std::size_t n) { return {4, {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}}; }

class attack : public peers {
 protected:
  std::set<std::uint64_t> unanswered;
  std::size_t failed = 0;

  /// One more question, of a client and with an owner of its own.
  void ask_as(std::size_t client, std::string name, std::string owner, api::DnsKey with, base::Address at) {
    Want want = a_want(std::move(name), {std::move(with)}, at);
    want.payer = {server(client), wire_name(owner)};
    unanswered.insert(want.ticket.value);
    made().want(std::move(want), now);
    collect();
  }
  void collect() {
    for (const Done& done : outcomes()) unanswered.erase(done.ticket.value);
  }
  /// The victims are silent: each negotiation fails when its time has come. Returns how many there were.
  void be_silent_for(base::Duration time) {
    for (const base::TimePoint end = now + time; now < end;) {
      pass(100ms);
      while (failed < engine.connects.size() && engine.connects[failed].deadline <= now) fail(++failed);
      collect();
    }
  }
  bool somebody_else_is_served() {
    const auto before = made().count(Verdict::up);
    Want want = a_want("www.good.org", {kKeyA}, *base::Address::parse("8.8.8.8"));
    want.payer = {*base::Address::parse("127.0.0.1"), wire_name("www.good.org")};
    made().want(std::move(want), now);
    if (engine.connects.back().keys.front() == kKeyA) establish(engine.connects.size(), kKeyA);
    collect();
    return made().count(Verdict::up) == before + 1;
  }
};

TEST_F(attack, of_10_000_names_with_a_key_each_on_one_victim_sends_it_a_negotiation_each_5_s) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(i % 100, fmt::format("n{}.evil{}.example", i, i), fmt::format("n{}.evil{}.example", i, i), key(i),
           server(0));
  EXPECT_TRUE(somebody_else_is_served());
  be_silent_for(60s);
  EXPECT_THAT(unanswered, IsEmpty());
  EXPECT_LE(engine.connects.size(), Budget::kDestination.most + 60s / Budget::kDestination.each + 1);
  EXPECT_LE(made().failures(now).size(), config.max_failed);
}

TEST_F(attack, of_10_000_names_with_one_key_on_one_victim_is_one_negotiation_until_it_fails) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(i % 100, fmt::format("n{}.example", i), fmt::format("n{}.example", i), kKeyB, server(0));
  EXPECT_EQ(engine.connects.size(), 1U);
  be_silent_for(12s);
  EXPECT_THAT(unanswered, IsEmpty());
  EXPECT_EQ(engine.connects.size(), 1U) << "the failure is remembered for the key set, whoever publishes it";
}

TEST_F(attack, of_10_000_domains_at_10_000_victims_ends_at_one_client_s_budget) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(0, fmt::format("evil{}.example", i), fmt::format("evil{}.example", i), kKeyB, server(i));
  EXPECT_EQ(engine.connects.size(), config.budget.per_client);
  EXPECT_EQ(made().refused(Bound::client), kNames - config.budget.per_client);
  EXPECT_TRUE(somebody_else_is_served());
}

TEST_F(attack, of_10_000_domains_by_many_clients_ends_at_the_top_level_domain_s_budget) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(i % 100, fmt::format("evil{}.example", i), fmt::format("evil{}.example", i), kKeyB, server(i));
  EXPECT_LE(engine.connects.size(), config.budget.per_zone * 16U);
  EXPECT_GT(made().refused(Bound::half_open) + made().refused(Bound::zone), 0U);
  be_silent_for(12s);
  EXPECT_THAT(unanswered, IsEmpty());
  EXPECT_EQ(made().negotiating(), 0U);
  EXPECT_TRUE(somebody_else_is_served());
}

TEST_F(attack, of_10_000_aliases_of_a_good_name_is_one_negotiation_and_costs_that_name_nothing) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(i % 100, fmt::format("a{}.evil.example", i), "www.good.example", kKeyA, server(0));
  EXPECT_EQ(engine.connects.size(), 1U);
  establish(1, kKeyA);
  collect();
  EXPECT_THAT(unanswered, IsEmpty());
  EXPECT_LE(made().tunnels(now)[0].names.size(), config.leases.names);
  for (std::size_t i = 1; i < config.budget.per_zone; ++i)
    ask_as(i % 100, fmt::format("h{}.good.example", i), fmt::format("h{}.good.example", i), kKeyA, server(i));
  EXPECT_EQ(made().refused(Bound::zone), 0U);
}

TEST_F(attack, of_10_000_aliases_into_one_zone_ends_at_that_zone_s_budget) {
  for (std::size_t i = 0; i < kNames; ++i)
    ask_as(i % 100, fmt::format("alias{}.example", i), fmt::format("h{}.evil.org", i), kKeyB, server(i));
  EXPECT_EQ(engine.connects.size(), config.budget.per_zone);
  EXPECT_TRUE(somebody_else_is_served());
}

TEST_F(attack, by_a_name_that_somebody_on_the_path_answers_for_never_gets_another_name_into_its_tunnel) {
  ask("evil.example", {kKeyB});
  establish(1, kKeyB);  // relayed, or played by somebody on the path
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
  for (int minute = 0; minute < 16; ++minute) {
    ask("good.example", {kKeyA});
    EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
    pass(1min);
  }
  ask("good.example", {kKeyA});  // evil's lease had ended, and its tunnel was idle
  ASSERT_EQ(engine.connects.size(), 2U);
  establish(2, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(attack, by_a_name_with_another_key_never_takes_a_tunnel_whose_names_are_others) {
  ask("good.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  for (int minute = 0; minute < 120; ++minute) {
    ++engine.traffic.packets_out;  // good's connection of hours
    ask("evil.example", {kKeyB});
    EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
    pass(1min);
  }
  EXPECT_EQ(engine.connects.size(), 1U);
  EXPECT_THAT(engine.closed, IsEmpty());
}

}  // namespace
}  // namespace latchkey::unbound
