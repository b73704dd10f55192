#include "unbound-module/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

using host::GroupKind;

host::GroupEntry group(GroupKind kind, std::vector<std::string> domains, std::vector<std::string> networks = {},
                       bool overrides = false) {
  host::GroupEntry entry;
  entry.kind = kind;
  entry.domains = std::move(domains);
  for (const std::string& network : networks) entry.cidrs.push_back(host::Cidr::parse(network).value());
  entry.overrides = overrides;
  return entry;
}

/// What decides about the name and the addresses; "none" or a group and what found it.
std::string judged(const Policy& policy, std::vector<std::string> names, std::vector<std::string> addresses = {}) {
  std::vector<Buffer> wires;
  for (const std::string& name : names) wires.push_back(wire(name));
  const std::vector<base::Bytes> views(wires.begin(), wires.end());
  std::vector<base::Address> all;
  for (const std::string& address : addresses) all.push_back(base::Address::parse(address).value());
  return policy.judge(views, all).text();
}

TEST(policy, without_groups_decides_nothing) {
  EXPECT_TRUE(Policy().empty());
  EXPECT_EQ(judged(Policy(), {"www.example"}, {"192.0.2.1"}), "no group");
}

TEST(policy, finds_a_name_by_its_longest_suffix) {
  const Policy policy({group(GroupKind::private_only, {"example"}),
                       group(GroupKind::clear, {"www.example", "example.org"}),
                       group(GroupKind::block, {"a.www.example"})});
  EXPECT_EQ(judged(policy, {"example"}), "private by domain example");
  EXPECT_EQ(judged(policy, {"EXAMPLE"}), "private by domain example");
  EXPECT_EQ(judged(policy, {"mail.example"}), "private by domain example");
  EXPECT_EQ(judged(policy, {"www.Example"}), "clear by domain www.example");
  EXPECT_EQ(judged(policy, {"b.www.example"}), "clear by domain www.example");
  EXPECT_EQ(judged(policy, {"x.a.www.example"}), "block by domain a.www.example");
}

TEST(policy, takes_whole_labels_only) {
  const Policy policy({group(GroupKind::clear, {"example.org"})});
  EXPECT_EQ(judged(policy, {"badexample.org"}), "no group");
  EXPECT_EQ(judged(policy, {"org"}), "no group");
  // One label that looks like two.
  const Buffer odd{11, 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'o', 'r', 'g', 0};
  const std::vector<base::Bytes> names{odd};
  EXPECT_EQ(policy.judge(names, {}).rule, nullptr);
}

TEST(policy, of_the_root_is_for_every_name) {
  const Policy policy({group(GroupKind::private_only, {""}), group(GroupKind::clear, {"example"})});
  EXPECT_EQ(judged(policy, {"www.org"}), "private by domain .");
  EXPECT_EQ(judged(policy, {""}), "private by domain .");
  EXPECT_EQ(judged(policy, {"www.example"}), "clear by domain example");
}

TEST(policy, looks_at_the_names_that_the_first_is_an_alias_of) {
  const Policy policy({group(GroupKind::private_only, {"cdn.example"}), group(GroupKind::clear, {"org"})});
  EXPECT_EQ(judged(policy, {"www.org", "host.cdn.example"}), "private by domain cdn.example");
  EXPECT_EQ(judged(policy, {"www.net", "www.org"}), "clear by domain org");
}

TEST(policy, of_suffixes_of_one_length_takes_the_stricter_group) {
  const Policy twice({group(GroupKind::clear, {"example"}), group(GroupKind::block, {"example"}),
                      group(GroupKind::private_only, {"example"})});
  EXPECT_EQ(judged(twice, {"example"}), "block by domain example");
  const Policy two({group(GroupKind::clear, {"a.example"}), group(GroupKind::private_only, {"b.example"})});
  EXPECT_EQ(judged(two, {"a.example", "b.example"}), "private by domain b.example");
  EXPECT_EQ(judged(two, {"b.example", "a.example"}), "private by domain b.example");
}

TEST(policy, finds_an_address_by_its_longest_network) {
  const Policy policy({group(GroupKind::private_only, {}, {"10.0.0.0/8", "2001:db8::/32"}),
                       group(GroupKind::clear, {}, {"10.1.0.0/16", "10.1.2.3/32", "::/0"}),
                       group(GroupKind::block, {}, {"10.1.2.0/24"})});
  EXPECT_EQ(judged(policy, {"a"}, {"10.9.9.9"}), "private by network 10.0.0.0/8");
  EXPECT_EQ(judged(policy, {"a"}, {"10.1.9.9"}), "clear by network 10.1.0.0/16");
  EXPECT_EQ(judged(policy, {"a"}, {"10.1.2.9"}), "block by network 10.1.2.0/24");
  EXPECT_EQ(judged(policy, {"a"}, {"10.1.2.3"}), "clear by network 10.1.2.3/32");
  EXPECT_EQ(judged(policy, {"a"}, {"2001:db8::1"}), "private by network 2001:db8::/32");
  EXPECT_EQ(judged(policy, {"a"}, {"2001:db9::1"}), "clear by network ::/0");
  EXPECT_EQ(judged(policy, {"a"}, {"192.0.2.1"}), "no group");
}

TEST(policy, of_several_addresses_takes_the_strictest) {
  const Policy policy({group(GroupKind::clear, {}, {"10.1.1.1/32"}), group(GroupKind::private_only, {}, {"10.0.0.0/8"}),
                       group(GroupKind::block, {}, {"192.0.2.0/24"})});
  EXPECT_EQ(judged(policy, {"a"}, {"10.1.1.1", "10.2.2.2"}), "private by network 10.0.0.0/8");
  EXPECT_EQ(judged(policy, {"a"}, {"10.1.1.1", "198.51.100.1"}), "clear by network 10.1.1.1/32");
  EXPECT_EQ(judged(policy, {"a"}, {"10.2.2.2", "192.0.2.7", "10.1.1.1"}), "block by network 192.0.2.0/24");
}

TEST(policy, of_name_and_addresses_follows_the_stricter_unless_the_other_overrides) {
  const std::vector<GroupKind> by_strictness{GroupKind::clear, GroupKind::clear_or_private, GroupKind::private_or_clear,
                                             GroupKind::private_only, GroupKind::block};
  for (const GroupKind name : by_strictness) {
    for (const GroupKind address : by_strictness) {
      for (const int overriding : {0, 1, 2, 3}) {
        const Policy policy({group(name, {"example"}, {}, (overriding & 1) != 0),
                             group(address, {}, {"10.0.0.0/8"}, (overriding & 2) != 0)});
        const Buffer owner = wire("www.example");
        const std::vector<base::Bytes> names{owner};
        const std::vector<base::Address> addresses{*base::Address::parse("10.1.1.1")};
        const Ruling ruling = policy.judge(names, addresses);
        ASSERT_NE(ruling.rule, nullptr);
        const GroupKind expected = overriding == 1 ? name : overriding == 2 ? address : std::max(name, address);
        EXPECT_EQ(ruling.rule->kind, expected) << ruling.text() << overriding;
      }
    }
  }
}

TEST(policy, gives_no_group_more_time_than_there_is) {
  host::GroupEntry slow = group(GroupKind::private_only, {"slow"});
  slow.deadline = std::chrono::milliseconds(9000);
  host::GroupEntry quick = group(GroupKind::private_only, {"quick"});
  quick.deadline = std::chrono::milliseconds(500);
  Policy policy({slow, quick});
  EXPECT_EQ(policy.bound_deadlines(4'000'000), 1U);
  const Buffer name = wire("slow");
  const std::vector<base::Bytes> names{name};
  EXPECT_EQ(policy.judge(names, {}).rule->deadline_us, 4'000'000U);
}

}  // namespace
}  // namespace latchkey::unbound
