#include "ike-engine/base/base64.h"

#include <gtest/gtest.h>

namespace latchkey::base {
namespace {

struct Case {
  std::string_view plain;
  std::string_view text;
};
// RFC 4648 section 10.
constexpr Case kCases[] = {{"", ""},
                           {"f", "Zg=="},
                           {"fo", "Zm8="},
                           {"foo", "Zm9v"},
                           {"foob", "Zm9vYg=="},
                           {"fooba", "Zm9vYmE="},
                           {"foobar", "Zm9vYmFy"}};

TEST(base64, agrees_with_rfc_4648_both_ways) {
  for (const Case& c : kCases) {
    EXPECT_EQ(to_base64(as_bytes(c.plain)), c.text);
    EXPECT_EQ(from_base64(c.text), to_buffer(as_bytes(c.plain))) << c.text;
  }
}

TEST(base64, has_all_64_digits) {
  Buffer all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(from_base64(to_base64(all)), all);
  EXPECT_EQ(from_base64("++//"), (Buffer{0xfb, 0xef, 0xff}));
}

TEST(base64, refuses_what_it_would_not_write) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm8=x", "Zm9 ",
                                      "Zm-_", "Zh==", "Zm9=", "Zm9v\n"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace latchkey::base
