#include "ike-engine/base/bytes.h"

#include <gtest/gtest.h>

namespace latchkey::base {
namespace {

const Buffer kEight = {1, 2, 3, 4, 5, 6, 7, 8};

TEST(reader, reads_numbers_in_network_order) {
  EXPECT_EQ(Reader(kEight).u8(), 0x01);
  EXPECT_EQ(Reader(kEight).u16(), 0x0102);
  EXPECT_EQ(Reader(kEight).u32(), 0x01020304U);
  EXPECT_EQ(Reader(kEight).u64(), 0x0102030405060708U);
}

TEST(reader, is_empty_and_returns_zeros_after_an_overrun) {
  Reader r(kEight);
  r.skip(5);
  EXPECT_EQ(r.u32(), 0U);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.left(), 0U);
  EXPECT_EQ(r.u8(), 0);
  EXPECT_TRUE(r.bytes(1).empty());
  EXPECT_TRUE(r.rest().empty());
  EXPECT_FALSE(r.done());
}

TEST(reader, is_not_done_while_octets_are_left) {
  Reader r(kEight);
  r.skip(7);
  EXPECT_TRUE(r.ok());
  EXPECT_FALSE(r.done());
  r.skip(1);
  EXPECT_TRUE(r.done());
}

TEST(reader, takes_no_count_for_more_than_is_there) {
  Reader r(kEight);
  EXPECT_TRUE(r.bytes(SIZE_MAX).empty());
  EXPECT_FALSE(r.ok());
}

TEST(reader, hands_out_the_rest_even_if_it_is_nothing) {
  Reader r(kEight);
  EXPECT_EQ(r.rest().size(), 8U);
  EXPECT_TRUE(r.rest().empty());
  EXPECT_TRUE(r.done());
}

TEST(writer, writes_numbers_in_network_order) {
  Writer out;
  out.u8(0x01);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090a0b0c0d0e0f);
  EXPECT_EQ(to_hex(out.view()), "0102030405060708090a0b0c0d0e0f");
}

TEST(writer, patches_what_is_already_there) {
  Writer out;
  out.u64(0);
  out.patch_u8(0, 0xaa);
  out.patch_u16(1, 0xbbcc);
  out.patch_u32(4, 0x01020304);
  EXPECT_EQ(to_hex(out.view()), "aabbcc0001020304");
}

TEST(hex, is_lower_case_with_two_digits_an_octet) { EXPECT_EQ(to_hex(Buffer{0x00, 0x0f, 0xA0}), "000fa0"); }

TEST(hex, skips_blanks_and_takes_both_cases) { EXPECT_EQ(from_hex(" aB\n0 1\t"), (Buffer{0xab, 0x01})); }

TEST(hex, refuses_odd_counts_and_foreign_characters) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("0x00"));
}

TEST(concat, joins_in_order) { EXPECT_EQ(concat({as_bytes("ab"), {}, as_bytes("c")}), to_buffer(as_bytes("abc"))); }

}  // namespace
}  // namespace latchkey::base
