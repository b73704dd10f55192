#include "host/identity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::host {
namespace {

using testing::HasSubstr;

std::string shown(std::string_view text) {
  const auto identity = parse_identity(text);
  return identity ? identity->to_string() : "error: " + identity.error();
}

TEST(identity_text, tells_the_types_apart_by_their_form) {
  EXPECT_EQ(shown("server.example"), "FQDN server.example");
  EXPECT_EQ(shown("localhost"), "FQDN localhost");
  EXPECT_EQ(shown("user@site.example"), "RFC822_ADDR user@site.example");
  EXPECT_EQ(shown("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(shown("2001:db8::1"), "2001:db8::1");
}

TEST(identity_text, takes_the_type_as_said) {
  EXPECT_EQ(shown("fqdn:192.0.2.1"), "FQDN 192.0.2.1");
  EXPECT_EQ(shown("@server.example"), "FQDN server.example");
  EXPECT_EQ(shown("email:user@site.example"), "RFC822_ADDR user@site.example");
  EXPECT_EQ(shown("ip:2001:db8::1"), "2001:db8::1");
  const auto key = parse_identity("keyid:00ff");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type, base::IdType::key_id);
  EXPECT_EQ(key->data, (base::Buffer{0x00, 0xff}));
}

TEST(identity_text, takes_a_final_dot_off_a_name) { EXPECT_EQ(shown("server.example."), "FQDN server.example"); }

TEST(identity_text, refuses_what_is_none) {
  for (const char* text : {"", ".", "a..b", ".a", "a b", "@", "a@", "@a@b", "user@", "user@a b", "ip:server.example",
                           "ip:", "keyid:", "keyid:0", "keyid:xy", "email:site.example", "fqdn:a@b", "a/b", "a\x01"}) {
    EXPECT_THAT(shown(text), HasSubstr("error: expected ")) << text;
  }
  EXPECT_THAT(shown(std::string(256, 'a')), HasSubstr("error: expected"));
}

}  // namespace
}  // namespace latchkey::host
