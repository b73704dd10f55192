#include "unbound-module/reverse_name.h"

#include <gtest/gtest.h>

#include "unbound-module/names.h"

namespace latchkey::unbound {
namespace {

std::string reverse_of(std::string_view address) { return name_text(reverse_name(*base::Address::parse(address))); }

TEST(reverse_name, of_ipv4_has_the_octets_backwards) {
  EXPECT_EQ(reverse_of("10.2.0.52"), "52.0.2.10.in-addr.arpa");  // RFC 1035 section 3.5
  EXPECT_EQ(reverse_of("203.0.113.255"), "255.113.0.203.in-addr.arpa");
}

// RFC 3596 section 2.5, the example.
TEST(reverse_name, of_ipv6_has_the_nibbles_backwards) {
  EXPECT_EQ(reverse_of("4321:0:1:2:3:4:567:89ab"),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

}  // namespace
}  // namespace latchkey::unbound
