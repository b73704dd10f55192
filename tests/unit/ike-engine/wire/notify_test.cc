#include "ike-engine/wire/notify.h"

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using base::NotifyType;
using support::hex;
using support::written;

// RFC 7296 section 3.10, typed by hand: REKEY_SA (16393) for the ESP SA with SPI 0x01020304.
const base::Buffer kRekey = hex("03 04 4009 01020304");

TEST(notify, is_what_section_3_10_draws) {
  const Notify notify = parse_notify(kRekey).value();
  EXPECT_EQ(notify.protocol, base::ProtocolId::esp);
  EXPECT_EQ(notify.type, NotifyType::rekey_sa);
  EXPECT_EQ(base::to_hex(notify.spi), "01020304");
  EXPECT_TRUE(notify.data.empty());
  EXPECT_EQ(written(notify), kRekey);
}

TEST(notify, refuses_every_truncation) { support::expect_every_truncation_refused(kRekey, parse_notify); }

TEST(notify, refuses_an_spi_size_that_overruns_it) {
  EXPECT_EQ(parse_notify(support::with_octet(kRekey, 1, 5)).error().code, Errc::truncated);
  EXPECT_EQ(parse_notify(support::with_octet(kRekey, 1, 255)).error().code, Errc::truncated);
  EXPECT_EQ(base::to_hex(parse_notify(support::with_octet(kRekey, 1, 0))->data), "01020304");
}

TEST(notify, is_an_error_below_16384) {
  EXPECT_TRUE(parse_notify(hex("00 00 3fff"))->is_error());
  EXPECT_FALSE(parse_notify(hex("00 00 4000"))->is_error());
  EXPECT_TRUE((Notify{{}, {}, NotifyType::authentication_failed, {}}.is_error()));
}

TEST(notify, names_the_group_of_invalid_ke_in_exactly_two_octets) {
  EXPECT_EQ(parse_invalid_ke(hex("000e")).value(), base::KeMethod::modp2048);
  EXPECT_FALSE(parse_invalid_ke({}));
  EXPECT_FALSE(parse_invalid_ke(hex("0e")));
  EXPECT_FALSE(parse_invalid_ke(hex("000e00")));
}

TEST(notify, lists_hash_algorithms_two_octets_each) {
  using enum base::HashAlgorithm;
  const std::vector algorithms = {sha2_256, sha2_384, sha2_512, identity};
  EXPECT_EQ(base::to_hex(hash_algorithms_data(algorithms)), "0002000300040005");
  EXPECT_EQ(parse_hash_algorithms(hex("0002000300040005")).value(), algorithms);
  EXPECT_TRUE(parse_hash_algorithms({}).value().empty());
  EXPECT_EQ(parse_hash_algorithms(hex("000200")).error().code, Errc::malformed);
  EXPECT_TRUE(parse_hash_algorithms(base::Buffer(2 * kMaxHashAlgorithms)));
  EXPECT_EQ(parse_hash_algorithms(base::Buffer(2 * kMaxHashAlgorithms + 2)).error().code, Errc::exhausted);
}

TEST(notify, has_its_registry_name) {
  EXPECT_EQ(to_string(NotifyType{14}), "NO_PROPOSAL_CHOSEN");
  EXPECT_EQ(to_string(NotifyType{24}), "AUTHENTICATION_FAILED");
  EXPECT_EQ(to_string(NotifyType{16390}), "COOKIE");
  EXPECT_EQ(to_string(NotifyType{16430}), "IKEV2_FRAGMENTATION_SUPPORTED");
  EXPECT_EQ(to_string(NotifyType{999}), "notify");
}

}  // namespace
}  // namespace latchkey::wire
