#include "unbound-module/ipseckey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/octets.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::unbound {
namespace {

using base::Buffer;
using base::Errc;
using support::hex;

// RFC 4025 section 3.2: the key of all five examples, "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==".
constexpr std::string_view kExampleKey = "010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801";
// RFC 9373 appendix A, an Ed25519 key.
constexpr std::string_view kEd25519 =
    "dd64d7814be99f54650979e6f3480663"
    "62d9fc4ad450466d677dc80e2f327e13";

Buffer rdata(std::string_view head, std::string_view key) { return hex(std::string(head) + std::string(key)); }

struct Example {
  const char* text;
  std::string_view head;  // all before the key, in hex
  GatewayType type;
  std::string_view gateway;
};

const Example kExamples[] = {
    {"10 1 2 192.0.2.38", "0a0102c0000226", GatewayType::ipv4, "c0000226"},
    {"10 0 2 .", "0a0002", GatewayType::none, ""},
    {"10 1 2 192.0.2.3", "0a0102c0000203", GatewayType::ipv4, "c0000203"},
    {"10 3 2 mygateway.example.com.", "0a0302096d7967617465776179076578616d706c6503636f6d00", GatewayType::name,
     "096d7967617465776179076578616d706c6503636f6d00"},
    {"10 2 2 2001:db8:0:8002::2000:1", "0a020220010db8000080020000000020000001", GatewayType::ipv6,
     "20010db8000080020000000020000001"},
};

TEST(ipseckey, reads_the_five_examples_of_rfc_4025) {
  for (const Example& example : kExamples) {
    const auto record = parse_ipseckey(rdata(example.head, kExampleKey));
    ASSERT_TRUE(record) << example.text;
    EXPECT_EQ(record->precedence, 10);
    EXPECT_EQ(record->gateway_type, example.type);
    EXPECT_EQ(record->algorithm, 2);
    EXPECT_EQ(record->gateway, hex(example.gateway));
    EXPECT_EQ(record->key, hex(kExampleKey));
    EXPECT_EQ(to_text(*record), std::string(example.text) + " AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==");
  }
}

TEST(ipseckey, that_is_cut_within_its_gateway_is_refused) {
  for (const Example& example : kExamples) {
    const Buffer whole = rdata(example.head, "");
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_FALSE(parse_ipseckey(base::Bytes(whole).first(length))) << example.text << " at " << length;
    EXPECT_TRUE(parse_ipseckey(whole)) << example.text;  // no key: well-formed, but not usable
  }
}

TEST(ipseckey, with_a_compressed_or_root_or_endless_gateway_name_is_refused) {
  EXPECT_EQ(parse_ipseckey(hex("0a0302c00c")).error().code, Errc::malformed);
  EXPECT_EQ(parse_ipseckey(hex("0a030200aabb")).error().code, Errc::malformed);
  Buffer endless = hex("0a0302");
  for (int label = 0; label < 5; ++label) {
    endless.push_back(63);
    endless.insert(endless.end(), 63, 'a');
  }
  endless.push_back(0);
  EXPECT_EQ(parse_ipseckey(endless).error().code, Errc::malformed);
}

TEST(ipseckey, with_an_unknown_gateway_type_is_refused) {
  EXPECT_EQ(parse_ipseckey(hex("0a0402aabbcc")).error().code, Errc::unsupported);
}

class Usable : public testing::Test {
 protected:
  const base::Address address = *base::Address::parse("192.0.2.38");
  const std::vector<host::GatewayEntry> configured{
      {{}, base::Address::parse("198.51.100.7"), {*host::Cidr::parse("192.0.2.0/24")}}};
  /// Of a well-formed record that is the whole set.
  enum class Use { way, key_refused, gateway_refused };
  Use use(std::string_view head, std::string_view key, bool secure = true) {
    const Buffer record = rdata(head, key);
    const IpseckeySet set = parse_set({record});
    EXPECT_EQ(set.malformed, 0U);
    if (set.refused > 0) return Use::key_refused;
    return routes_to(address, set, secure).ways.empty() ? Use::gateway_refused : Use::way;
  }
};

TEST_F(Usable, is_a_key_without_gateway) { EXPECT_EQ(use("0a0004", kEd25519), Use::way); }

TEST_F(Usable, is_a_gateway_that_is_the_address_only_if_the_record_is_secure) {
  EXPECT_EQ(use("0a0104c0000226", kEd25519, true), Use::way);
  EXPECT_EQ(use("0a0104c0000226", kEd25519, false), Use::gateway_refused);
}

TEST_F(Usable, is_no_gateway_that_is_somebody_else) {
  EXPECT_EQ(use("0a010408080808", kEd25519), Use::gateway_refused);
  EXPECT_EQ(use("0a020420010db8000000000000000000000001", kEd25519), Use::gateway_refused);
  EXPECT_EQ(use("0a0304036e733100", kEd25519), Use::gateway_refused);
}

TEST_F(Usable, is_no_weak_missing_or_unknown_key) {
  EXPECT_EQ(use("0a0002", kExampleKey), Use::key_refused);  // 240 bits
  EXPECT_EQ(use("0a0000", ""), Use::key_refused);
  EXPECT_EQ(use("0a0001", kExampleKey), Use::key_refused);
  EXPECT_EQ(use("0a0009", kExampleKey), Use::key_refused);
  EXPECT_EQ(use("0a0004", std::string(64, '0')), Use::key_refused);  // a point of small order
}

TEST_F(Usable, keys_of_a_set_come_by_precedence_without_doubles_and_bad_records_are_counted) {
  const std::string other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";  // RFC 8032 test 1
  const std::vector<Buffer> records = {rdata("140004", kEd25519), rdata("0a0004", other), rdata("1e0004", other),
                                       hex("0a03"), rdata("0a010408080808", kEd25519)};
  const auto set = parse_set({records.begin(), records.end()});
  EXPECT_EQ(set.malformed, 1U);
  const auto routes = routes_to(address, set, true);
  ASSERT_EQ(routes.ways.size(), 1U);
  EXPECT_EQ(routes.ways[0].gateway, std::nullopt);
  ASSERT_EQ(routes.ways[0].keys.size(), 2U);
  EXPECT_EQ(routes.ways[0].keys[0].key, hex(other));
  EXPECT_EQ(routes.ways[0].keys[1].key, hex(kEd25519));
  EXPECT_EQ(routes.skipped, 2U);
}

TEST_F(Usable, keys_of_a_set_may_be_of_each_algorithm_and_unknown_ones_are_skipped) {
  // The base point of P-256 (SEC 2 section 2.4.2), and an odd number of 2048 bits with the exponent 65537.
  const std::string p256 =
      "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
  const std::string rsa = "03010001" + std::string(512, 'f');
  const std::vector<Buffer> records = {rdata("050009", kEd25519), rdata("0a0002", rsa),      rdata("140003", p256),
                                       rdata("0f0001", rsa),      rdata("1e0004", kEd25519), hex("000000")};
  const auto set = parse_set({records.begin(), records.end()});
  EXPECT_EQ(set.refused, 3U) << "algorithm 9, DSA, and no key at all";
  const auto routes = routes_to(address, set, true);
  ASSERT_EQ(routes.ways.size(), 1U);
  std::vector<int> algorithms;
  for (const api::DnsKey& key : routes.ways[0].keys) algorithms.push_back(key.algorithm);
  EXPECT_EQ(algorithms, (std::vector{2, 3, 4})) << "by precedence";
  EXPECT_EQ(routes.skipped, 3U);
}

TEST_F(Usable, is_no_gateway_of_an_insecure_set_not_even_a_configured_one) {
  const std::vector<Buffer> records = {rdata("0a0104c0000226", kEd25519), rdata("0a0104c6336407", kEd25519),
                                       rdata("0a020420010db8000000000000000000000001", kEd25519),
                                       rdata("0a0304036e733100", kEd25519)};
  const auto set = parse_set({records.begin(), records.end()});
  const GatewayWord word{configured, &set};
  EXPECT_FALSE(has_route(address, set, false, word));
  EXPECT_EQ(routes_to(address, set, false, word).skipped, 4U);
  const auto secure = routes_to(address, set, true, word);
  EXPECT_EQ(secure.ways.size(), 2U) << "itself, and the one that is configured";
  EXPECT_EQ(secure.skipped, 2U) << "of the other family, and by name";
}

TEST_F(Usable, is_a_configured_gateway_for_the_networks_that_are_its_own) {
  const std::vector<Buffer> records = {rdata("0a0104c6336407", kEd25519)};
  const auto set = parse_set({records.begin(), records.end()});
  EXPECT_TRUE(has_foreign_gateway(address, set));
  EXPECT_FALSE(has_route(address, set, true));
  EXPECT_FALSE(has_route(*base::Address::parse("192.0.3.1"), set, true, {configured}));
  const auto routes = routes_to(address, set, true, {configured});
  ASSERT_EQ(routes.ways.size(), 1U);
  EXPECT_EQ(routes.ways[0].gateway, base::Address::parse("198.51.100.7"));
  EXPECT_EQ(routes.ways[0].keys.size(), 1U);
}

// Security rule 1: the key has to stand in both sets, with that gateway.
TEST_F(Usable, is_a_gateway_that_the_reverse_zone_names_with_the_same_key) {
  const std::string other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const std::vector<Buffer> forward = {rdata("0a0104c6336407", kEd25519), rdata("140104c6336407", other)};
  const auto set = parse_set({forward.begin(), forward.end()});
  const auto ways = [&](const Buffer& record) {
    const auto reverse = parse_set({record});
    return routes_to(address, set, true, {{}, &reverse}).ways;
  };
  const auto named = ways(rdata("630104c6336407", other));
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].gateway, base::Address::parse("198.51.100.7"));
  EXPECT_EQ(named[0].keys, (std::vector<api::DnsKey>{{4, hex(other)}})) << "and none that only the forward set has";
  EXPECT_TRUE(ways(rdata("0a0104c6336408", other)).empty()) << "another gateway";
  EXPECT_TRUE(ways(rdata("0a0004", other)).empty()) << "no gateway";
  EXPECT_TRUE(ways(rdata("0a0104c6336407", std::string(60, '1') + "0000")).empty()) << "another key";
  EXPECT_TRUE(ways(hex("0a03")).empty());
}

TEST_F(Usable, ways_come_by_the_precedence_of_their_first_record) {
  const std::string other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const std::vector<Buffer> records = {rdata("1e0004", kEd25519), rdata("140104c6336407", other),
                                       rdata("280104c6336407", kEd25519), rdata("320104c0000226", other)};
  const auto set = parse_set({records.begin(), records.end()});
  const auto routes = routes_to(address, set, true, {configured});
  ASSERT_EQ(routes.ways.size(), 2U);
  EXPECT_EQ(routes.ways[0].gateway, base::Address::parse("198.51.100.7"));
  EXPECT_EQ(routes.ways[0].keys, (std::vector<api::DnsKey>{{4, hex(other)}, {4, hex(kEd25519)}}));
  EXPECT_EQ(routes.ways[1].gateway, std::nullopt) << "the address itself is no gateway";
  EXPECT_EQ(routes.ways[1].keys, (std::vector<api::DnsKey>{{4, hex(kEd25519)}, {4, hex(other)}}));
}

TEST(ipseckey_set, looks_at_so_many_records_and_no_more) {
  const Buffer record = rdata("0a0004", kEd25519);
  const auto set = parse_set(std::vector<base::Bytes>(kMaxRecords + 5, record));
  EXPECT_EQ(set.records.size(), kMaxRecords);
  EXPECT_EQ(set.malformed, 5U);
  const Buffer weak = rdata("0a0002", kExampleKey);
  const auto refused = parse_set(std::vector<base::Bytes>(kMaxRecords + 5, weak));
  EXPECT_EQ(refused.refused, kMaxRecords) << "each costs a look at its key";
  EXPECT_EQ(refused.malformed, 5U);
}

TEST(ipseckey_set, gives_so_many_keys_and_no_more) {
  IpseckeySet set;
  for (std::uint8_t i = 0; i < kMaxRecords; ++i) set.records.push_back({10, GatewayType::none, 4, {}, Buffer(32, i)});
  const auto address = *base::Address::parse("192.0.2.38");
  const auto routes = routes_to(address, set, true);
  ASSERT_EQ(routes.ways.size(), 1U);
  EXPECT_EQ(routes.ways[0].keys.size(), kMaxKeys);
  EXPECT_EQ(routes.skipped, kMaxRecords - kMaxKeys);
  EXPECT_TRUE(has_route(address, set, true));
}

}  // namespace
}  // namespace latchkey::unbound
