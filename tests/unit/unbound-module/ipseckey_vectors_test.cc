// IPSECKEY records of other implementations' test suites, through ldns into octets and back.
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <memory>
#include <sstream>

#include "tests/support/vectors.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::unbound {
namespace {

struct FromText {
  std::string line;  // from "IN IPSECKEY" on, as the file has it
  base::Buffer rdata;
  std::string text;  // as ldns prints it
};

/// "IN IPSECKEY 10 0 2 . KEY" with the blanks within the key taken out: ldns wants it in one piece.
std::string in_one_piece(const std::string& line) {
  std::istringstream in(line);
  std::string text, word;
  for (int n = 0; in >> word; ++n) text += (n > 0 && n <= 6 ? " " : "") + word;
  return text;
}

std::vector<FromText> records_in(const std::string& file) {
  std::vector<FromText> records;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto at = line.find("IN IPSECKEY ");
    if (at == std::string::npos || line.find('(') != std::string::npos) continue;
    const auto end = line.find('"', at);  // Go's test holds them in quotes
    const std::string record = line.substr(at, end == std::string::npos ? end : end - at);
    const std::string text = "x.example. 60 " + in_one_piece(record);
    ldns_rr* raw = nullptr;
    if (ldns_rr_new_frm_str(&raw, text.c_str(), 60, nullptr, nullptr) != LDNS_STATUS_OK) continue;
    const std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)> rr(raw, &ldns_rr_free);
    const ldns_rdf* rdf = ldns_rr_rdf(rr.get(), 0);
    const std::unique_ptr<char, decltype(&std::free)> printed(ldns_rdf2str(rdf), &std::free);
    const auto* data = ldns_rdf_data(rdf);
    if (printed) records.push_back({record, {data, data + ldns_rdf_size(rdf)}, printed.get()});
  }
  return records;
}

TEST(ipseckey_vectors, of_dnspython_and_of_miekgs_dns_survive_being_taken_apart) {
  std::size_t seen = 0;
  for (const char* name : {"ipseckey/dnspython-example1.good", "ipseckey/miekg-dns-ipseckey.txt"}) {
    const auto path = support::find_vectors(name);
    if (!path) return;
    for (const FromText& one : records_in(support::read_text(*path))) {
      const auto record = parse_ipseckey(one.rdata);
      ASSERT_TRUE(record) << one.text;
      EXPECT_EQ(to_text(*record), one.text);
      EXPECT_EQ(parse_ipseckey_text(one.line), *record) << one.line;
      EXPECT_EQ(record->precedence, 10);
      EXPECT_FALSE(record->key.empty()) << one.text;
      ++seen;
    }
  }
  EXPECT_GE(seen, 8U);
}

/// The records of a text that spread over lines between "IPSECKEY (" and ")".
std::vector<std::string> parenthesised(const std::string& file) {
  std::vector<std::string> records;
  for (std::size_t at = 0; (at = file.find("IN", at)) != std::string::npos; at += 2) {
    const std::size_t open = file.find_first_not_of("IN \tPSECKEY", at);
    if (open == std::string::npos || file[open] != '(') continue;
    records.push_back(file.substr(at, file.find(')', at) + 1 - at));
  }
  return records;
}

TEST(ipseckey_vectors, in_parentheses_are_read) {
  const std::pair<const char*, std::size_t> files[] = {{"ipseckey/rfc4025-section-3.2-examples.txt", 5},
                                                       {"ipseckey/rfc9373-appendix-a.txt", 1},
                                                       {"ipseckey/bind9-fuzz-seed-ipseckey.txt", 1}};
  for (const auto& [name, count] : files) {
    const auto path = support::find_vectors(name);
    if (!path) return;
    const auto records = parenthesised(support::read_text(*path));
    EXPECT_EQ(records.size(), count) << name;
    for (const std::string& text : records) {
      const auto record = parse_ipseckey_text(text);
      ASSERT_TRUE(record) << text << ": " << record.error();
      EXPECT_EQ(record->precedence, 10);
      EXPECT_FALSE(record->key.empty());
    }
  }
}

}  // namespace
}  // namespace latchkey::unbound
