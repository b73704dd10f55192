#include "control/policy_explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unbound-module/name_wire.h"

namespace latchkey::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

host::Config configured(std::string_view text) {
  const auto config = host::parse_config(text, "f.yaml");
  EXPECT_TRUE(config) << config.error();
  return config.value_or(host::Config{});
}

PolicyQuestion about(std::vector<std::string> names, std::vector<std::string> addresses = {}) {
  PolicyQuestion question;
  for (const std::string& name : names) question.names.push_back(unbound::name_wire(name).value());
  for (const std::string& address : addresses) question.addresses.push_back(base::Address::parse(address).value());
  return question;
}

std::string outcome(const json& explained, std::string_view key, const char* address) {
  for (const json& row : explained["outcomes"])
    if (row["ipseckey"] == key) return row[address];
  return "no row";
}

const char* const kGroups = R"(
unsigned: require
deadline_ms: 2000
groups:
  - {name: private, domains: [example.org], deadline_ms: 700}
  - {name: clear, cidrs: [198.51.100.0/24], override: yes}
  - {name: block, domains: [evil.example]}
  - {name: private-or-clear, domains: [maybe.example], unsigned: ignore}
)";

TEST(policy_explain, says_which_group_decides_and_by_what_it_was_found) {
  const json alone = explain_policy(configured(kGroups), about({"www.Example.org."}));
  EXPECT_EQ(alone["names"], json({"www.example.org"}));
  EXPECT_EQ(alone["group"], "private");
  EXPECT_EQ(alone["by_domain"]["pattern"], "example.org");
  EXPECT_TRUE(alone["by_network"].is_null());
  EXPECT_EQ(alone["deadline_ms"], 700);
  EXPECT_EQ(outcome(alone, "absent_secure", "address_secure"), "refuse_no_key");
  EXPECT_EQ(outcome(alone, "insecure", "address_insecure"), "negotiate");
  const json both = explain_policy(configured(kGroups), about({"www.example.org"}, {"198.51.100.7"}));
  EXPECT_EQ(both["group"], "clear");
  EXPECT_EQ(both["by_network"]["override"], true);
  EXPECT_EQ(both["decided"], "clear by network 198.51.100.0/24 (it overrides the other)");
  for (const char* key : {"secure", "failed", "bogus"}) EXPECT_EQ(outcome(both, key, "address_secure"), "release");
}

TEST(policy_explain, without_a_group_shows_the_table) {
  const json explained = explain_policy(configured(kGroups), about({"www.example"}));
  EXPECT_TRUE(explained["group"].is_null());
  EXPECT_EQ(explained["decided"], "no group");
  EXPECT_EQ(explained["deadline_ms"], 2000);
  EXPECT_EQ(outcome(explained, "secure", "address_insecure"), "negotiate");
  EXPECT_EQ(outcome(explained, "insecure", "address_insecure"), "negotiate");
  EXPECT_EQ(outcome(explained, "failed", "address_secure"), "refuse_lookup");
  EXPECT_EQ(outcome(explained, "absent_secure", "address_secure"), "release");
  EXPECT_EQ(outcome(explained, "bogus", "address_insecure"), "refuse_bogus");
}

TEST(policy_explain, follows_aliases_that_are_named) {
  const json explained = explain_policy(configured(kGroups), about({"www.example", "a.evil.example"}));
  EXPECT_EQ(explained["group"], "block");
  EXPECT_EQ(outcome(explained, "secure", "address_secure"), "refuse_group");
}

TEST(policy_explain, of_private_or_clear_has_the_short_deadline) {
  const json explained = explain_policy(configured(kGroups), about({"maybe.example"}));
  EXPECT_EQ(explained["deadline_ms"], 300);
  EXPECT_EQ(outcome(explained, "secure", "address_secure"), "attempt");
  EXPECT_EQ(outcome(explained, "insecure", "address_insecure"), "release");
}

TEST(policy_explain, names_addresses_to_which_no_ike_is_sent) {
  const json explained =
      explain_policy(configured("allow_private: [10.0.0.0/8]"), about({"a"}, {"192.168.1.1", "10.1.1.1", "8.8.4.4"}));
  EXPECT_EQ(explained["addresses"][0]["no_ike"], "private");
  EXPECT_TRUE(explained["addresses"][1]["no_ike"].is_null());
  EXPECT_TRUE(explained["addresses"][2]["no_ike"].is_null());
  EXPECT_THAT(policy_text(explained), HasSubstr("no IKE to 192.168.1.1: private"));
}

TEST(policy_text, is_for_people) {
  const std::string text =
      policy_text(explain_policy(configured(kGroups), about({"www.example.org"}, {"198.51.100.7"})));
  for (const char* part : {"domain    private by example.org\n", "network   clear by 198.51.100.0/24, overrides\n",
                           "decides   clear by network 198.51.100.0/24 (it overrides the other)\n",
                           "IPSECKEY secure:          released in clear, no IKE\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(policy_text(explain_policy(configured("observe: yes"), about({"a"}))), HasSubstr("only told"));
  EXPECT_THAT(text, Not(HasSubstr("only told")));
}

TEST(policy_text, bears_another_shape) {
  for (const char* text : {"{}", R"({"addresses": [{}], "outcomes": [{}, 7], "by_domain": {}, "by_network": []})"})
    EXPECT_FALSE(policy_text(json::parse(text)).empty());
}

}  // namespace
}  // namespace latchkey::control
