#include "ike-engine/base/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace latchkey::base {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> && std::is_nothrow_move_assignable_v<SecretBytes>);

TEST(secret, is_compared_by_every_octet_and_by_length) {
  EXPECT_TRUE(same_secret(as_bytes("abc"), as_bytes("abc")));
  EXPECT_TRUE(same_secret({}, {}));
  EXPECT_FALSE(same_secret(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(same_secret(as_bytes("abc"), as_bytes("bbc")));
  EXPECT_FALSE(same_secret(as_bytes("abc"), as_bytes("ab")));
}

TEST(secret, is_all_zeros_after_a_wipe) {
  Buffer data = {1, 2, 3};
  wipe(data);
  EXPECT_EQ(data, Buffer(3));
}

TEST(secret, leaves_nothing_behind_when_it_moves) {
  SecretBytes from(as_bytes("key"));
  const SecretBytes to = std::move(from);
  EXPECT_TRUE(same(to.view(), as_bytes("key")));
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
}

TEST(secret, takes_over_by_assignment_and_survives_assigning_itself) {
  SecretBytes a(as_bytes("old"));
  a = SecretBytes(as_bytes("new key"));
  EXPECT_TRUE(same(a.view(), as_bytes("new key")));
  SecretBytes& alias = a;
  a = std::move(alias);
  EXPECT_TRUE(same(a.view(), as_bytes("new key")));
}

TEST(secret, is_copied_by_clone_alone) {
  const SecretBytes a(as_bytes("key"));
  SecretBytes b = a.clone();
  b.mutable_view()[0] = 'K';
  EXPECT_TRUE(same(a.view(), as_bytes("key")));
  EXPECT_TRUE(same(b.view(), as_bytes("Key")));
}

}  // namespace
}  // namespace latchkey::base
