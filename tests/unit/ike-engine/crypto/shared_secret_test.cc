#include "ike-engine/crypto/shared_secret.h"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::crypto {
namespace {

using base::Errc;

std::string octets(std::string_view text, std::size_t least = 1) {
  const auto secret = shared_secret_from_text(text, least);
  return secret ? base::to_hex(secret->view()) : std::string(base::to_string(secret.error().code));
}

TEST(shared_secret, is_read_in_the_forms_that_others_write) {
  EXPECT_EQ(octets("0x00112233445566778899aAbBcCdDeEfF"), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(octets("0sABEiM0RVZneImaq7zN3u/w=="), "00112233445566778899aabbccddeeff");
  // RFC 4648 section 10.
  EXPECT_EQ(octets("0sZm9v"), "666f6f");
  EXPECT_EQ(octets("0sZm9vYg=="), "666f6f62");
  EXPECT_EQ(octets("0sZm9vYmE="), "666f6f6261");
  EXPECT_EQ(octets("foo bar"), "666f6f20626172");
  EXPECT_EQ(octets("\"foo\""), "22666f6f22") << "quotes are characters";
  EXPECT_EQ(octets("f\xc3\xb6\xc3\xb6"), "66c3b6c3b6");
}

TEST(shared_secret, ends_before_the_end_of_its_line) {
  EXPECT_EQ(octets("foo\n"), "666f6f");
  EXPECT_EQ(octets("0x6666\r\n"), "6666");
  EXPECT_EQ(octets("foo \n"), "666f6f20") << "a blank is a character";
}

TEST(shared_secret, with_a_slip_of_the_pen_is_refused) {
  for (const char* text : {"0x123", "0x12g4", "0x12 34", "0sZm9", "0sZm9vYg=", "0sZ===", "0s====", "0sZm=v",
                           "0sZm9v\nZm9v", "0sZm9_", "a\nb", "a\tb", "a\x7f"}) {
    EXPECT_EQ(octets(text), "malformed") << text;
  }
}

TEST(shared_secret, is_long_enough) {
  EXPECT_EQ(shared_secret_from_text("fifteen octets.").error().code, Errc::weak);
  EXPECT_TRUE(shared_secret_from_text("sixteen octets.."));
  EXPECT_EQ(shared_secret_from_text(std::string(31, 'a'), kMinPpk).error().code, Errc::weak);
  EXPECT_TRUE(shared_secret_from_text(std::string(32, 'a'), kMinPpk));
  for (const char* text : {"", "\n", "0x", "0s"}) EXPECT_EQ(octets(text), "weak") << text;
}

TEST(shared_secret, has_a_bound) {
  EXPECT_TRUE(shared_secret_from_text(std::string(1024, 'a')));
  EXPECT_EQ(shared_secret_from_text(std::string(1025, 'a')).error().code, Errc::exhausted);
  EXPECT_TRUE(shared_secret_from_text("0x" + std::string(2048, 'a')));
  EXPECT_EQ(shared_secret_from_text("0x" + std::string(2050, 'a')).error().code, Errc::exhausted);
}

}  // namespace
}  // namespace latchkey::crypto
