#include "unbound-module/startup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

lk_facts good_facts() {
  lk_facts facts{};
  facts.module_config = "dynlib validator iterator";
  facts.discard_timeout_ms = 4800;
  facts.jostle_ms = 1000;
  facts.trust_anchors = 1;
  return facts;
}

std::string refusal(const lk_facts& facts, const Clients& clients = {}) {
  const auto startup = check_startup(facts, {}, clients);
  return startup ? "" : startup.error();
}

TEST(startup, is_content_with_the_example_configuration) {
  const auto startup = check_startup(good_facts(), {}, {});
  ASSERT_TRUE(startup) << startup.error();
  EXPECT_THAT(startup->warnings, IsEmpty());
  EXPECT_EQ(startup->settings.deadline_us, 4'000'000U);
}

TEST(startup, refuses_another_order_of_modules) {
  for (const char* order : {"validator iterator", "validator dynlib iterator", "dynlib iterator",
                            "dns64 validator iterator", "python dynlib validator iterator", ""}) {
    lk_facts facts = good_facts();
    facts.module_config = order;
    EXPECT_THAT(refusal(facts), HasSubstr("dynlib validator iterator")) << order;
  }
}

TEST(startup, takes_dns64_in_front_only) {
  lk_facts facts = good_facts();
  facts.module_config = "dns64 dynlib validator iterator";
  EXPECT_EQ(refusal(facts), "");
  facts.module_config = "dynlib dns64 validator iterator";
  EXPECT_THAT(refusal(facts), HasSubstr("it is `module-config: \"dns64 dynlib validator iterator\"`"));
}

TEST(startup, takes_cachedb_before_the_iterator_only_and_knows_of_it) {
  lk_facts facts = good_facts();
  EXPECT_FALSE(check_startup(facts, {}, {})->settings.cachedb);
  facts.module_config = "dynlib validator cachedb iterator";
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  EXPECT_TRUE(startup->settings.cachedb);
  EXPECT_TRUE(startup->settings.keep_while_up);
  for (const char* chain : {"cachedb dynlib validator iterator", "dynlib cachedb validator iterator",
                            "dns64 dynlib validator cachedb iterator"}) {
    facts.module_config = chain;
    EXPECT_THAT(refusal(facts), HasSubstr("it is `module-config: \"dynlib validator cachedb iterator\"`")) << chain;
  }
}

TEST(startup, refuses_modules_with_caches_of_their_own_and_says_why) {
  for (const auto& [chain, why] : {std::pair{"subnetcache dynlib validator iterator", "cache of its own"},
                                   std::pair{"dynlib subnetcache validator iterator", "cache of its own"},
                                   std::pair{"dns64 dynlib subnetcache validator iterator", "cache of its own"},
                                   std::pair{"respip dynlib validator iterator", "other addresses"}}) {
    lk_facts facts = good_facts();
    facts.module_config = chain;
    EXPECT_THAT(refusal(facts),
                AllOf(HasSubstr(why), HasSubstr("it is `module-config: \"dynlib validator iterator\"`")))
        << chain;
  }
}

TEST(startup, refuses_permissive_validation) {
  lk_facts facts = good_facts();
  facts.permissive = 1;
  EXPECT_THAT(refusal(facts), HasSubstr("val-permissive-mode"));
}

TEST(startup, shortens_the_deadline_below_discard_timeout_and_says_so) {
  lk_facts facts = good_facts();
  facts.discard_timeout_ms = 1900;
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  EXPECT_EQ(startup->settings.deadline_us, 1'500'000U);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("discard-timeout: 1900"));
}

TEST(startup, keeps_no_message_where_expired_ones_are_served) {
  lk_facts facts = good_facts();
  EXPECT_TRUE(check_startup(facts, {}, {})->settings.keep_while_up);
  facts.serve_expired = 1;
  EXPECT_FALSE(check_startup(facts, {}, {})->settings.keep_while_up);
}

// A hit begins with the whole TTL again, however little of the lease is left.
TEST(startup, keeps_no_message_where_hits_have_the_original_ttl_and_says_so) {
  lk_facts facts = good_facts();
  facts.serve_original_ttl = 1;
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  EXPECT_FALSE(startup->settings.keep_while_up);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("serve-original-ttl: yes"));
}

TEST(startup, holds_half_of_what_unbound_answers_at_once_on_a_thread) {
  lk_facts facts = good_facts();
  facts.queries_per_thread = 1024;
  EXPECT_EQ(check_startup(facts, {}, {})->settings.held_a_worker, 512U);
}

TEST(startup, warns_of_addresses_that_travel_along_with_other_answers) {
  lk_facts facts = good_facts();
  facts.full_answers = 1;
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("set minimal-responses: yes"));
}

TEST(startup, warns_of_limits_that_bite) {
  lk_facts facts = good_facts();
  facts.wait_limit = 1000;
  facts.jostle_ms = 200;
  facts.trust_anchors = 0;
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  EXPECT_EQ(startup->warnings.size(), 3U);
}

TEST(startup, refuses_clients_whose_traffic_is_not_ours_and_names_the_line) {
  lk_facts facts = good_facts();
  const Clients clients{{*base::Address::parse("203.0.113.9")}, {*host::Cidr::parse("10.0.0.0/8")}};
  const auto with = [&](const char* network, const char* action) {
    static lk_access line;
    line = {network, action, 0};
    facts.access = &line;
    facts.access_count = 1;
    return refusal(facts, clients);
  };
  for (const char* ours :
       {"127.0.0.0/8", "127.0.0.1", "::1", "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9/32", "10.1.0.0/16"})
    EXPECT_EQ(with(ours, "allow"), "") << ours;
  EXPECT_EQ(with("0.0.0.0/0", "refuse"), "");
  for (const char* foreign : {"0.0.0.0/0", "203.0.113.0/24", "0.0.0.0/1", "::/0", "nonsense"})
    EXPECT_THAT(with(foreign, "allow_snoop"), HasSubstr(std::string("access-control: ") + foreign));
}

TEST(startup, warns_of_what_lets_questions_past_it) {
  lk_facts facts = good_facts();
  lk_access line{"127.0.0.0/8", "allow_snoop", 0};
  facts.access = &line;
  facts.access_count = 1;
  const auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("127.0.0.0/8 allow_snoop"));
}

TEST(startup, warns_of_answers_that_come_past_every_module) {
  lk_facts facts = good_facts();
  facts.local_data = 1;
  auto startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("local-data"));
  facts.local_data = 0;
  facts.auth_zones = 1;
  startup = check_startup(facts, {}, {});
  ASSERT_TRUE(startup);
  ASSERT_EQ(startup->warnings.size(), 1U);
  EXPECT_THAT(startup->warnings[0], HasSubstr("for-downstream: no"));
}

TEST(startup, refuses_an_interface_that_others_reach) {
  lk_facts facts = good_facts();
  lk_access line{"eth0", "allow", 1};
  facts.access = &line;
  facts.access_count = 1;
  const Clients clients{{}, {*host::Cidr::parse("10.0.0.0/8")}};
  for (const char* reachable : {"eth0", "10.0.0.1", "203.0.113.9"}) {
    line.network = reachable;
    EXPECT_THAT(refusal(facts, clients), HasSubstr(std::string("interface-action: ") + reachable));
  }
  line.network = "127.0.0.1";
  EXPECT_EQ(refusal(facts, clients), "");
  line = {"eth0", "refuse", 1};
  EXPECT_EQ(refusal(facts, clients), "");
}

TEST(startup, knows_this_programs_build_id) {
  const std::string id = program_build_id();
  EXPECT_TRUE(id.empty() || id.size() == 40 || id.size() == 32 || id.size() == 16) << id;
}

}  // namespace
}  // namespace latchkey::unbound
