#include "ike-engine/wire/header.h"

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using support::expect_every_truncation_refused;
using support::hex;
using support::with_octet;
using support::written;

// RFC 7296 section 3.1, figure 4, typed by hand: SPIs, next payload SA, version 2.0, IKE_SA_INIT, I, message 0, 28
// octets.
const base::Buffer kInit = hex("0102030405060708 1112131415161718 21 20 22 08 00000000 0000001c");

TEST(header, has_its_fields_where_figure_4_has_them) {
  const Header header = parse_header(kInit).value();
  EXPECT_EQ(header.spi_i.value, 0x0102030405060708U);
  EXPECT_EQ(header.spi_r.value, 0x1112131415161718U);
  EXPECT_EQ(header.next_payload, base::PayloadType::sa);
  EXPECT_EQ(header.exchange, base::ExchangeType::ike_sa_init);
  EXPECT_TRUE(header.initiator);
  EXPECT_FALSE(header.response);
  EXPECT_FALSE(header.higher_version);
  EXPECT_EQ(header.message_id.value, 0U);
  EXPECT_EQ(header.length, kHeaderSize);
  EXPECT_EQ(written(header), kInit);
}

TEST(header, has_its_flags_at_bits_3_to_5) {
  const Header response = parse_header(with_octet(kInit, 19, 0x20)).value();
  EXPECT_TRUE(response.response && !response.initiator && !response.higher_version);
  const Header version = parse_header(with_octet(kInit, 19, 0x10)).value();
  EXPECT_TRUE(version.higher_version && !version.initiator && !version.response);
}

TEST(header, ignores_reserved_flags_and_never_writes_them) {
  const Header header = parse_header(with_octet(kInit, 19, 0xcf)).value();
  EXPECT_EQ(written(header), kInit);
}

TEST(header, refuses_every_truncation) {
  expect_every_truncation_refused(kInit, parse_header);
  EXPECT_EQ(parse_header(base::Bytes(kInit).first(27)).error().code, Errc::truncated);
}

TEST(header, refuses_a_length_that_is_not_the_datagrams) {
  for (const int length : {0, 27, 29, 255}) {
    EXPECT_EQ(parse_header(with_octet(kInit, 27, length)).error().code, Errc::malformed);
  }
}

TEST(header, takes_any_minor_version_but_no_other_major_one) {
  EXPECT_TRUE(parse_header(with_octet(kInit, 17, 0x2f)));
  for (const int version : {0x00, 0x10, 0x1f, 0x30, 0xf0}) {
    EXPECT_EQ(parse_header(with_octet(kInit, 17, version)).error().code, Errc::unsupported);
  }
}

TEST(header, can_be_read_of_any_version_and_length) {
  const Header other = read_header(with_octet(with_octet(kInit, 17, 0x10), 27, 99)).value();
  EXPECT_EQ(other.version, 0x10);
  EXPECT_EQ(other.length, 99U);
  expect_every_truncation_refused(kInit, read_header);
}

TEST(header, keeps_exchanges_that_it_does_not_know) {
  EXPECT_EQ(parse_header(with_octet(kInit, 18, 240))->exchange, base::ExchangeType{240});
}

}  // namespace
}  // namespace latchkey::wire
