#include "ike-engine/wire/delete.h"

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using base::ProtocolId;
using support::hex;
using support::written;

const base::Buffer kTwoEsp = hex("03 04 0002 01020304 05060708");

TEST(delete_payload, is_what_section_3_11_draws) {
  const Delete del = parse_delete(kTwoEsp).value();
  EXPECT_EQ(del.protocol, ProtocolId::esp);
  EXPECT_EQ(del.spis, (std::vector{base::Spi{0x01020304}, base::Spi{0x05060708}}));
  EXPECT_EQ(written(del), kTwoEsp);
}

TEST(delete_payload, of_an_ike_sa_has_no_spi) {
  EXPECT_TRUE(parse_delete(hex("01 00 0000")).value().spis.empty());
  EXPECT_EQ(base::to_hex(written(Delete{ProtocolId::ike, {}})), "01000000");
  EXPECT_FALSE(parse_delete(hex("01 00 0001")));
  EXPECT_FALSE(parse_delete(hex("01 08 0001 0102030405060708")));
}

TEST(delete_payload, refuses_every_truncation) { support::expect_every_truncation_refused(kTwoEsp, parse_delete); }

TEST(delete_payload, refuses_an_spi_count_that_lies) {
  for (const std::size_t count : {0U, 1U, 3U, 255U}) {
    EXPECT_EQ(parse_delete(support::with_octet(kTwoEsp, 3, count)).error().code, Errc::malformed) << count;
  }
  EXPECT_EQ(parse_delete(support::with_octet(kTwoEsp, 2, 0x40)).error().code, Errc::malformed);
}

TEST(delete_payload, refuses_an_spi_size_that_is_not_the_protocols) {
  for (const char* body :
       {"03 08 0001 0102030405060708", "03 00 0000", "02 03 0001 010203", "00 00 0000", "04 04 0000"}) {
    EXPECT_EQ(parse_delete(hex(body)).error().code, Errc::malformed) << body;
  }
}

}  // namespace
}  // namespace latchkey::wire
