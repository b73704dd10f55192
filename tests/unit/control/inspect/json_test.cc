#include "control/inspect/json.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::inspect {
namespace {

using support::hex;

TEST(json, says_where_it_is_none) {
  EXPECT_EQ(parse_json("{\n  \"a\": x}").error(), "line 2, column 8: not JSON");
  EXPECT_EQ(parse_json("").error(), "line 1, column 1: not JSON");
  EXPECT_EQ(parse_json("{}}").error(), "line 1, column 3: not JSON");
  EXPECT_FALSE(parse_json("\"\xff\""));
  EXPECT_FALSE(parse_json("\"\\ud800\""));
  EXPECT_FALSE(parse_json("[1,"));
}

TEST(json, is_at_most_32_deep) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  for (const std::size_t depth : {33U, 34U, 1000000U}) {
    const auto value = parse_json(nested(depth));
    ASSERT_FALSE(value) << depth;
    EXPECT_EQ(value.error(), "nested deeper than 32");
  }
  EXPECT_FALSE(parse_json(std::string(1000000, '[')));
  EXPECT_TRUE(parse_json("[\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"]")) << "in a string";
}

TEST(json, survives_numbers_of_any_size) {
  EXPECT_FALSE(parse_json("1e999999"));
  EXPECT_TRUE(parse_json(std::string(400, '9')).error().starts_with("a number"));
  EXPECT_TRUE(parse_json("123456789012345678901234567890"));
}

class Object : public testing::Test {
 protected:
  const nlohmann::json value =
      nlohmann::json::parse(R"({"hex": "00ff", "none": null, "odd": "0", "list": [], "n": 7, "neg": -1, "real": 1.5})");
  const JsonObject object = JsonObject::of(value, "a[0]").value();
};

TEST_F(Object, gives_its_fields_or_says_which_is_wrong) {
  EXPECT_EQ(object.octets("hex"), hex("00ff"));
  EXPECT_EQ(object.octets("odd").error(), "a[0].odd: an odd number of hex digits, 1");
  EXPECT_EQ(object.octets("list").error(), "a[0].list is not a string");
  EXPECT_EQ(object.octets("none").error(), "a[0].none is missing");
  EXPECT_EQ(object.octets("other").error(), "a[0].other is missing");
  EXPECT_EQ(object.octets_if_any("other"), base::Buffer{});
  EXPECT_EQ(object.octets_if_any("none"), base::Buffer{});
  EXPECT_FALSE(object.octets_if_any("n"));
  EXPECT_EQ(object.text("hex"), "00ff");
}

TEST_F(Object, gives_whole_numbers_within_bounds) {
  EXPECT_EQ(object.number("n", 7), 7U);
  EXPECT_EQ(object.number("n", 6).error(), "a[0].n is not a whole number up to 6");
  EXPECT_FALSE(object.number("neg", 9));
  EXPECT_FALSE(object.number("real", 9));
  EXPECT_FALSE(object.number("hex", 9));
  EXPECT_EQ(object.number("other", 9).error(), "a[0].other is missing");
}

TEST_F(Object, is_none_of_another_type) {
  EXPECT_EQ(JsonObject::of(value["list"], "a").error(), "a is not an object");
  EXPECT_EQ(JsonObject::of(value, "")->path("n"), "n");
  EXPECT_TRUE(object.has("n"));
  EXPECT_FALSE(object.has("none"));
}

}  // namespace
}  // namespace latchkey::inspect
