#include "host/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::host {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::MatchesRegex;

TEST(escape, leaves_plain_text_and_quotes_the_rest) {
  EXPECT_EQ(escape("www.example.test"), "www.example.test");
  EXPECT_EQ(escape("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(escape(""), R"("")");
  EXPECT_EQ(escape("two words"), R"("two words")");
  EXPECT_EQ(escape("a=b"), R"("a=b")");
  EXPECT_EQ(escape(R"(say "\")"), R"("say \"\\\"")");
}

TEST(escape, lets_no_control_octet_or_foreign_octet_through) {
  EXPECT_EQ(escape("a\nevent=forged"), R"("a\x0aevent=forged")");
  EXPECT_EQ(escape(std::string_view("\0\x1b[2J\x7f\xc3\xa9", 8)), R"("\x00\x1b[2J\x7f\xc3\xa9")");
}

TEST(escape, is_bounded) {
  EXPECT_LT(escape(std::string(100000, 'a')).size(), 600U);
  EXPECT_THAT(escape(std::string(100000, 'a')), EndsWith(R"(...")"));
}

TEST(log, writes_one_line_with_event_fields_and_time) {
  std::vector<std::string> lines;
  const Log log([&](Level, std::string_view line) { lines.emplace_back(line); });
  log.info("ike_auth", {{"name", "www.example.test"}, {"keys", 2}, {"reason", "a b"}, {"", "key=RSA-3072 n=1"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0],
              MatchesRegex("latchkey: event=ike_auth name=www.example.test keys=2 reason=\"a b\" key=RSA-3072 "
                           "n=1 t_ms=[0-9]+\\.[0-9]"));
}

TEST(log, escapes_ready_made_fields_that_are_not_text) {
  std::string got;
  const Log log([&](Level, std::string_view line) { got = line; });
  log.info("x", {{"", "a=1\nb=2"}});
  EXPECT_THAT(got, testing::HasSubstr(R"(detail="a=1\x0ab=2")"));
}

TEST(log, leaves_out_what_is_less_important_than_its_level) {
  std::vector<Level> levels;
  Log log([&](Level level, std::string_view) { levels.push_back(level); }, Level::warning);
  log.error("a", {});
  log.info("b", {});
  log.warning("c", {});
  log.set_level(Level::debug);
  log.debug("d", {});
  EXPECT_THAT(levels, ElementsAre(Level::error, Level::warning, Level::debug));
}

TEST(log, knows_its_levels_by_name) {
  for (const Level level : {Level::error, Level::warning, Level::info, Level::debug}) {
    EXPECT_EQ(parse_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace latchkey::host
