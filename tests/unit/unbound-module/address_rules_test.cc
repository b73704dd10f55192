#include "unbound-module/address_rules.h"

#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

base::Address at(const char* text) { return base::Address::parse(text).value(); }
bool nobodys(const base::Address&) { return false; }

TEST(address_rules, forbid_special_purpose_addresses_in_every_form) {
  for (const char* text : {"0.0.0.0",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.53",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.1",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.250",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::8.8.8.8",
                           "::ffff:8.8.8.8",
                           "::ffff:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b:1::8.8.8.8",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:808:808::1",
                           "2002:a00:1::",
                           "3fff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"}) {
    EXPECT_NE(forbidden(at(text), {}, nobodys), "") << text;
  }
}

TEST(address_rules, allow_ordinary_addresses) {
  for (const char* text :
       {"8.8.8.8", "1.0.0.1", "11.0.0.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.1.2.23",
        "198.17.0.1", "198.20.0.1", "223.255.255.254", "64:ff9b::8.8.8.8", "2001:200::1", "2001:4860:4860::8888",
        "2a01:2::23", "2620:fe::fe", "4000::1"}) {
    EXPECT_EQ(forbidden(at(text), {}, nobodys), "") << text;
  }
}

TEST(address_rules, forbid_our_own_address) {
  const auto is_own = [](const base::Address& address) { return address == at("8.8.8.8"); };
  EXPECT_EQ(forbidden(at("8.8.8.8"), {}, is_own), "our own address");
  EXPECT_EQ(forbidden(at("64:ff9b::8.8.8.8"), {}, is_own), "our own address");
}

TEST(address_rules, allow_what_the_operator_lists) {
  const std::vector<host::Cidr> allowed{*host::Cidr::parse("10.0.0.0/8"), *host::Cidr::parse("fd00::/8")};
  EXPECT_EQ(forbidden(at("10.1.2.3"), allowed, nobodys), "");
  EXPECT_EQ(forbidden(at("fd00::1"), allowed, nobodys), "");
  EXPECT_EQ(forbidden(at("64:ff9b::10.1.2.3"), allowed, nobodys), "");
  EXPECT_NE(forbidden(at("192.168.0.1"), allowed, nobodys), "");
  EXPECT_NE(forbidden(at("::ffff:10.1.2.3"), allowed, nobodys), "");
}

}  // namespace
}  // namespace latchkey::unbound
