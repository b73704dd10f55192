#include "tests/support/toy_kem.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace latchkey::support {
namespace {

struct Toy {
  SeededRandom random{3};
  ToyKem kem;
  crypto::RandomFill fill = [this](base::MutableBytes out) { random.fill(out); };
  crypto::Kem::KeyPair own = kem.generate(fill).value();
  crypto::Kem::Encapsulated sent = kem.encapsulate(own.public_key, fill).value();
};

TEST(toy_kem, gives_both_sides_one_secret_at_the_sizes_of_ml_kem_768) {
  Toy toy;
  EXPECT_EQ(toy.own.public_key.size(), 1184u);
  EXPECT_EQ(toy.sent.ciphertext.size(), 1088u);
  EXPECT_EQ(toy.sent.shared_secret.size(), 32u);
  const auto opened = toy.kem.decapsulate(toy.own, toy.sent.ciphertext);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(base::same_secret(opened->view(), toy.sent.shared_secret.view()));
}

TEST(toy_kem, never_gives_a_secret_twice) {
  Toy toy;
  const auto again = toy.kem.encapsulate(toy.own.public_key, toy.fill).value();
  EXPECT_FALSE(base::same_secret(again.shared_secret.view(), toy.sent.shared_secret.view()));
}

TEST(toy_kem, has_another_secret_for_a_ciphertext_that_was_changed_or_is_for_another_key) {
  Toy toy;
  const auto other = toy.kem.generate(toy.fill).value();
  EXPECT_FALSE(
      base::same_secret(toy.kem.decapsulate(other, toy.sent.ciphertext)->view(), toy.sent.shared_secret.view()));
  for (const std::size_t at : {0u, 31u, 32u, 1087u}) {
    base::Buffer changed = toy.sent.ciphertext;
    changed[at] ^= 1;
    const auto opened = toy.kem.decapsulate(toy.own, changed);
    ASSERT_TRUE(opened) << at;
    EXPECT_FALSE(base::same_secret(opened->view(), toy.sent.shared_secret.view())) << at;
  }
}

TEST(toy_kem, refuses_other_sizes) {
  Toy toy;
  EXPECT_FALSE(toy.kem.encapsulate(base::Bytes(toy.own.public_key).first(1183), toy.fill));
  EXPECT_FALSE(toy.kem.decapsulate(toy.own, base::Bytes(toy.sent.ciphertext).first(1087)));
  EXPECT_FALSE(ToyKem(64, 48).encapsulate(toy.own.public_key, toy.fill));
}

}  // namespace
}  // namespace latchkey::support
