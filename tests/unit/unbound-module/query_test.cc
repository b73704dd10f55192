// A question's story, told to a resolver and a gate that a test plays.
#include "unbound-module/query.h"

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

TEST_F(QueryStory, looks_the_key_up_in_parallel_and_keeps_the_address_out_of_the_cache) {
  ask();
  EXPECT_THAT(resolver.beside, testing::ElementsAre("www.example TYPE45"));
  EXPECT_TRUE(resolver.kept_uncached);
}

TEST_F(QueryStory, looks_for_addresses_in_no_cache_where_cachedb_would_store_them_past_us) {
  ask();
  EXPECT_FALSE(resolver.looked_in_no_cache);
  Settings settings;
  settings.cachedb = true;
  query.reset();
  worker = std::make_unique<Worker>(gate, memory, settings);
  for (const std::uint16_t type : {kTypeA, kTypeAaaa, kTypeHttps, kTypeAny}) {
    for (const bool clients : {true, false}) {
      resolver.clients = clients;
      resolver.looked_in_no_cache = false;
      ask(type);
      EXPECT_TRUE(resolver.looked_in_no_cache) << type << ", clients: " << clients;
    }
  }
}

TEST_F(QueryStory, releases_and_caches_a_name_whose_key_is_proven_absent) {
  EXPECT_EQ(resolve(), LK_HOLD);
  EXPECT_EQ(key_answered(Answer()), LK_FINISHED);
  EXPECT_EQ(verdict(), "released");
  EXPECT_THAT(resolver.stored, testing::ElementsAre("message"));
  EXPECT_TRUE(gate.wants.empty());
}

TEST_F(QueryStory, whose_resolution_failed_is_cached_as_that_and_nothing_else_happens) {
  resolver.answer = Answer(LK_INSECURE, -1);
  ask();
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  EXPECT_THAT(resolver.stored, testing::ElementsAre("failure"));
  EXPECT_TRUE(gate.decisions.empty());
}

TEST_F(QueryStory, of_a_signed_name_ends_in_servfail_if_the_key_is_not_known_by_the_deadline) {
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask();
  resolver.now += 100'000;
  EXPECT_EQ(query->resolved(), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 3901U);
  EXPECT_EQ(query->again(), LK_HOLD);  // for no reason
  resolver.now += 3'901'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
  ASSERT_TRUE(query->error());
  EXPECT_EQ(query->error()->code, 22);
}

TEST_F(QueryStory, of_an_unsigned_name_does_not_wait_long_for_a_key_that_may_be_dropped_on_the_way) {
  EXPECT_EQ(resolve({v4(1)}, LK_INSECURE), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 301U);
  resolver.now += 301'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(verdict(), "released");
  EXPECT_FALSE(resolver.refused);
  EXPECT_THAT(gate.clear, testing::ElementsAre("192.0.2.1"));  // no late tunnel into its connections
}

TEST_F(QueryStory, holds_a_protected_name_until_the_tunnel_is_up) {
  EXPECT_EQ(hold({v4(1)}), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_TRUE(gate.wants[0].verified);
  EXPECT_EQ(gate.wants[0].ttl_s, 200U);
  EXPECT_THAT(resolver.stored, testing::ElementsAre("rrsets"));  // never a message
  EXPECT_TRUE(resolver.uncached);
  EXPECT_EQ(query->again(), LK_HOLD);  // for no reason
  EXPECT_EQ(outcome(0, Verdict::up, 77), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_FALSE(resolver.refused);
  ASSERT_EQ(resolver.edits.size(), 1U);
  EXPECT_EQ(resolver.edits[0].ttl_cap, 77U);
  EXPECT_FALSE(resolver.altered);
}

TEST_F(QueryStory, names_who_pays_the_client_and_the_zone_where_the_aliases_end) {
  resolver.answer.add("www.example", kTypeCname, {wire("Host.Evil.example")}).add("host.evil.example", kTypeA, {v4(1)});
  ask();
  query->resolved();
  Answer key;
  key.add("www.example", kTypeCname, {wire("host.evil.example")}).add("host.evil.example", kTypeIpseckey, {kKey});
  EXPECT_EQ(key_answered(key), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].payer.client, resolver.client);
  EXPECT_EQ(gate.wants[0].payer.owner, canonical(wire("host.evil.example")));
}

TEST_F(QueryStory, without_a_client_that_has_an_address_is_paid_by_nobody_s_client) {
  resolver.client.reset();
  hold({v4(1)});
  EXPECT_EQ(gate.wants.at(0).payer.client, std::nullopt);
  EXPECT_EQ(gate.wants.at(0).payer.owner, canonical(wire("www.example")));
}

TEST_F(QueryStory, at_a_bound_is_refused_with_an_extended_error_that_says_so) {
  hold({v4(1), v4(2)});
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::limit), LK_HOLD);
  EXPECT_EQ(outcome(1, Verdict::failed), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
  EXPECT_EQ(query->error()->code, 0);
  EXPECT_THAT(query->error()->text, testing::HasSubstr("too many"));
  EXPECT_EQ(verdict(), "servfail-limit");
}

TEST_F(QueryStory, refuses_with_an_extended_error_when_the_tunnel_fails) {
  hold({v4(1)});
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
  EXPECT_EQ(query->error()->code, 0);
  EXPECT_EQ(verdict(), "servfail-tunnel");
}

TEST_F(QueryStory, refuses_at_the_deadline_and_forgets_its_wish) {
  hold({v4(1)});
  EXPECT_EQ(resolver.timer_ms, 4001U);
  resolver.now += 4'000'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
  EXPECT_TRUE(gate.forgotten.contains(gate.wants[0].ticket.value));
}

TEST_F(QueryStory, that_is_cancelled_forgets_its_wish_and_a_late_outcome_does_no_harm) {
  hold({v4(1)});
  gate.answer(0, Verdict::up);
  query.reset();
  EXPECT_TRUE(gate.forgotten.contains(gate.wants[0].ticket.value));
  EXPECT_EQ(worker->deliver(32), 1U);
  EXPECT_FALSE(resolver.resumed);
}

TEST_F(QueryStory, waits_50_ms_for_the_others_after_the_first_success_and_leaves_out_the_rest) {
  hold({v4(1), v4(2), v4(3)});
  EXPECT_EQ(gate.wants.size(), 2U);
  EXPECT_EQ(outcome(1, Verdict::up), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 51U);
  resolver.now += 50'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_THAT(resolver.edits.at(0).keep, testing::ElementsAre(0, 1, 0));
  EXPECT_TRUE(resolver.altered);
}

TEST_F(QueryStory, with_dnssec_ok_needs_every_address) {
  resolver.dnssec_ok = true;
  hold({v4(1), v4(2), v4(3)});
  EXPECT_EQ(gate.wants.size(), 3U);
  outcome(0, Verdict::up);
  EXPECT_EQ(outcome(1, Verdict::up), LK_HOLD);
  EXPECT_EQ(outcome(2, Verdict::failed), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
}

TEST_F(QueryStory, says_no_data_when_only_the_other_family_has_a_tunnel) {
  hold({v4(1)});
  EXPECT_THAT(resolver.lookups, testing::ElementsAre("www.example TYPE45", "www.example AAAA cd"));
  with_ipv6();
  EXPECT_EQ(outcome(0, Verdict::failed), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 2U);
  EXPECT_EQ(outcome(1, Verdict::up), LK_FINISHED);
  EXPECT_EQ(resolver.no_data_ttl, 5U);
}

TEST_F(QueryStory, of_a_dead_family_waits_250_ms_longer_than_the_other_takes) {
  hold({v4(1)});
  with_ipv6();
  EXPECT_EQ(query->again(), LK_HOLD);
  resolver.now += 30'000;
  EXPECT_EQ(outcome(1, Verdict::up), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 251U);
  resolver.now += 100'000;
  EXPECT_EQ(query->again(), LK_HOLD);  // for no reason
  resolver.now += 150'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(resolver.no_data_ttl, 5U);
  EXPECT_FALSE(resolver.refused);
}

TEST_F(QueryStory, of_a_slow_family_is_released_if_it_comes_up_in_that_time) {
  hold({v4(1)});
  with_ipv6();
  query->again();
  EXPECT_EQ(outcome(1, Verdict::up), LK_HOLD);
  resolver.now += 200'000;
  EXPECT_EQ(outcome(0, Verdict::up), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-tunnel");
  EXPECT_EQ(resolver.no_data_ttl, 0U);
}

TEST_F(QueryStory, of_a_dead_family_never_waits_beyond_its_deadline) {
  hold({v4(1)});
  with_ipv6();
  query->again();
  resolver.now += 3'900'000;
  EXPECT_EQ(outcome(1, Verdict::up), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 101U);
  resolver.now += 100'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(resolver.no_data_ttl, 5U);
}

TEST_F(QueryStory, with_cd_looks_the_other_family_up_without_which_no_other_held_question_is) {
  cd = true;
  hold({v4(1)});
  EXPECT_THAT(resolver.lookups, testing::ElementsAre("www.example TYPE45", "www.example AAAA"));
}

TEST_F(QueryStory, whose_other_family_waits_for_it_asks_for_that_with_its_own_flag) {
  for (const bool flag : {false, true}) {
    cd = flag;
    resolver.lookups.clear();
    resolver.refused_lookups = {flag ? "www.example AAAA" : "www.example AAAA cd"};
    hold({v4(1)});
    EXPECT_EQ(resolver.lookups.back(), flag ? "www.example AAAA cd" : "www.example AAAA");
    EXPECT_EQ(outcome(gate.wants.size() - 1, Verdict::failed), LK_HOLD) << "the other family may have a tunnel";
    other_family(Answer());
    EXPECT_EQ(query->again(), LK_FINISHED);
  }
}

TEST_F(QueryStory, with_only_forbidden_addresses_is_filtered) {
  hold({v4(1)});
  other_family(Answer());
  outcome(0, Verdict::forbidden);
  EXPECT_EQ(query->error()->code, 17);
}

TEST_F(QueryStory, refuses_what_is_bogus_at_once) {
  EXPECT_EQ(resolve({v4(1)}, LK_BOGUS), LK_FINISHED);
  EXPECT_EQ(query->error()->code, 6);
}

TEST_F(QueryStory, refuses_a_secure_address_whose_key_lookup_failed) {
  for (const int rcode : {-1, 2, 5}) {
    resolve();
    EXPECT_EQ(key_answered(Answer(LK_INSECURE, rcode)), LK_FINISHED);
    EXPECT_EQ(query->error()->code, 22) << rcode;
  }
}

TEST_F(QueryStory, that_cannot_even_start_the_lookup_is_a_failed_lookup) {
  resolver.can_look_up = false;
  EXPECT_EQ(resolve(), LK_FINISHED);
  EXPECT_EQ(query->error()->code, 22);
}

TEST_F(QueryStory, asks_for_the_key_again_where_the_alias_chain_of_the_address_ends) {
  resolver.answer.add("www.example", kTypeCname, {wire("END.example")}).add("end.example", kTypeA, {v4(1)});
  ask();
  query->resolved();
  EXPECT_EQ(key_answered(Answer()), LK_HOLD);
  EXPECT_THAT(resolver.lookups, testing::ElementsAre("www.example TYPE45", "end.example TYPE45"));
  Answer key;
  key.add("end.example", kTypeIpseckey, {kKey});
  EXPECT_EQ(key_answered(key, "end.example"), LK_HOLD);
  EXPECT_EQ(gate.wants.size(), 1U);
}

TEST_F(QueryStory, remembers_a_private_name_until_a_secure_denial) {
  hold({v4(1)});
  outcome(0, Verdict::up);
  resolve({v4(1)}, LK_INSECURE);
  key_answered(Answer(LK_INSECURE));
  EXPECT_EQ(verdict(), "servfail-private");
  ask();
  query->resolved();
  key_answered(Answer(LK_SECURE));
  EXPECT_EQ(verdict(), "released");
  ask();
  query->resolved();
  key_answered(Answer(LK_INSECURE));
  EXPECT_EQ(verdict(), "released");
}

TEST_F(QueryStory, tells_once_of_a_key_that_was_removed_if_the_operator_wants_its_tunnel_dropped) {
  const auto without_key = [&](lk_security security) {
    resolve();
    key_answered(Answer(security));
  };
  for (const bool drop : {false, true}) {
    Settings settings;
    settings.drop_on_key_removed = drop;
    worker = std::make_unique<Worker>(gate, memory, settings);
    without_key(LK_SECURE);
    EXPECT_TRUE(gate.removed.empty()) << "it never had one";
    hold({v4(1)});
    without_key(LK_INSECURE);
    EXPECT_TRUE(gate.removed.empty()) << "nothing says that it is gone";
    without_key(LK_SECURE);
    without_key(LK_SECURE);
    EXPECT_EQ(gate.removed.size(), drop ? 1U : 0U);
  }
  EXPECT_EQ(gate.removed.front(), "www.example");
}

TEST_F(QueryStory, refuses_a_secure_address_whose_set_holds_no_usable_record) {
  const Buffer malformed{10, 3}, unknown{10, 0, 9, 1, 2, 3}, none{10, 0, 0};
  resolve();
  EXPECT_EQ(has_key(LK_SECURE, {malformed, unknown, none}), LK_FINISHED);
  EXPECT_EQ(verdict(), "servfail-unusable");
  const KeyAccount& account = gate.decisions.back().key;
  EXPECT_EQ(account.records, 3U);
  EXPECT_EQ(account.malformed, 1U);
  EXPECT_EQ(account.refused, 2U);
}

TEST_F(QueryStory, by_default_tries_an_unsigned_key_for_300_ms_and_then_releases) {
  EXPECT_EQ(hold({v4(1)}, LK_INSECURE), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 301U);
  EXPECT_FALSE(gate.wants.at(0).verified);
  resolver.now += 300'000;
  EXPECT_EQ(query->again(), LK_FINISHED);
  EXPECT_EQ(verdict(), "released-clear");
  EXPECT_THAT(gate.clear, testing::ElementsAre("192.0.2.1"));
  EXPECT_FALSE(resolver.refused);
}

TEST_F(QueryStory, with_require_treats_an_unsigned_key_like_a_signed_one) {
  configure(Unsigned::require);
  hold({v4(1)}, LK_INSECURE);
  other_family(Answer());
  outcome(0, Verdict::failed);
  EXPECT_EQ(verdict(), "servfail-tunnel");
}

TEST_F(QueryStory, of_the_resolvers_own_is_never_held_and_leaves_no_message) {
  resolver.clients = false;
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask();
  EXPECT_TRUE(resolver.beside.empty());
  EXPECT_TRUE(resolver.kept_uncached) << "or CD is answered from the cache while the validator waits for its keys";
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  EXPECT_THAT(resolver.stored, testing::ElementsAre("rrsets"));
  EXPECT_TRUE(resolver.uncached) << "or serve-expired gives an old message out again and again";
  EXPECT_TRUE(gate.wants.empty());
}

TEST_F(QueryStory, for_any_is_answered_without_addresses) {
  resolver.answer.add("www.example", kTypeA, {v4(1)})
      .add("www.example", 16, {{1, 'x'}})
      .add("www.example", kTypeAaaa, {Buffer(16, 1)});
  ask(kTypeAny);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  ASSERT_EQ(resolver.edits.size(), 2U);
  EXPECT_TRUE(resolver.edits[0].drop && resolver.edits[0].rrset == 0);
  EXPECT_TRUE(resolver.edits[1].drop && resolver.edits[1].rrset == 2);
}

TEST_F(QueryStory, for_all_classes_is_answered_without_addresses_too) {
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask(kTypeA, "www.example", 255);
  EXPECT_TRUE(resolver.kept_uncached);
  EXPECT_TRUE(resolver.beside.empty());
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  ASSERT_EQ(resolver.edits.size(), 1U);
  EXPECT_TRUE(resolver.edits[0].drop);
}

TEST_F(QueryStory, that_comes_late_waits_a_moment_for_the_key_and_not_for_days) {
  resolver.pace_us = 7;  // a clock that does not stand still
  resolver.answer.add("www.example", kTypeA, {v4(1)});
  ask();
  resolver.now += 5'000'000;
  EXPECT_EQ(query->resolved(), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 1U);
}

TEST_F(QueryStory, behind_an_insecure_alias_waits_for_the_key_of_a_secure_address_as_long_as_any) {
  resolver.answer = Answer(LK_INSECURE);
  resolver.answer.add("www.example", kTypeCname, {wire("end.example")});
  resolver.answer.add("end.example", kTypeA, {v4(1)}).is(LK_SECURE);
  ask();
  EXPECT_EQ(query->resolved(), LK_HOLD);
  EXPECT_EQ(resolver.timer_ms, 4001U);
}

TEST_F(QueryStory, behind_an_insecure_alias_a_secure_key_counts_and_the_name_is_unverified) {
  resolver.answer = Answer(LK_INSECURE);
  resolver.answer.add("www.example", kTypeCname, {wire("end.example")});
  resolver.answer.add("end.example", kTypeA, {v4(1)}).is(LK_SECURE);
  ask();
  EXPECT_EQ(query->resolved(), LK_HOLD);
  Answer key(LK_INSECURE);
  key.add("www.example", kTypeCname, {wire("end.example")});
  key.add("end.example", kTypeIpseckey, {kKey}).is(LK_SECURE);
  EXPECT_EQ(key_answered(key), LK_HOLD);
  ASSERT_EQ(gate.wants.size(), 1U);
  EXPECT_EQ(gate.wants[0].attempt_ms, 0U);
  EXPECT_FALSE(gate.wants[0].verified);
  EXPECT_EQ(memory.size(), 0U) << "it never has a secure denial that would end the memory";
  other_family(Answer());
  EXPECT_EQ(outcome(0, Verdict::failed), LK_FINISHED);
  EXPECT_TRUE(resolver.refused);
}

TEST_F(QueryStory, for_https_loses_its_hints_and_is_not_cached_as_a_message) {
  resolver.answer.add("www.example", kTypeHttps, {*base::from_hex("0001 00 0004 0004 c0000201")});
  ask(kTypeHttps);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  EXPECT_EQ(resolver.edits.size(), 1U);
  EXPECT_TRUE(resolver.altered);
  EXPECT_THAT(resolver.stored, testing::ElementsAre("rrsets"));
}

TEST_F(QueryStory, for_another_type_loses_the_addresses_that_travel_along) {
  resolver.answer.add("example", 15, {{0, 10, 0}}).add("mail.example", kTypeA, {v4(1)}, 300, LK_ADDITIONAL);
  ask(15);
  EXPECT_EQ(query->resolved(), LK_FINISHED);
  ASSERT_EQ(resolver.edits.size(), 1U);
  EXPECT_EQ(resolver.edits[0].rrset, 1U);
}

TEST_F(QueryStory, caps_the_ttl_by_key_signatures_and_lease) {
  hold({v4(1)});
  EXPECT_EQ(outcome(0, Verdict::up, 10'000), LK_FINISHED);
  EXPECT_EQ(resolver.edits.at(0).ttl_cap, 200U);  // the key's
}

}  // namespace
}  // namespace latchkey::unbound
