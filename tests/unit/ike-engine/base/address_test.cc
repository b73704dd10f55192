#include "ike-engine/base/address.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace latchkey::base {
namespace {

Address ip(std::string_view text) { return Address::parse(text).value(); }

TEST(address, reads_back_what_it_prints) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1", "fe80::1:2:3:4"}) {
    EXPECT_EQ(ip(text).to_string(), text);
  }
}

TEST(address, refuses_what_is_not_one) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "2001:db8::g", "::1%lo", "example"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("192.0.2.1\0x", 11)));
}

TEST(address, comes_from_4_or_16_octets_only) {
  for (std::size_t size = 0; size <= 20; ++size) {
    EXPECT_EQ(Address::from_bytes(Buffer(size)).has_value(), size == 4 || size == 16) << size;
  }
}

TEST(address, keeps_its_octets_in_network_order) {
  EXPECT_EQ(to_hex(ip("192.0.2.1").bytes()), "c0000201");
  EXPECT_EQ(to_hex(ip("2001:db8::1").bytes()), "20010db8000000000000000000000001");
}

TEST(address, is_in_a_network_by_its_first_bits) {
  struct Case {
    const char* address;
    const char* network;
    unsigned prefix;
    bool in;
  };
  const Case cases[] = {
      {"10.1.2.3", "10.0.0.0", 8, true},        {"11.1.2.3", "10.0.0.0", 8, false},
      {"100.127.0.1", "100.64.0.0", 10, true},  {"100.128.0.1", "100.64.0.0", 10, false},
      {"192.0.2.1", "192.0.2.1", 32, true},     {"192.0.2.2", "192.0.2.1", 32, false},
      {"192.0.2.1", "0.0.0.0", 0, true},        {"192.0.2.1", "::", 0, false},
      {"192.0.2.1", "192.0.2.1", 33, false},    {"2001:db8::1", "2001:db8::", 32, true},
      {"2001:db9::1", "2001:db8::", 32, false}, {"fe80::1", "fe80::", 10, true},
      {"fec0::1", "fe80::", 10, false},         {"::1", "::1", 128, true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ip(c.address).in(ip(c.network), c.prefix), c.in) << c.address << " in " << c.network << "/" << c.prefix;
  }
}

TEST(address, of_one_family_never_equals_one_of_the_other) {
  EXPECT_NE(Address::any(Family::ipv4), Address::any(Family::ipv6));
  EXPECT_NE(ip("192.0.2.1"), ip("::ffff:192.0.2.1"));
}

TEST(address, orders_within_a_family_as_numbers) {
  EXPECT_LT(ip("9.255.255.255"), ip("10.0.0.0"));
  EXPECT_LT(ip("2001:db8::ff"), ip("2001:db8::100"));
}

TEST(address, hashes_by_value) {
  const std::unordered_set<Address> set = {ip("192.0.2.1"), ip("192.0.2.1"), ip("::1")};
  EXPECT_EQ(set.size(), 2U);
}

TEST(endpoint, puts_ipv6_into_brackets) {
  EXPECT_EQ((Endpoint{ip("192.0.2.1"), 500}.to_string()), "192.0.2.1:500");
  EXPECT_EQ((Endpoint{ip("2001:db8::1"), 4500}.to_string()), "[2001:db8::1]:4500");
}

}  // namespace
}  // namespace latchkey::base
