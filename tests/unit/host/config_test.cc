#include "host/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace latchkey::host {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view text) {
  const auto config = parse_config(text, "f.yaml");
  return config ? "no error" : config.error();
}

TEST(config, has_the_documented_defaults_when_the_file_is_empty) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "{}"}) {
    const auto config = parse_config(text, "f.yaml");
    ASSERT_TRUE(config) << text << config.error();
    EXPECT_EQ(config->ike_port, 500);
    EXPECT_EQ(config->nat_port, 4500);
    EXPECT_EQ(config->deadline, std::chrono::milliseconds(4000));
    EXPECT_EQ(config->unsigned_policy, UnsignedPolicy::opportunistic);
    EXPECT_EQ(config->limits, Limits{});
  }
}

TEST(config, reads_every_key) {
  const auto config = parse_config(R"(
listen: {ike_port: 1500, nat_port: 14500}
deadline_ms: 2000
unsigned: require
unsigned_deadline_ms: 100
failed_peer: {first_s: 1, max_s: 60}
limits:
  peers: 5
  half_open: 6
  waiting: 7
  per_client: 8
  per_zone: 9
proposals:
  ike: [AES_GCM_16_128/PRF_HMAC_SHA2_512/ECP_256, CHACHA20_POLY1305/PRF_HMAC_SHA2_256/CURVE25519]
  esp: [AES_GCM_16_256/NO_ESN]
allow_private: [10.0.0.0/8, fd00::/8, 192.168.1.1]
gateway_for: [192.168.7.0/24]
on_key_removed: drop
gateways:
  - {address: 198.51.100.7, networks: [203.0.113.0/24, 192.0.2.9]}
  - {address: "2001:db8::7", networks: ["2001:db8:9::/48"]}
replay_window: 256
encapsulation: native
log_level: debug
)",
                                   "f.yaml");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->ike_port, 1500);
  EXPECT_EQ(config->nat_port, 14500);
  EXPECT_EQ(config->deadline, std::chrono::milliseconds(2000));
  EXPECT_EQ(config->unsigned_policy, UnsignedPolicy::require);
  EXPECT_EQ(config->unsigned_deadline, std::chrono::milliseconds(100));
  EXPECT_EQ(config->failed_first, std::chrono::seconds(1));
  EXPECT_EQ(config->failed_max, std::chrono::seconds(60));
  EXPECT_EQ(config->limits, (Limits{5, 6, 7, 8, 9}));
  ASSERT_EQ(config->ike_proposals.size(), 2U);
  EXPECT_EQ(config->ike_proposals[0].to_string(), "AES_GCM_16_128/PRF_HMAC_SHA2_512/ECP_256");
  EXPECT_EQ(config->ike_proposals[1].to_string(), "CHACHA20_POLY1305/PRF_HMAC_SHA2_256/CURVE25519");
  ASSERT_EQ(config->esp_proposals.size(), 1U);
  EXPECT_EQ(config->esp_proposals[0].to_string(), "AES_GCM_16_256/NO_ESN");
  ASSERT_EQ(config->allow_private.size(), 3U);
  EXPECT_EQ(config->allow_private[2].to_string(), "192.168.1.1/32");
  EXPECT_EQ(config->gateway_for.size(), 1U);
  EXPECT_EQ(config->on_key_removed, KeyRemoved::drop);
  const auto stands = [&](std::string_view gateway, std::string_view address) {
    return may_stand_before(config->gateways, *base::Address::parse(gateway), *base::Address::parse(address));
  };
  EXPECT_TRUE(stands("198.51.100.7", "203.0.113.77"));
  EXPECT_TRUE(stands("198.51.100.7", "192.0.2.9"));
  EXPECT_FALSE(stands("198.51.100.7", "192.0.2.10"));
  EXPECT_FALSE(stands("198.51.100.8", "203.0.113.77"));
  EXPECT_TRUE(stands("2001:db8::7", "2001:db8:9::1"));
  EXPECT_FALSE(stands("198.51.100.7", "2001:db8:9::1"));
  EXPECT_EQ(config->replay_window, 256U);
  EXPECT_EQ(config->encapsulation, Encapsulation::native);
  EXPECT_EQ(config->log_level, Level::debug);
}

struct Wrong {
  const char* text;
  const char* place;
  const char* what;
};

class wrong_config : public testing::TestWithParam<Wrong> {};

TEST_P(wrong_config, is_refused_with_file_line_column_and_the_words_that_are_wrong) {
  const std::string error = error_of(GetParam().text);
  EXPECT_THAT(error, StartsWith(std::string("f.yaml:") + GetParam().place));
  EXPECT_THAT(error, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    all, wrong_config,
    testing::Values(Wrong{"deadline: 5\n", "1:1: ", "deadline: no such key"},
                    Wrong{"log_level: info\nlisten:\n  port: 500\n", "3:3: ", "listen.port: no such key"},
                    Wrong{"deadline_ms: 5\nunsigned: ignore\ndeadline_ms: 6\n", "1:14: ", "from 100 to 60000, found 5"},
                    Wrong{"unsigned: ignore\nlog_level: info\nunsigned: require\n", "3:1: ", "unsigned: is set twice"},
                    Wrong{"limits: {peers: 5, peers: 6}\n", "1:20: ", "limits.peers: is set twice"},
                    Wrong{"deadline_ms: soon\n", "1:14: ", "found soon"},
                    Wrong{"deadline_ms: -1\n", "1:14: ", "found -1"},
                    Wrong{"deadline_ms: 4000.5\n", "1:14: ", "found 4000.5"},
                    Wrong{"deadline_ms: [4000]\n", "1:14: ", "found a list"},
                    Wrong{"deadline_ms: 99999999999999999999\n", "1:14: ", "whole number"},
                    Wrong{"log_level: info\ndeadline_ms:\n", "2:1: ", "found nothing"},
                    Wrong{"unsigned: maybe\n", "1:11: ", "ignore, opportunistic, require, found maybe"},
                    Wrong{"listen: 500\n", "1:9: ", "listen: expected lines"},
                    Wrong{"- a\n- b\n", "1:1: ", "the file: expected lines"},
                    Wrong{"allow_private: [10.0.0.0/8, 10.0.0.1/8]\n", "1:29: ", "found 10.0.0.1/8"},
                    Wrong{"allow_private: 10.0.0.0/8\n", "1:16: ", "expected a list"},
                    Wrong{"proposals: {ike: [3DES/PRF_HMAC_SHA1/MODP_1024]}\n",
                          "1:19: ", "found 3DES/PRF_HMAC_SHA1/MODP_1024"},
                    Wrong{"proposals: {esp: [AES_GCM_16_256]}\n", "1:19: ", "CIPHER/ESN"},
                    Wrong{"proposals: {esp: [AES_CBC_256/ESN]}\n", "1:19: ", "CIPHER/INTEGRITY"},
                    Wrong{"proposals: {esp: [AES_GCM_16_256/HMAC_SHA2_256_128/ESN]}\n", "1:19: ", "CIPHER/ESN"},
                    Wrong{"replay_window: 100\n", "1:16: ", "multiple of 32"},
                    Wrong{"groups: [{domains: [a.example]}]\n", "1:10: ", "name is missing"},
                    Wrong{"groups: [{name: public}]\n", "1:17: ", "expected one of clear, "},
                    Wrong{"groups:\n  - {name: block, domains: [a..b]}\n", "2:29: ", "expected a domain"},
                    Wrong{"groups: [{name: block, cidrs: [10.0.0.1/8]}]\n", "1:32: ", "expected a network"},
                    Wrong{"groups: [{name: block, unsigned: maybe}]\n", "1:34: ", "expected one of ignore, "},
                    Wrong{"gateways: [{networks: [10.0.0.0/8]}]\n", "1:12: ", "gateways: address is missing"},
                    Wrong{"gateways:\n  - {address: 192.0.2.1}\n", "2:5: ", "gateways: networks are missing"},
                    Wrong{"gateways: [{address: gw.example}]\n", "1:22: ", "expected an IP address"},
                    Wrong{"gateways: [{address: 192.0.2.1, networks: [a]}]\n", "1:44: ", "expected a network"},
                    Wrong{"gateways: [{address: 192.0.2.1, networks: ['::/0']}]\n", "1:12: ", "of another family"},
                    Wrong{"gateways: {address: 192.0.2.1}\n", "1:11: ", "expected a list"},
                    Wrong{"on_key_removed: never\n", "1:17: ", "expected one of keep, drop, found never"},
                    Wrong{"unsigned: [ignore\nlog_level: info\n", "2:", "is not YAML"},
                    Wrong{"a: 1\n---\nb: 2\n", "3:1: ", "second"}, Wrong{"? [a]\n: 1\n", "1:3: ", "plain word"},
                    Wrong{"\"a\\x07b\": 1\n", "1:1: ", "\\x07"}));

TEST(config, refuses_values_that_contradict_each_other) {
  EXPECT_THAT(error_of("listen: {ike_port: 4500}"), HasSubstr("f.yaml:1:9: listen.nat_port: must differ"));
  EXPECT_THAT(error_of("unsigned: require\nfailed_peer: {first_s: 10, max_s: 5}"),
              HasSubstr("f.yaml:2:35: failed_peer.max_s: is less than"));
}

TEST(config, lists_so_many_domains_and_networks_of_groups_and_no_more) {
  std::string domains, networks;
  for (int i = 0; i < 1000; ++i) domains += "a,", networks += "'::',";
  const std::string entry = "  - {name: block, domains: [" + domains + "], cidrs: [" + networks + "]}\n";
  std::string full = "groups:\n";
  for (int i = 0; i < 50; ++i) full += entry;
  EXPECT_EQ(error_of(full), "no error");
  EXPECT_THAT(error_of(full + "  - {name: clear, domains: [b]}\n"),
              StartsWith("f.yaml:52:5: groups: more than 100000 domains and networks"));
}

class config_file : public testing::Test {
 protected:
  std::string path = testing::TempDir() + "latchkey_config_test.yaml";
  void TearDown() override {
    ::unsetenv("LATCHKEY_CONFIG");
    std::filesystem::remove(path);
  }
};

TEST_F(config_file, is_read_from_where_the_environment_says) {
  std::ofstream(path) << "deadline_ms: 1234\n";
  ::setenv("LATCHKEY_CONFIG", path.c_str(), 1);
  const auto config = load_config();
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->deadline, std::chrono::milliseconds(1234));
}

TEST_F(config_file, must_exist_if_the_environment_names_it) {
  ::setenv("LATCHKEY_CONFIG", path.c_str(), 1);
  const auto config = load_config();
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error(), StartsWith(path + ": cannot be read: No such file"));
}

TEST_F(config_file, may_not_be_a_folder_or_endless) {
  EXPECT_FALSE(read_config(testing::TempDir()));
  std::ofstream(path) << std::string((1U << 20) + 1, '#');
  const auto config = read_config(path);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error(), HasSubstr("larger than 1 MiB"));
}

TEST(config_manual, names_every_key_with_its_default) {
  EXPECT_GT(config_keys().size(), 15U);
  for (const KeyHelp& key : config_keys()) {
    EXPECT_THAT(config_help(), HasSubstr(std::string(key.key) + ": " + key.fallback));
    EXPECT_THAT(config_manual(), HasSubstr(".It Cm " + std::string(key.key)));
    EXPECT_FALSE(key.fallback.empty()) << key.key;
    EXPECT_EQ(key.help.find("Default:"), std::string_view::npos) << key.key;
  }
}

}  // namespace
}  // namespace latchkey::host
