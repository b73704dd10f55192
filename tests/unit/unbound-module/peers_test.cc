#include "unbound-module/peers.h"

#include "tests/unit/unbound-module/peers_story.h"

namespace latchkey::unbound {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(peers, release_when_the_tunnel_is_up) {
  ask("a.example", {kKeyA});
  EXPECT_THAT(outcomes(), IsEmpty());
  ASSERT_EQ(engine.connects.size(), 1U);
  EXPECT_EQ(engine.connects[0].remote, kServer);
  establish(1, kKeyA);
  const Done done = only_outcome();
  EXPECT_EQ(done.verdict, Verdict::up);
  EXPECT_EQ(done.ticket, Ticket{1});
  EXPECT_EQ(done.lease_left_s, 3600U);
}

TEST_F(peers, share_one_negotiation_among_any_number_of_questions) {
  for (int i = 0; i < 200; ++i) ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 1U);
  EXPECT_THAT(outcomes(), IsEmpty());
  establish(1, kKeyA);
  EXPECT_EQ(outcomes().size(), 200U);
  EXPECT_EQ(made().count(Verdict::up), 200U);
}

TEST_F(peers, answer_at_once_when_the_tunnel_is_there_and_say_what_is_left_of_it) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  pass(10min);
  ask("b.example", {kKeyB, kKeyA});
  const Done done = only_outcome();
  EXPECT_EQ(done.verdict, Verdict::up);
  EXPECT_EQ(done.lease_left_s, 3000U);
  EXPECT_EQ(engine.connects.size(), 1U);
}

TEST_F(peers, fail_a_second_question_at_once_and_try_again_when_the_time_has_ended) {
  ask("a.example", {kKeyA});
  fail(1);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  ask("a.example", {kKeyA});
  const Done second = only_outcome();
  EXPECT_EQ(second.verdict, Verdict::failed);
  EXPECT_THAT(second.reason, HasSubstr("remembered"));
  EXPECT_EQ(engine.connects.size(), 1U);
  pass(5s);
  ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(peers, do_not_let_one_name_s_failure_deny_another_with_other_keys) {
  ask("evil.example", {kKeyB});
  fail(1);
  outcomes();
  ask("a.example", {kKeyA});
  ASSERT_EQ(engine.connects.size(), 2U);
  establish(2, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(peers, never_negotiate_twice_at_once_with_one_address) {
  ask("evil.example", {kKeyB});
  const auto second = ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 1U);
  fail(1);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(engine.connects[1].keys, ElementsAre(kKeyA));
  establish(2, kKeyA);
  EXPECT_EQ(only_outcome().ticket, Ticket{second});
}

TEST_F(peers, refuse_a_name_that_does_not_publish_the_tunnel_s_key) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  ask("evil.example", {kKeyB});
  EXPECT_EQ(only_outcome().verdict, Verdict::conflict);
  EXPECT_EQ(engine.connects.size(), 1U);
  EXPECT_THAT(engine.closed, IsEmpty());
}

TEST_F(peers, refuse_those_who_wait_and_lack_the_proven_key) {
  ask("a.example", {kKeyA});
  ask("evil.example", {kKeyB});
  establish(1, kKeyA);
  const auto all = outcomes();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].verdict, Verdict::up);
  EXPECT_EQ(all[1].verdict, Verdict::conflict);
}

TEST_F(peers, replace_a_tunnel_that_no_secure_name_vouches_for) {
  Want loose = a_want("loose.example", {kKeyB});
  loose.verified = false;
  made().want(loose, now);
  establish(1, kKeyB);
  outcomes();
  ask("a.example", {kKeyA});
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{1}));
  EXPECT_EQ(engine.guards.count(kServer), 1U);  // no plaintext in between
  ASSERT_EQ(engine.connects.size(), 2U);
  establish(2, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(peers, do_not_fail_who_still_waits_with_a_negotiation_that_is_not_his) {
  const auto loose = [&](std::string name) {
    Want want = a_want(std::move(name), {kKeyB});
    want.verified = false;
    made().want(want, now);
    return tickets;
  };
  loose("loose.example");
  ask("a.example", {kKeyA});
  const auto last = loose("late.example");
  establish(1, kKeyB);  // the first is served, the second has the tunnel replaced, the third waits on
  outcomes();
  ASSERT_EQ(engine.connects.size(), 2U);
  fail(2);
  EXPECT_NE(only_outcome().ticket, Ticket{last});
  ASSERT_EQ(engine.connects.size(), 3U);
  EXPECT_THAT(engine.connects[2].keys, ElementsAre(kKeyB));
  establish(3, kKeyB);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(peers, never_mix_the_keys_of_secure_and_other_names) {
  ask("first.example", {kKeyB});
  Want loose = a_want("loose.example", {{4, {7}}});
  loose.verified = false;
  made().want(loose, now);
  ask("a.example", {kKeyA});
  fail(1);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(engine.connects[1].keys, ElementsAre(kKeyA));
}

TEST_F(peers, never_let_one_name_s_many_keys_push_another_s_out_of_a_negotiation) {
  std::vector<api::DnsKey> many;
  for (std::uint8_t i = 0; i < 15; ++i) many.push_back({4, {i}});
  ask("first.example", {{4, {99}}});  // while its negotiation runs the others gather
  ask("evil.example", many);
  ask("good.example", {kKeyA, kKeyB});
  fail(1);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_EQ(engine.connects[1].keys.size(), 15U);
  fail(2);
  ASSERT_EQ(engine.connects.size(), 3U);
  EXPECT_THAT(engine.connects[2].keys, ElementsAre(kKeyA, kKeyB));
}

TEST_F(peers, tell_those_who_wait_in_time_and_go_on_in_the_background) {
  ask("a.example", {kKeyA});
  EXPECT_EQ(made().next_deadline(), now + config.answer_after);
  pass(config.answer_after);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  ask("a.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  EXPECT_EQ(engine.connects.size(), 1U);
  establish(1, kKeyA);  // late, but there
  ask("a.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(peers, count_a_failure_once_though_its_memory_ends_before_its_negotiation) {
  ask("a.example", {kKeyA});
  pass(config.answer_after);
  pass(config.failed_first + 1s);
  ask("a.example", {kKeyA});  // joins the negotiation that still goes on
  pass(1ms);
  EXPECT_EQ(outcomes().size(), 2U);
  fail(1);
  ask("a.example", {kKeyA});
  fail(2);
  ASSERT_EQ(made().failures(now).size(), 1U);
  EXPECT_EQ(made().failures(now)[0].times, 2U);
}

TEST_F(peers, let_no_late_tunnel_come_up_for_an_address_that_went_out_in_clear) {
  Want attempt = a_want("loose.example", {kKeyB});
  attempt.verified = false;
  attempt.attempt_ms = 300;
  made().want(attempt, now);
  ASSERT_EQ(engine.connects.size(), 1U);
  EXPECT_EQ(engine.connects[0].deadline, now + 300ms);
  pass(300ms);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  establish(1, kKeyB);
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{1}));
  attempt.ticket = Ticket{++tickets};
  now += 30s;  // the failure's time has ended, the TTL has not
  made().want(attempt, now);
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  EXPECT_EQ(engine.connects.size(), 1U);
  ask("a.example", {kKeyA});  // a secure key is never held back by that
  EXPECT_EQ(engine.connects.size(), 2U);
}

// Or whoever has many addresses with long TTLs would keep everybody else's from being tried.
TEST_F(peers, forget_the_first_to_end_of_too_many_addresses_that_went_out_in_clear) {
  config.max_failed = 4;
  for (std::size_t n = 1; n <= 6; ++n) made().released_in_clear(server(n), static_cast<std::uint32_t>(86400 * n), now);
  const auto attempt = [&](std::size_t n) {
    const std::size_t before = engine.connects.size();
    Want want = a_want("loose" + std::to_string(n) + ".example", {kKeyB}, server(n));
    want.verified = false;
    want.attempt_ms = 300;
    made().want(want, now);
    return engine.connects.size() > before;
  };
  EXPECT_TRUE(attempt(7)) << "one that nobody has released";
  EXPECT_TRUE(attempt(1) && attempt(2));
  EXPECT_FALSE(attempt(3) || attempt(4) || attempt(5) || attempt(6));
}

TEST_F(peers, hold_the_guard_when_a_tunnel_is_lost_and_try_again_while_a_lease_lives) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  now += 10s;
  lose(1);
  EXPECT_EQ(engine.guards.at(kServer), now + 50s + config.idle);
  ASSERT_EQ(engine.connects.size(), 2U);
  EXPECT_THAT(engine.connects[1].keys, ElementsAre(kKeyA));
  ask("a.example", {kKeyA});
  EXPECT_THAT(outcomes(), IsEmpty());
  establish(2, kKeyA);
  EXPECT_EQ(only_outcome().verdict, Verdict::up);
}

TEST_F(peers, negotiate_anew_only_when_asked_once_all_leases_have_ended) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  now += 2min;
  lose(1);
  EXPECT_EQ(engine.connects.size(), 1U);
  pass(0s);
  EXPECT_EQ(made().next_deadline(), now + config.idle) << "when its guard ends, and who was released is forgotten";
  ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 2U);
  fail(2);
  pass(config.idle);
  EXPECT_EQ(made().next_deadline(), base::kNever);
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(peers, let_an_idle_tunnel_go_with_its_guard_but_not_one_in_use) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  outcomes();
  for (int minute = 0; minute < 20; ++minute) {
    ++engine.traffic.packets_out;
    pass(1min);
  }
  EXPECT_THAT(engine.closed, IsEmpty());
  for (int minute = 0; minute < 16; ++minute) pass(1min);
  EXPECT_THAT(engine.closed, ElementsAre(api::SessionId{1}));
  EXPECT_THAT(engine.guards, IsEmpty());
  EXPECT_EQ(made().next_deadline(), base::kNever);
}

TEST_F(peers, send_nothing_to_addresses_that_rule_4_forbids) {
  engine.own.insert(kServer);
  for (const char* address : {"127.0.0.1", "10.1.2.3", "fe80::1", "8.8.4.4"}) {
    ask("a.example", {kKeyA}, *base::Address::parse(address));
    EXPECT_EQ(only_outcome().verdict, Verdict::forbidden) << address;
  }
  EXPECT_THAT(engine.connects, IsEmpty());
}

TEST_F(peers, forget_a_question_but_not_its_negotiation) {
  const auto ticket = ask("a.example", {kKeyA});
  made().forget(WorkerId{1}, Ticket{ticket});
  EXPECT_EQ(made().waiting(), 0U);
  establish(1, kKeyA);
  EXPECT_THAT(outcomes(), IsEmpty());
  EXPECT_EQ(made().tunnels(now).size(), 1U);
}

TEST_F(peers, try_failed_peers_again_on_another_network) {
  ask("a.example", {kKeyA});
  fail(1);
  outcomes();
  made().network_changed();
  ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(peers, stop_at_the_bound_of_peers) {
  config.max_peers = 1;
  ask("a.example", {kKeyA});
  ask("b.example", {kKeyA}, *base::Address::parse("8.8.8.8"));
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().count(Verdict::limit), 1U);
  EXPECT_EQ(made().refused(Bound::peers), 1U);
}

TEST_F(peers, stop_at_the_bound_of_negotiations) {
  config.max_half_open = 1;
  ask("a.example", {kKeyA});
  ask("b.example", {kKeyA}, *base::Address::parse("8.8.8.8"));
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().refused(Bound::half_open), 1U);
  fail(1);
  outcomes();
  ask("b.example", {kKeyA}, *base::Address::parse("8.8.8.8"));
  EXPECT_EQ(engine.connects.size(), 2U);
}

TEST_F(peers, stop_at_the_bound_of_questions_that_wait) {
  config.max_waiting = 2;
  const auto ask_for = [&](std::string_view client) {
    Want want = a_want("a.example", {kKeyA});
    want.payer.client = base::Address::parse(client);
    made().want(std::move(want), now);
  };
  for (int i = 0; i < 4; ++i) ask_for("192.0.2.1");
  EXPECT_THAT(outcomes(), IsEmpty());
  ask_for("192.0.2.1");
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().refused(Bound::client_waiting), 1U) << "half of all that may wait";
  for (int i = 0; i < 4; ++i) ask_for("192.0.2.2");
  EXPECT_THAT(outcomes(), IsEmpty());
  ask_for("192.0.2.3");
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().refused(Bound::waiting), 1U);
  made().forget(WorkerId{1}, Ticket{1});
  ask_for("192.0.2.3");
  EXPECT_THAT(outcomes(), IsEmpty());
  fail(1);
  EXPECT_EQ(outcomes().size(), 8U);
  EXPECT_EQ(made().waiting(), 0U);
}

TEST_F(peers, give_each_destination_a_budget_that_success_refills) {
  for (std::uint8_t i = 0; i < Budget::kDestination.most; ++i) {
    ask("a.example", {{2, {i}}});
    fail(i + 1U);
  }
  outcomes();
  ask("a.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().refused(Bound::destination), 1U);
  pass(Budget::kDestination.each);
  ask("a.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), Budget::kDestination.most + 1);
}

TEST_F(peers, end_a_flood_of_one_zone_s_names_and_answer_another_zone_s_at_once) {
  for (std::size_t i = 0; i < 1000; ++i) ask("n" + std::to_string(i) + ".evil.example", {kKeyA}, server(i));
  EXPECT_EQ(engine.connects.size(), config.budget.per_zone);
  EXPECT_EQ(made().refused(Bound::zone), 1000 - config.budget.per_zone);
  EXPECT_EQ(made().count(Verdict::limit), 1000 - config.budget.per_zone);
  const auto refused = outcomes();
  ASSERT_FALSE(refused.empty());
  EXPECT_THAT(refused.front().reason, HasSubstr("zone"));
  ask("www.good.example", {kKeyA}, server(2000));
  EXPECT_EQ(engine.connects.size(), config.budget.per_zone + 1);
  EXPECT_THAT(outcomes(), IsEmpty());
}

TEST_F(peers, log_a_flood_once_and_how_many_there_were_later) {
  const auto flood = [&] {
    for (std::size_t i = 0; i < 1000; ++i) ask("n" + std::to_string(i) + ".evil.example", {kKeyA}, server(i));
  };
  const auto about = [&] {
    std::vector<std::string> found;
    std::ranges::copy_if(lines, std::back_inserter(found),
                         [](const auto& l) { return l.find("event=limit ") != std::string::npos; });
    return found;
  };
  flood();
  ASSERT_EQ(about().size(), 1U);
  EXPECT_THAT(about()[0], HasSubstr("bound=zone name=n64.evil.example peer=11.1.0.64 client=127.0.0.1 refused=1"));
  const std::uint64_t before = made().refused(Bound::zone);
  now += Refusals::kQuiet;
  flood();
  ASSERT_EQ(about().size(), 2U);
  EXPECT_THAT(about()[1], HasSubstr(fmt::format("refused={}", before)));
}

TEST_F(peers, take_nothing_for_a_question_that_joins_a_negotiation) {
  for (int i = 0; i < 1000; ++i) ask("n" + std::to_string(i) + ".good.example", {kKeyA});
  EXPECT_EQ(engine.connects.size(), 1U);
  for (std::size_t i = 1; i < config.budget.per_zone; ++i)
    ask("m" + std::to_string(i) + ".good.example", {kKeyA}, server(i));
  EXPECT_EQ(engine.connects.size(), config.budget.per_zone);
  EXPECT_THAT(outcomes(), IsEmpty());
}

TEST_F(peers, give_back_to_zone_and_client_what_a_success_took) {
  for (std::size_t i = 0; i < 1000; ++i) {
    ask("n" + std::to_string(i) + ".good.example", {kKeyA}, server(i));
    establish(i + 1, kKeyA);
  }
  EXPECT_EQ(made().count(Verdict::up), 1000U);
}

TEST_F(peers, let_another_pay_when_the_first_who_waits_cannot) {
  config.budget.per_zone = 2;  // one for each three labels
  ask("first.example", {{4, {99}}});
  ask("a.evil.example", {kKeyB}, server(1));
  ask("b.evil.example", {kKeyB}, server(2));
  ask("www.evil.example", {kKeyB});  // these two wait until the first negotiation ends
  const auto good = ask("www.good.example", {kKeyA});
  outcomes();
  fail(1);
  EXPECT_EQ(engine.connects.size(), 4U);
  establish(4, kKeyA);
  const auto all = outcomes();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].verdict, Verdict::conflict);
  EXPECT_EQ(all[2].ticket, Ticket{good});
  EXPECT_EQ(all[2].verdict, Verdict::up);
}

TEST_F(peers, bring_a_lost_tunnel_back_on_nobody_s_account) {
  config.budget = {1, 2};
  ask("www.good.example", {kKeyA});
  establish(1, kKeyA);
  ask("a.good.example", {kKeyA}, server(1));
  ask("b.good.example", {kKeyA}, server(2));
  EXPECT_EQ(made().count(Verdict::limit), 1U);
  lose(1);
  EXPECT_EQ(engine.connects.size(), 3U);
}

TEST_F(peers, say_limit_when_the_engine_is_at_its_bound_and_failed_when_there_is_no_route) {
  engine.refuse = base::Errc::exhausted;
  ask("a.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::limit);
  EXPECT_EQ(made().refused(Bound::engine), 1U);
  engine.refuse = base::Errc::not_found;
  ask("a.example", {kKeyA});
  EXPECT_EQ(only_outcome().verdict, Verdict::failed);
  EXPECT_EQ(made().failures(now).size(), 1U);
  EXPECT_EQ(made().negotiating(), 0U);
}

TEST_F(peers, say_goodbye_to_every_session_at_the_end) {
  ask("a.example", {kKeyA});
  establish(1, kKeyA);
  ask("b.example", {kKeyA}, *base::Address::parse("8.8.8.8"));
  made().close_all(now);
  EXPECT_THAT(engine.closed, testing::UnorderedElementsAre(api::SessionId{1}, api::SessionId{2}));
}

}  // namespace
}  // namespace latchkey::unbound
