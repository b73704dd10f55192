// The program over everybody's captures, keys, vectors and records, read where they are: what it prints, and its exit
// status. What the fields hold is compared in inspect/, this is what a user gets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "ike-engine/base/bytes.h"
#include "tests/support/vectors.h"
#include "tests/unit/control/run_iketool.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

std::vector<int> exchanges(const json& messages) {
  std::vector<int> all;
  for (const json& message : messages) all.push_back(message["exchange"].get<int>());
  return all;
}

json decoded(const std::string& arguments) {
  const Ran ran = run("decode " + arguments);
  EXPECT_EQ(ran.exit, 0) << arguments << ": " << ran.err;
  return json::parse(ran.out, nullptr, false);
}

/// Every message behind IKE_SA_INIT opens.
void expect_opened(const json& messages) {
  ASSERT_FALSE(messages.empty());
  for (const json& message : messages) {
    EXPECT_TRUE(message["error"].is_null()) << message["error"];
    if (message["exchange"] == 34) continue;
    EXPECT_EQ(message["decrypted"], true);
    EXPECT_EQ(message["icv_ok"], true);
  }
}

TEST(iketool_vectors, captures_without_keys) {
  const auto folder = support::find_vectors("captures");
  if (!folder) return;
  EXPECT_THAT(exchanges(decoded(quoted(*folder / "suricata/IKEv2_SA_INIT_2-8-weak.pcap"))), ElementsAre(34));
  EXPECT_EQ(decoded(quoted(*folder / "tcpdump/ikev2four.pcap")).size(), 21u);
  const json closed = decoded(quoted(*folder / "tcpdump/ikev2pI2.pcap"));
  EXPECT_THAT(exchanges(closed), ElementsAre(34, 35));
  EXPECT_EQ(closed[1]["decrypted"], false);
}

TEST(iketool_vectors, single_messages) {
  const auto folder = support::find_vectors("captures");
  if (!folder) return;
  const std::pair<const char*, std::vector<int>> cases[] = {
      {"ike-scan/pkt-ikev2.dat", {33, 34, 40}},
      {"ike-scan/pkt-v2-sainit-response.dat", {33, 34, 40}},
      {"ike-scan/pkt-v2-notify-response.dat", {41}},
      {"ipsec-parser/ike-sa-init-req.bin", {33, 34, 40}},
      {"ipsec-parser/ike-sa-init-resp.bin", {33, 34, 40, 38, 41}},
  };
  for (const auto& [name, types] : cases) {
    SCOPED_TRACE(name);
    const json messages = decoded("--hex " + base::to_hex(support::read_octets(*folder / name)));
    ASSERT_EQ(messages.size(), 1u);
    std::vector<int> found;
    for (const json& payload : messages[0]["payloads"]) found.push_back(payload["type"].get<int>());
    EXPECT_EQ(found, types);
  }
}

TEST(iketool_vectors, captures_with_their_keys) {
  const auto captures = support::find_vectors("captures"), sessions = support::find_vectors("sessions");
  if (!captures || !sessions) return;
  const std::string table = "--wireshark-table " + quoted(*captures / "wireshark/ikev2_decryption_table") + " ";
  for (const char* name :
       {"ikev2-decrypt-3des-sha1_160.pcap", "ikev2-decrypt-aes128ccm12.pcap", "ikev2-decrypt-aes256cbc.pcapng"}) {
    expect_opened(decoded(table + quoted(*captures / "wireshark" / name)));
  }
  expect_opened(
      decoded("--keys " + quoted(*captures / "rfc7634/keys.json") + " " + quoted(*captures / "rfc7634/rfc7634.snoop")));
  for (const char* name : {"psk-gcm256-x25519", "rsa2048-7427-cbc256-ecp256"}) {
    const auto session = *sessions / name;
    for (const std::string& keys : {"--keys " + quoted(session / "keys.json"),
                                    "--wireshark-table " + quoted(session / "ikev2_decryption_table")}) {
      const json messages = decoded(keys + " " + quoted(session / "session.pcap"));
      expect_opened(messages);
      EXPECT_THAT(exchanges(messages), ElementsAre(34, 34, 35, 35, 37, 37));
    }
  }
}

TEST(iketool_vectors, key_derivation) {
  const auto folder = support::find_vectors("kdf");
  if (!folder) return;
  const auto values = [](const json& vector) {
    std::set<std::string> all;
    for (const char* name : {"skeyseed", "dkm", "dkm_child_sa", "dkm_child_sa_dh", "skeyseed_rekey"})
      all.insert(vector[name].get<std::string>());
    return all;
  };
  const Ran first = run("kdf " + quoted(*folder / "acvp-sha1-tc100.json"));
  const Ran second = run("kdf " + quoted(*folder / "libreswan-cavp-ikev2-tc100.fax"));
  ASSERT_EQ(first.exit, 0) << first.err;
  ASSERT_EQ(second.exit, 0) << second.err;
  EXPECT_EQ(values(json::parse(first.out)[0]), values(json::parse(second.out)[0]));
  // The answers are no question.
  EXPECT_EQ(run("kdf " + quoted(*folder / "libreswan-acvp-ikev2-tc100.expected.json")).exit, 2);
}

TEST(iketool_vectors, of_wycheproof) {
  const auto folder = support::find_vectors("wycheproof");
  if (!folder) return;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    SCOPED_TRACE(entry.path().filename());
    const Ran ran = run("wycheproof " + quoted(entry.path()));
    ASSERT_EQ(ran.exit, 0) << ran.err;
    const json said = json::parse(ran.out);
    std::size_t wrong = 0;
    for (const json& group : json::parse(support::read_text(entry.path()))["testGroups"]) {
      for (const json& test : group["tests"]) {
        const json& verdict = said[std::to_string(test["tcId"].get<int>())];
        const bool settled = test["result"] != "acceptable";
        wrong += (settled ? verdict != test["result"] : !verdict.is_string()) ? 1 : 0;
      }
    }
    EXPECT_EQ(wrong, 0u);
    ++files;
  }
  EXPECT_EQ(files, 9u);
}

// RFC 4025 section 3.2, and what other DNS libraries test with: the records of each file, by their text.
TEST(iketool_vectors, records) {
  const auto folder = support::find_vectors("ipseckey");
  if (!folder) return;
  std::vector<std::string> records;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string text = support::read_text(entry.path());
    for (std::size_t at = 0; (at = text.find("IPSECKEY", at)) != std::string::npos;) {
      at += std::string_view("IPSECKEY").size();
      if (text[at] != ' ' && text[at] != '\t') continue;  // a word of a program
      const std::size_t open = text.find_first_not_of(" \t", at);
      if (open == std::string::npos || (text[open] != '(' && !std::isdigit(static_cast<unsigned char>(text[open]))))
        continue;
      const std::size_t end = text.find_first_of(text[open] == '(' ? ")" : "\"\n", open);
      records.push_back(text.substr(open, end - open + (text[open] == '(' ? 1 : 0)));
    }
  }
  EXPECT_GE(records.size(), 16u);
  for (const std::string& record : records) {
    const Ran ran = run("ipseckey parse 'host.example. IN IPSECKEY " + record + "'");
    ASSERT_EQ(ran.exit, 0) << record << ran.err;
    const json parsed = json::parse(ran.out);
    EXPECT_FALSE(parsed["key"].get<std::string>().empty()) << record;
    const Ran back = run("ipseckey parse --wire " + parsed["wire"].get<std::string>());
    ASSERT_EQ(back.exit, 0) << back.err;
    EXPECT_EQ(json::parse(back.out)["wire"], parsed["wire"]);
  }
}

}  // namespace
}  // namespace latchkey::inspect
