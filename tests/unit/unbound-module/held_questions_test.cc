#include "unbound-module/held_questions.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace latchkey::unbound {
namespace {

std::optional<base::Address> client(const char* text) { return base::Address::parse(text); }

TEST(held_questions, are_as_many_as_there_are_places) {
  HeldQuestions held(4);
  for (const char* who : {"127.0.0.1", "127.0.0.1", "192.0.2.1", "192.0.2.2"})
    EXPECT_EQ(held.enter(client(who)), std::nullopt);
  EXPECT_EQ(held.enter(client("192.0.2.3")), Bound::waiting);
  held.leave(client("192.0.2.1"));
  EXPECT_EQ(held.enter(client("192.0.2.3")), std::nullopt);
  EXPECT_EQ(held.size(), 4U);
}

TEST(held_questions, of_one_client_are_half_of_them) {
  HeldQuestions held(100);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(held.enter(client("192.0.2.1")), std::nullopt);
  EXPECT_EQ(held.enter(client("192.0.2.1")), Bound::client_waiting);
  EXPECT_EQ(held.enter(client("192.0.2.2")), std::nullopt);
  held.leave(client("192.0.2.1"));
  EXPECT_EQ(held.enter(client("192.0.2.1")), std::nullopt);
}

TEST(held_questions, of_an_ipv6_subnet_are_one_client_s) {
  HeldQuestions held(4);
  EXPECT_EQ(held.enter(client("2001:db8::1")), std::nullopt);
  EXPECT_EQ(held.enter(client("2001:db8::2")), std::nullopt);
  EXPECT_EQ(held.enter(client("2001:db8::3")), Bound::client_waiting);
  EXPECT_EQ(held.enter(client("2001:db8:0:1::3")), std::nullopt);
}

TEST(held_questions, of_nobody_with_an_address_are_one_client_s_too) {
  HeldQuestions held(2);
  EXPECT_EQ(held.enter(std::nullopt), std::nullopt);
  EXPECT_EQ(held.enter(std::nullopt), Bound::client_waiting);
}

TEST(held_questions, have_one_place_for_each_client_if_there_are_few) {
  HeldQuestions held(1);
  EXPECT_EQ(held.enter(client("192.0.2.1")), std::nullopt);
  held.leave(client("192.0.2.1"));
  held.leave(client("192.0.2.1"));  // never more than there were
  EXPECT_EQ(held.size(), 0U);
}

TEST(held_questions, stay_when_there_are_fewer_places_than_before) {
  HeldQuestions held(10);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(held.enter(client("192.0.2.1")), std::nullopt);
  held.set_most(2);
  EXPECT_EQ(held.enter(client("192.0.2.2")), Bound::waiting);
  for (int i = 0; i < 4; ++i) held.leave(client("192.0.2.1"));
  EXPECT_EQ(held.enter(client("192.0.2.2")), std::nullopt);
}

TEST(held_questions, are_counted_over_all_workers) {
  HeldQuestions held(64);
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i)
        if (!held.enter(client("127.0.0.1"))) held.leave(client("127.0.0.1"));
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(held.size(), 0U);
}

}  // namespace
}  // namespace latchkey::unbound
