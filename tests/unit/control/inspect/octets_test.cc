#include "control/inspect/octets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/octets.h"

namespace latchkey::inspect {
namespace {

using support::hex;
using testing::HasSubstr;

TEST(parse_hex, takes_blanks_colons_capitals_and_0x) {
  for (const char* text : {"00aaff", "0x00AAff", "00:aa:ff", " 00 aa\tff\r\n", "0X00aaFF"}) {
    EXPECT_EQ(parse_hex(text), hex("00aaff")) << text;
  }
  EXPECT_EQ(parse_hex(""), base::Buffer{});
}

TEST(parse_hex, says_what_is_wrong) {
  EXPECT_EQ(parse_hex("00 ag").error(), "character 5 is not a hex digit");
  EXPECT_EQ(parse_hex("0x0x").error(), "character 4 is not a hex digit");
  EXPECT_EQ(parse_hex("00a").error(), "an odd number of hex digits, 3");
  EXPECT_EQ(parse_hex({"00\0", 3}).error(), "character 3 is not a hex digit");
  EXPECT_EQ(parse_hex("\xff\xfe").error(), "character 1 is not a hex digit");
}

std::string write_file(const char* name, std::string_view text) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(argument, may_stand_in_a_file) {
  const std::string path = write_file("lk_octets", "00 aa\nff\n");
  EXPECT_EQ(octets_of_argument("@" + path), hex("00aaff"));
  EXPECT_EQ(octets_of_argument("00aaff"), hex("00aaff"));
  EXPECT_THAT(octets_of_argument("@" + path + "x").error(), HasSubstr("No such file"));
  EXPECT_EQ(octets_of_argument("@" + write_file("lk_no_hex", "zz")).error(),
            testing::TempDir() + "lk_no_hex: character 1 is not a hex digit");
}

TEST(file, is_read_whole_up_to_its_bound) {
  const std::string path = write_file("lk_file", std::string(70000, 'x'));
  EXPECT_EQ(read_file(path)->size(), 70000U);
  EXPECT_EQ(read_file(path, 70000)->size(), 70000U);
  EXPECT_EQ(read_file(path, 69999).error(), path + ": longer than 69999 octets");
}

TEST(file, that_cannot_be_read_says_why) {
  EXPECT_THAT(read_file("/nowhere/at/all").error(), HasSubstr("/nowhere/at/all: No such file"));
  EXPECT_THAT(read_file(testing::TempDir()).error(), HasSubstr("directory"));
}

}  // namespace
}  // namespace latchkey::inspect
