#include "unbound-module/ipseckey_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::unbound {
namespace {

using support::hex;
using testing::HasSubstr;

// RFC 4025 section 3.2.
constexpr std::string_view kKey = "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==";
constexpr std::string_view kKeyHex = "010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801";

std::string wire_of(std::string_view text) {
  const auto record = parse_ipseckey_text(text);
  return record ? base::to_hex(to_wire(*record)) : record.error();
}

std::string with_key(std::string_view front) { return std::string(front) + std::string(kKey); }
std::string hex_with_key(std::string_view front) { return std::string(front) + std::string(kKeyHex); }

TEST(ipseckey_text, reads_each_type_of_gateway_and_writes_it_again) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"10 0 2 . ", "0a0002"},
      {"10 1 2 192.0.2.38 ", "0a0102c0000226"},
      {"10 2 2 2001:db8:0:8002::2000:1 ", "0a020220010db8000080020000000020000001"},
      {"10 3 2 mygateway.example.com. ", "0a0302096d7967617465776179076578616d706c6503636f6d00"},
  };
  for (const auto& [text, front] : cases) {
    EXPECT_EQ(wire_of(with_key(text)), hex_with_key(front));
    EXPECT_EQ(to_text(parse_ipseckey_text(with_key(text)).value()), with_key(text));
  }
}

TEST(ipseckey_text, reads_a_record_without_a_key) {
  EXPECT_EQ(wire_of("10 0 0 ."), "0a0000");
  EXPECT_EQ(to_text(parse_ipseckey_text("10 0 0 .").value()), "10 0 0 .");
}

TEST(ipseckey_text, reads_owner_ttl_class_and_type_in_each_form_that_a_zone_file_has) {
  for (const char* front :
       {"", "IPSECKEY ", "IN IPSECKEY ", "x.example. IPSECKEY ", "x.example. 3600 IN IPSECKEY ",
        "x.example. IN 1h30m IPSECKEY ", "@ 60 TYPE45 ", "ipseckey. 3600 in ipseckey ", "IPSECKEY 3600 IN IPSECKEY ",
        "  3600\tCLASS1  IPSECKEY ", "38 7200 IN IPSECKEY ", "a\\.b\\032c. IN IPSECKEY ", "\n\n IPSECKEY "}) {
    EXPECT_EQ(wire_of(front + with_key("10 0 2 . ")), hex_with_key("0a0002")) << front;
  }
}

TEST(ipseckey_text, reads_parentheses_comments_and_a_key_in_pieces) {
  EXPECT_EQ(wire_of("x. 7200 IN IPSECKEY ( 10 1 2 ; a comment with ) and \"\n"
                    "   192.0.2.38\n AQNRU3mG7TVTO2BkR47usntb102uFJtu\n gbo6BSGvgqt4AQ== ) ; the end\n\n"),
            hex_with_key("0a0102c0000226"));
  EXPECT_EQ(wire_of("10 0 2(.)AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6 BSGvgqt4AQ=="), hex_with_key("0a0002"));
}

TEST(ipseckey_text, takes_a_relative_name_as_it_stands) {
  EXPECT_EQ(wire_of("10 3 4 gw AAAA"), "0a030402677700000000");
  EXPECT_EQ(to_text(parse_ipseckey_text("10 3 4 gw\\.1 AAAA").value()), "10 3 4 gw\\.1. AAAA");
}

TEST(ipseckey_text, escapes_what_a_name_may_hold) {
  const std::string text = R"(10 3 4 \"a\.\@\000\255\(\;.b-_. AAAA)";
  EXPECT_EQ(wire_of(text), "0a03040822612e4000ff283b03622d5f00000000");
  EXPECT_EQ(to_text(parse_ipseckey_text(text).value()), text);
}

TEST(ipseckey_text, reads_the_form_of_rfc_3597) {
  EXPECT_EQ(wire_of("x. IN TYPE45 \\# 3 0a0000"), "0a0000");
  EXPECT_EQ(wire_of("\\# 7 0A 0104 c00002 26"), "0a0104c0000226");
  EXPECT_EQ(wire_of("IPSECKEY ( \\# 3 (\n0a00 00) )"), "0a0000");
}

struct Wrong {
  std::string_view text;
  std::string_view complaint;
};
constexpr Wrong kWrong[] = {
    {"", "at the end: there is no rdata"},
    {"x.example. IN IPSECKEY", "at the end: there is no rdata"},
    {"10", "at the end: the gateway type is missing"},
    {"10 0 2", "at the end: the gateway is missing"},
    {"10 0 2 .", "at the end: the public key is missing"},
    {"10 0 0 . AAAA", "character 10: a key, although algorithm 0"},
    {"256 0 2 . AAAA", "character 1: the precedence is not a number from 0 to 255"},
    {"-1 0 2 . AAAA", "character 1: the precedence"},
    {"10 x 2 . AAAA", "character 4: the gateway type"},
    {"10 0 99999999999999999999 . AAAA", "character 6: the algorithm"},
    {"10 4 2 . AAAA", "character 8: gateway type 4 is unknown"},
    {"10 0 2 192.0.2.1 AAAA", "character 8: the gateway of type 0 is written \".\""},
    {"10 1 2 . AAAA", "character 8: the gateway is not an IPv4 address"},
    {"10 1 2 2001:db8::1 AAAA", "character 8: the gateway is not an IPv4 address"},
    {"10 2 2 192.0.2.1 AAAA", "character 8: the gateway is not an IPv6 address"},
    {"10 3 2 a..b AAAA", "character 8: the gateway is not a domain name"},
    {"10 3 2 @ AAAA", "character 8: the gateway is not a domain name"},
    {"10 3 2 . AAAA", "the root"},
    {"10 0 2 . AAA", "character 10: the public key is not base64"},
    {"10 0 2 . AAAA AA!A", "character 10: the public key is not base64"},
    {"a b IN IPSECKEY 10 0 2 . AAAA", "character 3: neither a TTL nor the class IN"},
    {"a IN IN IPSECKEY 10 0 2 . AAAA", "character 6: neither a TTL nor the class IN"},
    {"a CH IPSECKEY 10 0 2 . AAAA", "character 3: neither"},
    {"a..b IPSECKEY 10 0 2 . AAAA", "character 1: not a name"},
    {"( 10 0 2 . AAAA", "a parenthesis is not closed"},
    {"10 0 2 . AAAA )", "character 15: a parenthesis was not opened"},
    {"10 0 2 . \"AAAA\"", "character 10: a quote"},
    {"10 0 2 . AAAA\n20 0 2 . AAAA", "character 15: a second record"},
    {"10 0 2 . AAAA\\", "nothing behind the backslash"},
    {"\\#", "the length behind \\# is missing"},
    {"\\# x 00", "character 4: the length is not a number"},
    {"\\# 4 0a0000", "character 4: 3 octets follow where 4 are announced"},
    {"\\# 3 0a000g", "character 4: what follows the length is not hex"},
    {"\\# 3 0a0302", "character 1: truncated"},
    {"\\# 0", "character 1: truncated"},
};

TEST(ipseckey_text, says_what_is_wrong_and_where) {
  for (const Wrong& wrong : kWrong) {
    const auto record = parse_ipseckey_text(wrong.text);
    ASSERT_FALSE(record) << wrong.text;
    EXPECT_THAT(record.error(), HasSubstr(wrong.complaint)) << wrong.text;
  }
  EXPECT_FALSE(parse_ipseckey_text({"10 3 2 a\0b AAAA", 15}));
  EXPECT_FALSE(parse_ipseckey_text("10 3 2 " + std::string(300, 'a') + " AAAA"));
}

}  // namespace
}  // namespace latchkey::unbound
