#include "ike-engine/session/fragments.h"

#include <gtest/gtest.h>

namespace latchkey::session {
namespace {

constexpr base::MessageId kId{1};

Opened part(std::uint16_t fragment, std::uint16_t total, base::Buffer content) {
  const auto first = fragment == 1 ? base::PayloadType::idr : base::PayloadType::none;
  return {first, fragment, total, std::move(content)};
}

TEST(fragments, joins_them_in_order_whatever_the_order_of_arrival) {
  Reassembly r;
  EXPECT_FALSE(r.add(kId, part(3, 3, {5})));
  EXPECT_FALSE(r.add(kId, part(1, 3, {1, 2})));
  const auto whole = r.add(kId, part(2, 3, {3, 4}));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content, (base::Buffer{1, 2, 3, 4, 5}));
  EXPECT_EQ(whole->first, base::PayloadType::idr);
}

TEST(fragments, does_not_want_the_same_one_twice) {
  Reassembly r;
  EXPECT_TRUE(r.wants(kId, 1, 2));
  r.add(kId, part(1, 2, {1}));
  EXPECT_FALSE(r.wants(kId, 1, 2));
  EXPECT_TRUE(r.wants(kId, 2, 2));
}

// RFC 7383 section 2.6
TEST(fragments, start_over_when_the_total_grows_and_ignore_a_smaller_one) {
  Reassembly r;
  r.add(kId, part(1, 3, {1}));
  EXPECT_FALSE(r.wants(kId, 2, 2));
  ASSERT_TRUE(r.wants(kId, 4, 4));
  r.add(kId, part(4, 4, {9}));
  r.add(kId, part(2, 4, {7}));
  r.add(kId, part(3, 4, {8}));
  EXPECT_TRUE(r.wants(kId, 1, 4)) << "the old first fragment must be gone";
  const auto whole = r.add(kId, part(1, 4, {6}));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content, (base::Buffer{6, 7, 8, 9}));
}

TEST(fragments, of_another_message_never_mix) {
  Reassembly r;
  r.add(kId, part(1, 2, {1}));
  EXPECT_FALSE(r.add(base::MessageId{2}, part(2, 2, {2})));
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
  EXPECT_FALSE(r.add(kId, part(1, 2, base::Buffer(kMaxAssembled, 1))));
  EXPECT_FALSE(r.add(kId, part(2, 2, {1}))) << "beyond the bound everything is dropped";
  EXPECT_TRUE(r.wants(kId, 1, 2));
}

TEST(fragments, a_single_one_is_a_whole_message) {
  Reassembly r;
  const auto whole = r.add(kId, part(1, 1, {1, 2, 3}));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->content.size(), 3u);
}

}  // namespace
}  // namespace latchkey::session
