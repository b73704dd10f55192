#include "control/keygen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "host/secret_file.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::control {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Case {
  KeygenOptions options;
  std::string_view name;
  unsigned algorithm;
};

const Case kCases[] = {
    {{.type = "ed25519"}, "Ed25519", 4},
    {{.type = "ecdsa"}, "ECDSA P-256", 3},
    {{.type = "ecdsa", .bits = 384}, "ECDSA P-384", 3},
    {{.type = "rsa"}, "RSA-3072", 2},
    {{.type = "rsa", .bits = 2048}, "RSA-2048", 2},
};

/// The rdata of a zone file's line, as ldns reads it.
base::Buffer rdata_by_ldns(const std::string& line) {
  ldns_rr* raw = nullptr;
  EXPECT_EQ(ldns_rr_new_frm_str(&raw, line.c_str(), 3600, nullptr, nullptr), LDNS_STATUS_OK) << line;
  const std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)> record(raw, &ldns_rr_free);
  EXPECT_EQ(ldns_rr_get_type(record.get()), LDNS_RR_TYPE_IPSECKEY);
  base::Buffer rdata;
  for (std::size_t i = 0; i < ldns_rr_rd_count(record.get()); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(record.get(), i);
    rdata.insert(rdata.end(), ldns_rdf_data(field), ldns_rdf_data(field) + ldns_rdf_size(field));
  }
  return rdata;
}

TEST(keygen, makes_a_key_and_both_forms_of_its_record) {
  for (const Case& c : kCases) {
    const auto key = new_key(c.options);
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(key->public_key().name(), c.name);
    const auto text = record_lines("host.example", key->public_key());
    ASSERT_TRUE(text) << text.error();
    std::istringstream lines(*text);
    std::string own;
    std::string generic;
    std::getline(lines, own);
    std::getline(lines, generic);
    EXPECT_THAT(own, StartsWith("host.example. IN IPSECKEY 10 0 " + std::to_string(c.algorithm) + " . "));
    EXPECT_THAT(generic, StartsWith("host.example. IN TYPE45 \\# "));
    EXPECT_EQ(rdata_by_ldns(own), rdata_by_ldns(generic));
    const auto record = unbound::parse_ipseckey(rdata_by_ldns(own));
    ASSERT_TRUE(record);
    EXPECT_EQ(*unbound::parse_ipseckey_text(own), *record);
    const auto published = crypto::PublicKey::from_ipseckey(record->algorithm, record->key);
    ASSERT_TRUE(published);
    EXPECT_TRUE(*published == key->public_key());
  }
}

TEST(keygen, refuses_types_and_bits_that_make_no_record) {
  const auto why = [](std::string type, std::optional<unsigned> bits) {
    const auto key = new_key({.type = std::move(type), .bits = bits});
    return key ? std::string("made") : key.error();
  };
  EXPECT_THAT(why("dsa", {}), HasSubstr("ed25519, ecdsa or rsa"));
  EXPECT_THAT(why("ed25519", 256), HasSubstr("no choice"));
  EXPECT_THAT(why("ecdsa", 521), HasSubstr("256 or 384"));
  EXPECT_THAT(why("rsa", 1024), HasSubstr("2048"));
  EXPECT_THAT(why("rsa", 8192), HasSubstr("4096"));
}

TEST(keygen, prints_the_record_of_a_key_that_is_there) {
  const std::string path = testing::TempDir() + "lk_keygen_" + std::to_string(::getpid());
  const auto key = new_key({});
  ASSERT_TRUE(host::write_secret_file(path, key->to_pem()->view()));
  const auto again = key_of_file(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(record_lines("@", again->public_key()), record_lines("@", key->public_key()));
  EXPECT_THAT(*record_lines("@", key->public_key()), StartsWith("@ IN IPSECKEY 10 0 4 . "));
}

TEST(keygen, says_what_is_wrong_with_a_file) {
  const std::string path = testing::TempDir() + "lk_keygen_bad_" + std::to_string(::getpid());
  EXPECT_THAT(key_of_file(path).error(), HasSubstr("No such file"));
  ASSERT_TRUE(host::write_secret_file(path, base::as_bytes("no key")));
  EXPECT_EQ(key_of_file(path).error(), path + ": this is no PEM text: it has no BEGIN line");
  std::filesystem::remove(path);
}

TEST(keygen, takes_domain_names_for_owners) {
  const auto key = new_key({});
  const auto line = [&](const std::string& name) {
    const auto text = record_lines(name, key->public_key());
    return text ? *text : text.error();
  };
  EXPECT_THAT(line("host.example."), StartsWith("host.example. IN "));
  EXPECT_THAT(line("."), StartsWith(". IN "));
  EXPECT_THAT(line("*.example"), StartsWith("*.example. IN "));
  EXPECT_THAT(line("2.0/25.2.0.192.in-addr.arpa"), StartsWith("2.0/25.2.0.192.in-addr.arpa. IN "));
  for (const char* name : {"a\nb", "a..b", "a\"b", "a;b", "$a", "a(b", "@.a", "a\\.b", "\xc3\xa4"}) {
    EXPECT_THAT(line(name), HasSubstr("no domain name")) << name;
  }
  EXPECT_THAT(line(std::string(64, 'a') + ".example"), HasSubstr("no domain name"));
  EXPECT_THAT(line(""), HasSubstr("no domain name"));
  EXPECT_THAT(line("a b"), HasSubstr("no domain name"));
}

}  // namespace
}  // namespace latchkey::control
