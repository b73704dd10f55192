#include "ike-engine/session/fragments.h"

#include <gtest/gtest.h>

namespace latchkey::session {
namespace {

constexpr base::MessageId kId{1};
constexpr base::TimePoint kStart{std::chrono::hours(1)};
constexpr ReassemblyTerms kTerms{.now = kStart};

Opened part(std::uint16_t fragment, std::uint16_t total, base::Buffer content) {
  const auto first = fragment == 1 ? base::PayloadType::idr : base::PayloadType::none;
  return {first, fragment, total, std::move(content)};
}

TEST(fragments, joins_them_in_order_whatever_the_order_of_arrival) {
  Reassembly r;
  EXPECT_FALSE(r.add(kId, part(3, 3, {5}), kTerms));
  EXPECT_FALSE(r.add(kId, part(1, 3, {1, 2}), kTerms));
  const auto whole = r.add(kId, part(2, 3, {3, 4}), kTerms);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content, (base::Buffer{1, 2, 3, 4, 5}));
  EXPECT_EQ(whole->first, base::PayloadType::idr);
}

TEST(fragments, does_not_want_the_same_one_twice) {
  Reassembly r;
  EXPECT_TRUE(r.wants(kId, 1, 2));
  r.add(kId, part(1, 2, {1}), kTerms);
  EXPECT_FALSE(r.wants(kId, 1, 2));
  EXPECT_TRUE(r.wants(kId, 2, 2));
}

// RFC 7383 section 2.6
TEST(fragments, start_over_when_the_total_grows_and_ignore_a_smaller_one) {
  Reassembly r;
  r.add(kId, part(1, 3, {1}), kTerms);
  EXPECT_FALSE(r.wants(kId, 2, 2));
  ASSERT_TRUE(r.wants(kId, 4, 4));
  r.add(kId, part(4, 4, {9}), kTerms);
  r.add(kId, part(2, 4, {7}), kTerms);
  r.add(kId, part(3, 4, {8}), kTerms);
  EXPECT_TRUE(r.wants(kId, 1, 4)) << "the old first fragment must be gone";
  const auto whole = r.add(kId, part(1, 4, {6}), kTerms);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content, (base::Buffer{6, 7, 8, 9}));
}

TEST(fragments, of_another_message_never_mix) {
  Reassembly r;
  r.add(kId, part(1, 2, {1}), kTerms);
  EXPECT_FALSE(r.add(base::MessageId{2}, part(2, 2, {2}), kTerms));
  EXPECT_TRUE(r.wants(base::MessageId{2}, 1, 2));
}

TEST(fragments, refuse_impossible_numbers) {
  const Reassembly r;
  EXPECT_FALSE(r.wants(kId, 0, 1));
  EXPECT_FALSE(r.wants(kId, 2, 1));
  EXPECT_FALSE(r.wants(kId, 1, 0));
}

TEST(fragments, are_bounded_in_number) {
  const Reassembly r;
  EXPECT_TRUE(r.wants(kId, 1, kMaxFragments));
  EXPECT_FALSE(r.wants(kId, 1, kMaxFragments + 1));
}

TEST(fragments, are_bounded_in_octets) {
  Reassembly r;
  EXPECT_FALSE(r.add(kId, part(1, 2, base::Buffer(kMaxAssembled, 1)), kTerms));
  EXPECT_FALSE(r.add(kId, part(2, 2, {1}), kTerms)) << "beyond the bound everything is dropped";
  EXPECT_TRUE(r.wants(kId, 1, 2));
}

TEST(fragments, of_who_has_proven_nothing_are_bounded_more_tightly) {
  const ReassemblyTerms terms{.now = kStart, .most = 1000};
  Reassembly r;
  EXPECT_FALSE(r.add(kId, part(1, 2, base::Buffer(600, 1)), terms));
  EXPECT_FALSE(r.add(kId, part(2, 2, base::Buffer(401, 1)), terms));
  EXPECT_TRUE(r.wants(kId, 1, 2)) << "beyond the bound everything is dropped";
  EXPECT_FALSE(r.add(kId, part(1, 2, base::Buffer(600, 1)), terms));
  EXPECT_TRUE(r.add(kId, part(2, 2, base::Buffer(400, 1)), terms));
  // What stands before the Encrypted Fragment payload is kept, too.
  Opened first = part(1, 2, {1});
  first.head = base::Buffer(1000, 1);
  EXPECT_FALSE(r.add(kId, std::move(first), terms));
  EXPECT_TRUE(r.wants(kId, 1, 2)) << "dropped";
}

// RFC 7383 section 2.6
TEST(fragments, wait_fifteen_seconds_for_the_rest) {
  using std::chrono::seconds;
  Reassembly r;
  EXPECT_EQ(r.ends_at(), base::kNever);
  r.add(kId, part(1, 3, {1}), kTerms);
  r.add(kId, part(2, 3, {2}), {.now = kStart + seconds(10)});
  EXPECT_EQ(r.ends_at(), kStart + seconds(15)) << "another fragment grants no more time";
  r.expire(kStart + seconds(14));
  EXPECT_FALSE(r.wants(kId, 1, 3));
  r.expire(kStart + seconds(15));
  EXPECT_TRUE(r.wants(kId, 1, 3));
  EXPECT_EQ(r.ends_at(), base::kNever);
}

TEST(fragments, of_a_whole_message_leave_no_time_running) {
  Reassembly r;
  r.add(kId, part(1, 2, {1}), kTerms);
  EXPECT_TRUE(r.add(kId, part(2, 2, {2}), kTerms));
  EXPECT_EQ(r.ends_at(), base::kNever);
}

TEST(fragments, a_single_one_is_a_whole_message) {
  Reassembly r;
  const auto whole = r.add(kId, part(1, 1, {1, 2, 3}), kTerms);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content.size(), 3u);
}

}  // namespace
}  // namespace latchkey::session
