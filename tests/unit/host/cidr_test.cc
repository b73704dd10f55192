#include "host/cidr.h"

#include <gtest/gtest.h>

namespace latchkey::host {
namespace {

TEST(cidr, reads_networks_and_single_addresses) {
  EXPECT_EQ(Cidr::parse("10.0.0.0/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(Cidr::parse("2001:db8::/32")->to_string(), "2001:db8::/32");
  EXPECT_EQ(Cidr::parse("192.0.2.1")->prefix, 32U);
  EXPECT_EQ(Cidr::parse("::1")->prefix, 128U);
  EXPECT_EQ(Cidr::parse("0.0.0.0/0")->prefix, 0U);
}

TEST(cidr, refuses_what_is_not_one) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "10.0.0/8", "10.0.0.1/8",
        "2001:db8::1/64", "::/129", "example.com", "10.0.0.0/4294967304"}) {
    EXPECT_EQ(Cidr::parse(text), std::nullopt) << text;
  }
}

TEST(cidr, contains_its_addresses_and_no_other_family) {
  const std::vector<Cidr> networks{*Cidr::parse("10.128.0.0/9"), *Cidr::parse("::/0")};
  EXPECT_TRUE(any_contains(networks, *base::Address::parse("10.200.0.1")));
  EXPECT_FALSE(any_contains(networks, *base::Address::parse("10.127.0.1")));
  EXPECT_TRUE(any_contains(networks, *base::Address::parse("fe80::1")));
}

}  // namespace
}  // namespace latchkey::host
