// The program itself: exit statuses, complaints, help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/unit/control/run_iketool.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kMessage = "112233445566778800000000000000002b202208000000000000002000000004";

TEST(iketool, decodes_a_message) {
  const Ran ran = run(std::string("decode --hex ") + kMessage);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  const json messages = json::parse(ran.out);
  EXPECT_EQ(messages[0]["spi_i"], "1122334455667788");
  EXPECT_EQ(messages[0]["payloads"][0]["type"], 43);
}

TEST(iketool, shows_a_malformed_message_and_says_so) {
  const Ran ran = run("decode --hex 112233445566778800000000000000002b2022080000000000000020000000");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err, "iketool: --hex: malformed: header: length 32 of a message of 31 octets\n");
  EXPECT_EQ(json::parse(ran.out)[0]["spi_i"], "1122334455667788");
}

TEST(iketool, lets_no_terminal_obey_a_files_name) {
  const Ran ran = run("decode \"$(printf 'evil\\033[31mname')\"");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("evil\\x1b[31mname"));
  EXPECT_EQ(ran.err.find('\033'), std::string::npos);
}

TEST(iketool, refuses_a_wrong_icv_with_status_1) {
  const std::string keys =
      write_file("keys.json", R"({"key": "00000000000000000000000000000000", "salt": "00000000"})");
  const Ran ran = run("decode --keys " + keys +
                      " --hex '112233445566778899aabbccddeeff00 2e2025080000000100000039 0000001d 0102030405060708 00"
                      "000102030405060708090a0b0c0d0e0f'");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_EQ(ran.err, "iketool: --hex: bad-icv: integrity check failed\n");
  EXPECT_EQ(json::parse(ran.out)[0]["icv_ok"], false);
}

TEST(iketool, parses_ipseckey_records) {
  const Ran text = run("ipseckey parse 'x. IN IPSECKEY 10 0 0 .'");
  EXPECT_EQ(text.exit, 0) << text.err;
  EXPECT_EQ(json::parse(text.out)["wire"], "0a0000");
  EXPECT_EQ(run("ipseckey parse --wire 0a0000").out, text.out);
  EXPECT_EQ(run("ipseckey --wire 0a0000").out, text.out);
  EXPECT_EQ(run("ipseckey parse x. IN IPSECKEY 10 0 0 .").out, text.out) << "words may be arguments of their own";
  const Ran wrong = run("ipseckey parse '10 0 2'");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err, "iketool: RECORD: at the end: the gateway is missing\n");
}

TEST(iketool, verifies_signatures) {
  // RFC 8032 section 7.1, TEST 3: its key as an IPSECKEY record, its signature behind the AlgorithmIdentifier.
  const std::string arguments =
      "auth-verify --ipseckey '10 0 4 . /FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=' --method 14 --data "
      "07300506032b6570"
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a --octets ";
  const Ran good = run(arguments + "af82");
  EXPECT_EQ(good.exit, 0) << good.err << good.out;
  EXPECT_EQ(json::parse(good.out)["ok"], true);
  const Ran bad = run(arguments + "af83");
  EXPECT_EQ(bad.exit, 1);
  EXPECT_EQ(json::parse(bad.out)["ok"], false);
}

TEST(iketool, reads_vectors) {
  const std::string kdf = write_file("kdf.json", R"({"prf": "SHA-256", "ni": "00", "nr": "11", "g_ir": "22"})");
  EXPECT_EQ(json::parse(run("kdf " + kdf).out)["skeyseed"].get<std::string>().size(), 64U);
  const std::string vectors =
      write_file("vectors.json", R"({"algorithm": "HMACSHA256", "testGroups": [{"type": "MacTest",
    "tests": [{"tcId": 3, "result": "valid", "key": "00", "msg": "", "tag": "00"}]}]})");
  EXPECT_EQ(json::parse(run("wycheproof " + vectors).out), json::parse(R"({"3": "invalid"})"));
}

TEST(iketool, ends_with_2_and_a_sentence_for_wrong_usage_and_bad_input) {
  const std::string not_json = write_file("not.json", "{\n\"a\": ]");
  const std::string not_capture = write_file("not.pcap", "hello");
  const std::pair<std::string, std::string> cases[] = {
      {"", "subcommand is required"},
      {"nonsense", ""},
      {"decode", "decode: a capture or --hex is needed"},
      {"decode --hex 0", "--hex: an odd number of hex digits, 1"},
      {"decode --hex xyz", "--hex: character 1 is not a hex digit"},
      {"decode --hex @/nowhere", "--hex: /nowhere: No such file"},
      {"decode --hex 00 " + not_capture, "excludes"},
      {"decode /nowhere.pcap", "/nowhere.pcap: No such file"},
      {"decode /", "/: "},
      {"decode " + not_capture, "octet 0: neither pcap, pcapng nor snoop"},
      {"decode --keys " + not_json + " " + not_capture, "line 2, column 6: not JSON"},
      {"decode --wireshark-table " + not_json + " " + not_capture, "line 1: the SPIr is missing"},
      {"decode --keys a --wireshark-table b c", "excludes"},
      {"kdf " + not_json, "line 2, column 6: not JSON"},
      {"kdf", "FILE is required"},
      {"wycheproof " + not_json, "not JSON"},
      {"auth-verify", "is required"},
      {"auth-verify --octets 00 --method 14 --data 00", "--pubkey or --ipseckey is needed"},
      {"auth-verify --octets 00 --method 14 --data 00 --ipseckey 10",
       "--ipseckey: at the end: the gateway type is missing"},
      {"auth-verify --octets 00 --method 14 --data 00 --pubkey " + not_json,
       "--pubkey: " + not_json + ": this is no PEM text"},
      {"auth-verify --octets 00 --method x --data 00 --ipseckey x", "--method: a number is needed"},
      {"auth-verify --octets 00 --method '' --data 00 --ipseckey x", "--method: a number is needed"},
      {"auth-verify --octets 00 --method= --data 00 --ipseckey x", "--method"},
      {"auth-verify --octets 00 --method ' ' --data 00 --ipseckey x", "--method: a number is needed"},
      {"auth-verify --octets 00 --method -1 --data 00 --ipseckey x", "--method: a number is needed"},
      {"auth-verify --octets 00 --method 99999999999 --data 00 --ipseckey x", "--method"},
      {"auth-verify --octets 00 --method 3 --data 00 --ipseckey '10 0 2 . "
       "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=='",
       "auth-verify: method 3 is none that a public key verifies"},
      {"auth-verify --octets 00 --method 14 --data 04deadbeef00 --ipseckey '10 0 2 . "
       "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=='",
       "auth-verify: data: malformed: "},
      {"auth-verify --octets 0 --method 14 --data 00 --ipseckey '10 0 2 . "
       "AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=='",
       "--octets: an odd number"},
      {"ipseckey", "either a record or --wire is needed"},
      {"ipseckey parse", "either a record or --wire is needed"},
      {"ipseckey parse --wire 0a0000 '10 0 0 .'", "either a record or --wire is needed"},
      {"ipseckey parse --wire 0a0302", "--wire: truncated: IPSECKEY gateway name"},
  };
  for (const auto& [arguments, complaint] : cases) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit, 2) << arguments << ": " << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(complaint)) << arguments;
    EXPECT_NE(ran.err, "") << arguments;
  }
}

TEST(iketool, explains_each_verb_and_its_version) {
  for (const char* verb : {"", "decode", "kdf", "auth-verify", "ipseckey", "ipseckey parse", "wycheproof"}) {
    const Ran ran = run(std::string(verb) + " --help");
    EXPECT_EQ(ran.exit, 0) << verb;
    EXPECT_THAT(ran.out, HasSubstr("Usage: ")) << verb;
  }
  EXPECT_THAT(run("--version").out, HasSubstr("iketool "));
}

TEST(iketool, survives_a_reader_that_goes_away_and_a_disk_that_is_full) {
  const std::string status = testing::TempDir() + "lk_iketool_status";
  const std::string command = program() + " decode --hex " + kMessage;
  EXPECT_EQ(std::system(("{ sleep 0.1; " + command + " 2>/dev/null; echo $? >" + status + "; } | true").c_str()), 0);
  EXPECT_EQ(text_of(status), "2\n") << "128 and more would be a signal";
  EXPECT_EQ(std::system((command + " >/dev/full 2>/dev/null; echo $? >" + status).c_str()), 0);
  EXPECT_EQ(text_of(status), "2\n");
}

TEST(iketool, has_a_manual_page_that_names_each_verb_and_option) {
  const char* source = std::getenv("LATCHKEY_SRCDIR");
  const std::string page = text_of(std::string(source ? source : ".") + "/docs/iketool.1");
  ASSERT_NE(page, "") << "docs/iketool.1 is not there";
  for (const char* verb : {"decode", "kdf", "auth-verify", "ipseckey parse", "wycheproof"}) {
    EXPECT_THAT(page, HasSubstr(std::string(".Cm ") + verb)) << verb;
    const std::string help = run(std::string(verb) + " --help").out;
    for (std::size_t at = 0; (at = help.find("  --", at)) != std::string::npos; at += 4) {
      const std::string option = help.substr(at + 4, help.find_first_of(" ,\n", at + 4) - at - 4);
      EXPECT_THAT(page, HasSubstr("Fl -" + option)) << verb;
    }
  }
}

}  // namespace
}  // namespace latchkey::inspect
