#include "host/control_replies.h"

#include <gtest/gtest.h>

namespace latchkey::host {
namespace {

using nlohmann::json;

TEST(control_replies, are_a_line_of_printable_ascii) {
  EXPECT_EQ(reply_line(json{{"peer", "a\n\x1b[2J\xc3\xa9"}}), R"({"peer":"a\n\u001b[2J\u00e9"})");
  EXPECT_EQ(reply_line(json{{"peer", "\xff"}}), R"({"peer":"\ufffd"})");
}

TEST(control_replies, that_are_too_long_are_refused_in_a_sentence) {
  const json told = json::parse(reply_line(std::string(kLongestReply, 'x')));
  EXPECT_EQ(told["ok"], false);
  EXPECT_EQ(told["error"], "the reply would be longer than 64 MiB");
}

}  // namespace
}  // namespace latchkey::host
