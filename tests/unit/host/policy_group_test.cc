#include "host/policy_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/config.h"

namespace latchkey::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(policy_group, is_read_from_the_configuration) {
  const auto config = parse_config(R"(
observe: yes
groups:
  - name: private
    domains: [Example.ORG., "."]
    cidrs: [10.0.0.0/8, 2001:db8::1]
    deadline_ms: 900
    unsigned: ignore
  - {name: clear, domains: [printer.example.org], override: yes}
  - {name: private-or-clear}
  - {name: clear-or-private, files: [more]}
  - name: block
)",
                                   "f.yaml");
  ASSERT_TRUE(config) << config.error();
  EXPECT_TRUE(config->observe);
  ASSERT_EQ(config->groups.size(), 5U);
  const GroupEntry& first = config->groups[0];
  EXPECT_EQ(first.kind, GroupKind::private_only);
  EXPECT_THAT(first.domains, ElementsAre("example.org", ""));
  ASSERT_EQ(first.cidrs.size(), 2U);
  EXPECT_EQ(first.cidrs[1].to_string(), "2001:db8::1/128");
  EXPECT_EQ(first.deadline, std::chrono::milliseconds(900));
  EXPECT_EQ(first.unsigned_policy, UnsignedPolicy::ignore);
  EXPECT_FALSE(first.overrides);
  EXPECT_TRUE(config->groups[1].overrides);
  EXPECT_FALSE(config->groups[1].unsigned_policy);
  EXPECT_EQ(config->groups[2].kind, GroupKind::private_or_clear);
  EXPECT_EQ(config->groups[3].files.at(0).text, "more");
  EXPECT_EQ(config->groups[4].kind, GroupKind::block);
}

TEST(policy_group, takes_names_and_nothing_else_for_domains) {
  EXPECT_EQ(parse_domain("WWW.Example"), "www.example");
  EXPECT_EQ(parse_domain("_tcp.a-b.example."), "_tcp.a-b.example");
  EXPECT_EQ(parse_domain("."), "");
  for (const std::string& text : {std::string(), std::string(".."), std::string(".a"), std::string("a..b"),
                                  std::string("a b"), std::string("a\\.b"), std::string("*.a"), std::string("a/24"),
                                  std::string(64, 'a'), std::string("a\0b", 3), std::string("\xc3\xa4.example")})
    EXPECT_FALSE(parse_domain(text)) << text;
  EXPECT_TRUE(parse_domain(std::string(63, 'a')));
  std::string longest;
  for (int i = 0; i < 126; ++i) longest += "a.";
  EXPECT_TRUE(parse_domain(longest + "a"));
  EXPECT_FALSE(parse_domain(longest + "aa"));
}

class group_files : public testing::Test {
 protected:
  group_files() : folder(std::filesystem::path(testing::TempDir()) / "group_files") {
    std::filesystem::create_directories(folder);
  }
  ~group_files() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; }
  std::expected<Config, std::string> read(const std::string& text) {
    write("latchkey.yaml", text);
    return read_config((folder / "latchkey.yaml").string());
  }

  const std::filesystem::path folder;
};

TEST_F(group_files, list_domains_and_networks_a_line_each) {
  write("private", "# ours\nexample.org  # all of it\n\n  10.0.0.0/8\r\n2001:db8::/32\nnet.example.");
  const auto config = read("groups: [{name: private, domains: [a.example], files: [private]}]");
  ASSERT_TRUE(config) << config.error();
  EXPECT_THAT(config->groups[0].domains, ElementsAre("a.example", "example.org", "net.example"));
  EXPECT_EQ(config->groups[0].cidrs.size(), 2U);
}

TEST_F(group_files, are_refused_with_file_and_line) {
  for (const char* line : {"a..b", "10.0.0.1/8", "10.0.0.300", "10.0.0.0/8 tcp", "2001:db8::/129", "*.example"}) {
    write("list", std::string("good.example\n") + line + "\n");
    const auto config = read("groups: [{name: block, files: [list]}]");
    ASSERT_FALSE(config) << line;
    EXPECT_THAT(config.error(), HasSubstr((folder / "list").string() + ":2: expected a domain or a network")) << line;
  }
  const auto missing = read("groups: [{name: block, files: [nowhere]}]");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), HasSubstr("nowhere"));
}

TEST_F(group_files, hold_so_many_lines_and_no_more) {
  std::string many;
  for (std::size_t i = 0; i < kMostGroupLines; ++i) many += "e" + std::to_string(i) + ".x\n";
  write("list", many);
  const auto full = read("groups: [{name: block, files: [list]}]");
  ASSERT_TRUE(full) << full.error();
  const auto beyond = read("groups: [{name: block, domains: [a.example], files: [list]}]");
  ASSERT_FALSE(beyond);
  EXPECT_THAT(beyond.error(), HasSubstr("more than 100000"));
}

}  // namespace
}  // namespace latchkey::host
