#include "control/inspect/ipseckey_json.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::inspect {
namespace {

using support::hex;

TEST(ipseckey_json, shows_a_record_in_each_form) {
  const std::string text = "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==";
  const std::string expected =
      R"({"precedence":10,"gateway_type":1,"algorithm":2,"gateway":"192.0.2.38",)"
      R"("key":"010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",)"
      R"("wire":"0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",)"
      R"("text":"10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",)"
      R"("key_check":"weak: RSA modulus below 2048 bits"})";
  EXPECT_EQ(ipseckey_of_text("x. 7200 IN IPSECKEY ( " + text + " )")->json.dump(), expected);
  const auto wire = hex(ipseckey_of_text(text)->json["wire"].get<std::string>());
  EXPECT_EQ(ipseckey_of_wire(wire)->json.dump(), expected);
}

TEST(ipseckey_json, shows_gateways_as_a_zone_file_does) {
  EXPECT_EQ(ipseckey_of_text("10 0 0 .")->json.dump(),
            R"({"precedence":10,"gateway_type":0,"algorithm":0,"gateway":".","key":"","wire":"0a0000",)"
            R"("text":"10 0 0 .","key_check":null})");
  EXPECT_EQ(ipseckey_of_text("10 3 4 GW.example. AAAA")->json["gateway"], "GW.example.");
  EXPECT_EQ(ipseckey_of_text("10 2 4 2001:DB8::1 AAAA")->json["gateway"], "2001:db8::1");
}

TEST(ipseckey_json, says_what_a_good_key_is) {
  // RFC 9373 appendix A.
  const auto answer =
      ipseckey_of_text("foo.example.com. IN IPSECKEY ( 10 0 4 . 3WTXgUvpn1RlCXnm80gGY2LZ/ErUUEZtZ33IDi8yfhM= )");
  EXPECT_EQ(answer->json["key_check"], "Ed25519");
}

TEST(ipseckey_json, complains_of_wire_that_is_no_record) {
  EXPECT_EQ(ipseckey_of_wire({}).error(), "truncated: IPSECKEY");
  EXPECT_EQ(ipseckey_of_wire(hex("0a0302")).error(), "truncated: IPSECKEY gateway name");
  EXPECT_EQ(ipseckey_of_wire(hex("0a0402aa")).error(), "unsupported: IPSECKEY gateway type");
  EXPECT_EQ(ipseckey_of_wire(hex("0a0000aa")).error(),
            "malformed: a key, although algorithm 0 means that there is none");
  EXPECT_EQ(ipseckey_of_wire(hex("0a0002")).error(), "truncated: the public key is missing");
}

}  // namespace
}  // namespace latchkey::inspect
