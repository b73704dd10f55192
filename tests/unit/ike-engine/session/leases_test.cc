#include "ike-engine/session/leases.h"

#include <gtest/gtest.h>

namespace latchkey::session {
namespace {

using base::Family;

base::Address address(std::string_view text) { return *base::Address::parse(text); }

Leases three() { return Leases({{address("100.64.0.254"), address("100.64.1.0")}}); }

TEST(leases, walk_through_the_pool_and_end_with_it) {
  Leases leases = three();
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.0.254"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.0.255"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.1.0"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), std::nullopt);
  EXPECT_EQ(leases.held(), 3u);
}

TEST(leases, come_round_again_as_late_as_can_be) {
  Leases leases = three();
  const auto first = leases.take(Family::ipv4, std::nullopt);
  leases.give_back(*first);
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.0.255"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.1.0"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), first);
}

TEST(leases, a_client_gets_the_address_that_it_wants_if_it_is_ours_and_free) {
  Leases leases = three();
  EXPECT_EQ(leases.take(Family::ipv4, address("100.64.1.0")), address("100.64.1.0"));
  EXPECT_EQ(leases.take(Family::ipv4, address("100.64.1.0")), address("100.64.0.254")) << "somebody has it";
  EXPECT_EQ(leases.take(Family::ipv4, address("10.0.0.1")), address("100.64.0.255")) << "not ours";
}

TEST(leases, are_of_the_family_that_is_asked_for) {
  Leases leases = three();
  EXPECT_TRUE(leases.offers(Family::ipv4));
  EXPECT_FALSE(leases.offers(Family::ipv6));
  EXPECT_EQ(leases.take(Family::ipv6, std::nullopt), std::nullopt);
  Leases six({{address("fd00::ffff"), address("fd00::1:0")}});
  EXPECT_EQ(six.take(Family::ipv6, std::nullopt), address("fd00::ffff"));
  EXPECT_EQ(six.take(Family::ipv6, std::nullopt), address("fd00::1:0"));
}

TEST(leases, what_is_held_stays_held_under_another_configuration) {
  Leases leases = three();
  (void)leases.take(Family::ipv4, std::nullopt);
  leases.configure({{address("100.64.0.254"), address("100.64.0.255")}});
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), address("100.64.0.255"));
  EXPECT_EQ(leases.take(Family::ipv4, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace latchkey::session
