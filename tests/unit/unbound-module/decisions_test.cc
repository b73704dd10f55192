#include "unbound-module/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace latchkey::unbound {
namespace {

Decision about(std::string name, std::string verdict) { return {std::move(name), "A", std::move(verdict), ""}; }

TEST(decisions, come_latest_first_and_of_one_name_only) {
  Decisions last;
  last.add(about("a.example", "one"));
  last.add(about("b.example", "two"));
  last.add(about("a.example", "three"));
  const auto found = last.about("a.example", 10);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].verdict, "three");
  EXPECT_EQ(found[1].verdict, "one");
  EXPECT_EQ(last.about("a.example", 1).size(), 1U);
  EXPECT_TRUE(last.about("c.example", 10).empty());
}

TEST(decisions, at_the_bound_lose_the_oldest) {
  Decisions last;
  for (std::size_t i = 0; i < Decisions::kMost + 2; ++i) last.add(about("a.example", std::to_string(i)));
  const auto found = last.about("a.example", SIZE_MAX);
  ASSERT_EQ(found.size(), Decisions::kMost);
  EXPECT_EQ(found.front().verdict, std::to_string(Decisions::kMost + 1));
  EXPECT_EQ(found.back().verdict, "2");
}

TEST(decisions, keep_no_reason_of_any_length) {
  Decisions last;
  Decision decision = about("a.example", "servfail-tunnel");
  decision.reason = std::string(100'000, 'x');
  decision.addresses.push_back({*base::Address::parse("192.0.2.1"), "failed", decision.reason, {}, {}, 0});
  last.add(decision);
  const auto found = last.about("a.example", 1);
  EXPECT_EQ(found.at(0).reason.size(), Decisions::kMostReason);
  EXPECT_EQ(found.at(0).addresses.at(0).reason.size(), Decisions::kMostReason);
}

TEST(decisions, come_from_many_threads) {
  Decisions last;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        last.add(about("a.example", "released"));
        if (i % 100 == 0) {
          EXPECT_FALSE(last.about("a.example", 3).empty());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(last.about("a.example", SIZE_MAX).size(), Decisions::kMost);
}

}  // namespace
}  // namespace latchkey::unbound
