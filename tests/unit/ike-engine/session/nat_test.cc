#include "ike-engine/session/nat.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/digest.h"

namespace latchkey::session {
namespace {

base::Address address(std::string_view text) { return *base::Address::parse(text); }

const base::IkeSpi kI{0x1112131415161718}, kR{0x2122232425262728};
const base::Endpoint kUs{address("192.0.2.1"), 500}, kThem{address("198.51.100.7"), 500};

TEST(nat_hash, covers_spis_address_and_port_in_this_order) {
  const auto octets = *base::from_hex("1112131415161718 2122232425262728 c0000201 01f4");
  EXPECT_EQ(nat_hash(kI, kR, kUs), crypto::sha1({octets}));
}

// Security rule 11.
TEST(nat_source, is_false_with_encapsulation_and_true_for_native_esp) {
  api::EngineConfig udp, native;
  native.encapsulate = false;
  EXPECT_TRUE(wants_false_nat_source(udp, {}, kUs, kThem.address));
  EXPECT_FALSE(wants_false_nat_source(native, {}, kUs, kThem.address));
  EXPECT_FALSE(wants_false_nat_source(udp, {.transport = true}, kUs, kThem.address));
}

TEST(nat_source, never_gives_a_private_address_away_to_a_public_server) {
  api::EngineConfig native;
  native.encapsulate = false;
  for (const auto* text : {"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1"}) {
    EXPECT_TRUE(wants_false_nat_source(native, {}, {address(text), 500}, kThem.address)) << text;
    EXPECT_FALSE(wants_false_nat_source(native, {}, {address(text), 500}, address("10.0.0.9"))) << text;
  }
  EXPECT_TRUE(wants_false_nat_source(native, {}, {address("fd00::1"), 500}, address("2001:db8::1")));
  EXPECT_FALSE(wants_false_nat_source(native, {}, {address("172.32.0.1"), 500}, kThem.address));
}

struct Hashes {
  NatHash source, destination;
  NatNotifies notifies() const { return {{source}, destination}; }
};

TEST(encapsulation, follows_the_hashes_when_ours_was_true) {
  const Hashes truth{nat_hash(kI, kR, kThem), nat_hash(kI, kR, kUs)};
  EXPECT_FALSE(needs_encapsulation(truth.notifies(), false, kI, kR, kUs, kThem));
  const Hashes we_are_behind{nat_hash(kI, kR, kThem), nat_hash(kI, kR, {address("203.0.113.1"), 4321})};
  EXPECT_TRUE(needs_encapsulation(we_are_behind.notifies(), false, kI, kR, kUs, kThem));
  const Hashes they_are_behind{nat_hash(kI, kR, {address("10.0.0.1"), 500}), nat_hash(kI, kR, kUs)};
  EXPECT_TRUE(needs_encapsulation(they_are_behind.notifies(), false, kI, kR, kUs, kThem));
}

TEST(encapsulation, is_forced_by_our_own_false_source) {
  const Hashes truth{nat_hash(kI, kR, kThem), nat_hash(kI, kR, kUs)};
  EXPECT_TRUE(needs_encapsulation(truth.notifies(), true, kI, kR, kUs, kThem));
}

TEST(encapsulation, is_impossible_with_a_server_that_knows_no_nat_traversal) {
  EXPECT_FALSE(needs_encapsulation({}, true, kI, kR, kUs, kThem));
}

TEST(encapsulation, one_of_several_sources_that_fits_is_enough) {
  const NatHash right = nat_hash(kI, kR, kThem), wrong = nat_hash(kR, kI, kThem), us = nat_hash(kI, kR, kUs);
  EXPECT_FALSE(needs_encapsulation({{wrong, right}, us}, false, kI, kR, kUs, kThem));
}

}  // namespace
}  // namespace latchkey::session
