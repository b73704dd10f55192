// What one side offers and the other chooses, the first accepts, and both mean the same.
#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/proposals.h"
#include "tests/support/seeded_random.h"

namespace latchkey::policy {
namespace {

using base::KeMethod;

/// Some of `all`, in an order of their own.
template <class Value>
std::vector<Value> some_of(std::vector<Value> all, support::SeededRandom& dice) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[dice.below(i)]);
  all.resize(1 + dice.below(std::min<std::size_t>(all.size(), 6)));
  return all;
}

bool contains(const auto& list, const auto& value) { return std::ranges::find(list, value) != list.end(); }

TEST(agreement, of_ike_is_the_same_on_both_sides) {
  std::size_t agreed = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    support::SeededRandom dice(seed);
    const auto offered = some_of(answered_ike_suites(), dice);
    const auto allowed = dice.below(2) == 0 ? answered_ike_suites() : some_of(answered_ike_suites(), dice);
    const base::Buffer spi_i(dice.below(2) == 0 ? 0 : 8, 1), spi_r(spi_i.size(), 2);
    const wire::Sa offer = offer_ike(offered, spi_i);
    const auto chosen = choose_ike(offer, allowed, spi_r, offered_ke_methods(offer).front());
    if (!chosen) continue;
    ++agreed;
    EXPECT_TRUE(contains(allowed, chosen->suite)) << "seed " << seed;
    EXPECT_EQ(chosen->peer_spi, spi_i) << "seed " << seed;
    const auto accepted = accept_ike(offer, chosen->answer);
    ASSERT_TRUE(accepted) << "seed " << seed << ": " << accepted.error().text;
    EXPECT_EQ(*accepted, chosen->suite) << "seed " << seed;
  }
  EXPECT_GT(agreed, 1000U);
}

TEST(agreement, of_esp_is_the_same_on_both_sides) {
  std::size_t agreed = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    support::SeededRandom dice(seed);
    const auto offered = some_of(answered_esp_suites(), dice);
    const auto allowed = dice.below(2) == 0 ? answered_esp_suites() : some_of(answered_esp_suites(), dice);
    std::vector<KeMethod> pfs = dice.below(2) == 0 ? std::vector<KeMethod>{} : some_of(answered_ke_methods(), dice);
    const auto payload = pfs.empty() ? std::nullopt : std::optional(pfs.front());
    if (!pfs.empty() && dice.below(2) == 0) pfs.push_back(KeMethod::none);
    const auto pfs_allowed = some_of(answered_ke_methods(), dice);
    const base::Spi spi_i{0x1000}, spi_r{0x2000};
    const wire::Sa offer = offer_esp(offered, spi_i, pfs);
    const auto chosen = choose_esp(offer, allowed, pfs_allowed, spi_r, payload);
    if (!chosen) continue;
    ++agreed;
    EXPECT_TRUE(contains(allowed, chosen->suite)) << "seed " << seed;
    EXPECT_EQ(chosen->peer_spi, spi_i) << "seed " << seed;
    const auto accepted = accept_esp(offer, chosen->answer);
    ASSERT_TRUE(accepted) << "seed " << seed << ": " << accepted.error().text;
    EXPECT_EQ(accepted->suite, chosen->suite) << "seed " << seed;
    EXPECT_EQ(accepted->pfs, chosen->pfs) << "seed " << seed;
    EXPECT_EQ(accepted->spi, spi_r) << "seed " << seed;
  }
  EXPECT_GT(agreed, 500U);
}

}  // namespace
}  // namespace latchkey::policy
