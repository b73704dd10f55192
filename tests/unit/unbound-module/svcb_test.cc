#include "unbound-module/svcb.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::unbound {
namespace {

using support::hex;

TEST(svcb, loses_its_hints_and_keeps_the_rest) {
  // 1 foo.example. alpn=h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1
  const auto record =
      hex("0001 03666f6f 076578616d706c65 00 0001 0003 026832 0004 0004 c0000201 "
          "0006 0010 20010db8000000000000000000000001");
  const auto stripped = strip_hints(record);
  ASSERT_TRUE(stripped && stripped->rdata);
  EXPECT_TRUE(stripped->had_hints);
  EXPECT_EQ(*stripped->rdata, hex("0001 03666f6f 076578616d706c65 00 0001 0003 026832"));
}

TEST(svcb, without_hints_stays_as_it_is) {
  const auto record = hex("0001 00 0003 0002 01bb");
  const auto stripped = strip_hints(record);
  ASSERT_TRUE(stripped && stripped->rdata);
  EXPECT_FALSE(stripped->had_hints);
  EXPECT_EQ(*stripped->rdata, record);
}

TEST(svcb, goes_altogether_if_a_hint_is_mandatory) {
  const auto stripped = strip_hints(hex("0001 00 0000 0004 0001 0004 0001 0003 026832 0004 0004 c0000201"));
  ASSERT_TRUE(stripped);
  EXPECT_TRUE(stripped->had_hints);
  EXPECT_FALSE(stripped->rdata);
}

TEST(svcb, in_alias_mode_has_nothing_to_lose) {
  const auto record = hex("0000 03666f6f 00");
  const auto stripped = strip_hints(record);
  ASSERT_TRUE(stripped && stripped->rdata);
  EXPECT_EQ(*stripped->rdata, record);
}

TEST(svcb, that_is_cut_short_is_an_error) {
  const auto record = hex("0001 03666f6f 00 0004 0004 c0000201");
  for (std::size_t length = 0; length < record.size(); ++length) {
    const bool whole = length == 7;  // without parameters
    EXPECT_EQ(strip_hints(base::Bytes(record).first(length)).has_value(), whole) << length;
  }
}

}  // namespace
}  // namespace latchkey::unbound
