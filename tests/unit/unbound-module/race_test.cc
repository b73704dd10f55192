#include "unbound-module/race.h"

#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

using State = Race::State;

Race::Candidate candidate(int n, bool own = true) {
  const std::string text = own ? "192.0.2." + std::to_string(n) : "2001:db8::" + std::to_string(n);
  return {*base::Address::parse(text), own};
}

Done done(Verdict verdict) { return {{}, verdict, "why", 100}; }

TEST(race, asks_for_two_addresses_at_a_time_and_more_on_failure) {
  Race race;
  for (int n = 1; n <= 4; ++n) race.add(candidate(n));
  EXPECT_EQ(race.next(), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(race.next().empty());
  race.outcome(0, done(Verdict::failed));
  EXPECT_EQ(race.next(), (std::vector<std::size_t>{2}));
  EXPECT_EQ(race.state(), State::waiting);
}

TEST(race, settles_after_the_first_success_while_another_is_under_way) {
  Race race;
  race.add(candidate(1));
  race.add(candidate(2));
  (void)race.next();
  race.outcome(1, done(Verdict::up));
  EXPECT_EQ(race.state(), State::settling);
  EXPECT_EQ(race.at_deadline(), State::release);
  race.outcome(0, done(Verdict::up));
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, starts_no_further_address_once_one_is_up) {
  Race race;
  for (int n = 1; n <= 3; ++n) race.add(candidate(n));
  (void)race.next();
  race.outcome(0, done(Verdict::up));
  race.outcome(1, done(Verdict::failed));
  EXPECT_TRUE(race.next().empty());
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, with_all_needed_asks_for_all_and_fails_with_the_first_failure) {
  Race race;
  race.need_all(true);
  for (int n = 1; n <= 4; ++n) race.add(candidate(n));
  EXPECT_EQ(race.next().size(), 4U);
  race.outcome(0, done(Verdict::up));
  EXPECT_EQ(race.state(), State::waiting);
  race.outcome(1, done(Verdict::failed));
  EXPECT_EQ(race.state(), State::failed);
}

TEST(race, with_all_needed_releases_when_all_are_up) {
  Race race;
  race.need_all(true);
  race.add(candidate(1));
  race.add(candidate(2));
  (void)race.next();
  race.outcome(0, done(Verdict::up));
  race.outcome(1, done(Verdict::up));
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, with_all_needed_refuses_more_than_sixteen_addresses) {
  Race race;
  race.need_all(true);
  for (int n = 1; n <= 17; ++n) race.add(candidate(n));
  for (const std::size_t place : race.next()) race.outcome(place, done(Verdict::up));
  EXPECT_EQ(race.state(), State::failed);
}

TEST(race, says_no_data_if_only_the_other_family_has_a_tunnel) {
  Race race;
  race.add(candidate(1));
  race.other_pending(true);
  (void)race.next();
  race.outcome(0, done(Verdict::failed));
  EXPECT_EQ(race.state(), State::waiting);  // for the other family's addresses
  race.other_pending(false);
  race.add(candidate(1, false));
  const auto places = race.next();
  ASSERT_EQ(places.size(), 1U);
  race.outcome(places[0], done(Verdict::up));
  EXPECT_EQ(race.state(), State::no_data);
}

TEST(race, does_not_wait_long_for_a_family_that_is_silent_while_the_other_is_up) {
  Race race;
  race.add(candidate(1));
  race.add(candidate(1, false));
  ASSERT_EQ(race.next().size(), 2U);
  race.outcome(1, done(Verdict::up));
  EXPECT_EQ(race.state(), State::other_up);
  EXPECT_EQ(race.at_deadline(), State::no_data);
  race.outcome(0, done(Verdict::up));
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, with_all_needed_waits_for_its_own_family_alone) {
  Race race;
  race.need_all(true);
  race.add(candidate(1));
  race.add(candidate(1, false));
  EXPECT_EQ(race.next().size(), 1U);
  EXPECT_EQ(race.state(), State::waiting);
}

TEST(race, tries_all_of_thirteen_addresses_two_at_a_time_until_one_is_up) {
  Race race;
  for (int n = 1; n <= 13; ++n) race.add(candidate(n));
  std::vector<std::size_t> asked = race.next();
  for (std::size_t turn = 0; turn < 12; ++turn) {
    ASSERT_LE(asked.size() - turn, 2U);
    ASSERT_EQ(race.state(), State::waiting);
    race.outcome(asked.at(turn), done(Verdict::failed));
    for (const std::size_t place : race.next()) asked.push_back(place);
  }
  ASSERT_EQ(asked.size(), 13U);
  race.outcome(asked.back(), done(Verdict::up));
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, with_all_needed_asks_for_thirteen_addresses_at_once) {
  Race race;
  race.need_all(true);
  for (int n = 1; n <= 13; ++n) race.add(candidate(n));
  const auto places = race.next();
  ASSERT_EQ(places.size(), 13U);
  for (const std::size_t place : places) race.outcome(place, done(Verdict::up));
  EXPECT_EQ(race.state(), State::release);
}

TEST(race, tells_filtered_from_failed) {
  Race filtered;
  filtered.add(candidate(1));
  filtered.add(candidate(2));
  (void)filtered.next();
  filtered.outcome(0, done(Verdict::forbidden));
  filtered.outcome(1, done(Verdict::conflict));
  EXPECT_EQ(filtered.state(), State::filtered);

  Race failed;
  failed.add(candidate(1));
  failed.add(candidate(2));
  (void)failed.next();
  failed.outcome(0, done(Verdict::forbidden));
  failed.outcome(1, done(Verdict::failed));
  EXPECT_EQ(failed.state(), State::failed);
  EXPECT_EQ(failed.reason(), "192.0.2.1: why");
}

TEST(race, never_asks_for_an_address_without_a_key) {
  Race race;
  Race::Candidate keyless = candidate(1);
  keyless.has_key = false;
  race.add(keyless);
  EXPECT_TRUE(race.next().empty());
  EXPECT_EQ(race.state(), State::filtered);
}

TEST(race, at_the_deadline_counts_what_is_under_way_as_failed) {
  Race race;
  race.add(candidate(1));
  (void)race.next();
  EXPECT_EQ(race.at_deadline(), State::failed);
}

}  // namespace
}  // namespace latchkey::unbound
