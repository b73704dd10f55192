#include "ike-engine/wire/ts.h"

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using support::hex;
using support::with_octet;

base::Address ip(std::string_view text) { return base::Address::parse(text).value(); }
base::Buffer written(std::span<const TrafficSelector> selectors) {
  base::Writer out;
  write(out, selectors);
  return out.take();
}
Errc error_of(base::Bytes body) { return parse_ts(body).error().code; }

// RFC 7296 section 3.13.1, typed by hand: one host, every protocol and port.
const base::Buffer kHost = hex("01 000000  07 00 0010 0000 ffff c0000201 c0000201");

TEST(ts, of_one_host_is_what_section_3_13_draws) {
  const std::vector host = {TrafficSelector::host(ip("192.0.2.1"))};
  EXPECT_EQ(parse_ts(kHost).value(), host);
  EXPECT_EQ(written(host), kHost);
}

TEST(ts, reads_back_both_families) {
  const std::vector<TrafficSelector> selectors = {{6, 80, 443, ip("10.0.0.0"), ip("10.255.255.255")},
                                                  {0, 0, 65535, ip("2001:db8::"), ip("2001:db8::ffff")},
                                                  {17, 65535, 0, ip("::1"), ip("::1")}};
  EXPECT_EQ(parse_ts(written(selectors)).value(), selectors);
}

TEST(ts, refuses_every_truncation) {
  support::expect_every_truncation_refused(kHost, parse_ts);
  const std::vector two = {TrafficSelector::host(ip("192.0.2.1")), TrafficSelector::host(ip("2001:db8::1"))};
  support::expect_every_truncation_refused(written(two), parse_ts);
}

TEST(ts, refuses_a_count_that_lies) {
  EXPECT_EQ(error_of(with_octet(kHost, 0, 0)), Errc::malformed);
  EXPECT_EQ(error_of(with_octet(kHost, 0, 2)), Errc::truncated);
  EXPECT_EQ(error_of(base::concat({kHost, base::Bytes(kHost).subspan(4)})), Errc::malformed);
  EXPECT_EQ(error_of(with_octet(kHost, 0, kMaxSelectors + 1)), Errc::exhausted);
}

TEST(ts, refuses_a_length_that_is_not_the_types) {
  for (const int length : {0, 3, 4, 8, 15, 17, 40}) EXPECT_FALSE(parse_ts(with_octet(kHost, 7, length))) << length;
  EXPECT_EQ(error_of(with_octet(kHost, 4, 8)), Errc::malformed);  // IPv4's length with IPv6's type
}

TEST(ts, refuses_ranges_that_go_downwards) {
  EXPECT_EQ(error_of(with_octet(kHost, 15, 2)), Errc::malformed);
  EXPECT_EQ(error_of(hex("01 000000  07 06 0010 0050 004f c0000201 c0000201")), Errc::malformed);
}

TEST(ts, takes_opaque_ports) { EXPECT_TRUE(parse_ts(hex("01 000000  07 06 0010 ffff 0000 c0000201 c0000201"))); }

TEST(ts, skips_types_that_it_does_not_know_but_checks_their_lengths) {
  EXPECT_TRUE(parse_ts(hex("01 000000  09 00 0006 aabb")).value().empty());
  EXPECT_EQ(parse_ts(hex("02 000000  09 00 0004  07 00 0010 0000 ffff c0000201 c0000201")).value().size(), 1U);
  EXPECT_EQ(error_of(hex("01 000000  09 00 0007 aabb")), Errc::truncated);
  EXPECT_EQ(error_of(hex("01 000000  09 00 0003 aabb")), Errc::truncated);
}

TEST(ts, holds_at_most_32_selectors) {
  std::vector many(kMaxSelectors, TrafficSelector::host(ip("192.0.2.1")));
  EXPECT_EQ(parse_ts(written(many)).value().size(), kMaxSelectors);
  many.push_back(many.front());
  EXPECT_EQ(error_of(written(many)), Errc::exhausted);
}

}  // namespace
}  // namespace latchkey::wire
