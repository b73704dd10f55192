// Captures of other implementations against what tshark, tcpdump and RFC 7634 say is in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "control/inspect/decode.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"
#include "tests/unit/control/tcpdump_secrets.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

struct Shown {
  std::vector<Json> messages;
  Verdict verdict;
};

Shown decode_file(const fs::path& path, Keyring keyring) {
  Shown shown;
  Decoder decoder(std::move(keyring));
  shown.verdict = decode_capture(support::read_octets(path), decoder,
                                 [&](const Json& message) { shown.messages.push_back(message); });
  return shown;
}

template <class AnyJson>
std::string text(const AnyJson& value) {
  return value.template get<std::string>();
}

/// tshark's "aa:bb:cc" as hex.
std::string plain_hex(const json& value) {
  std::string text = value.get<std::string>();
  std::erase(text, ':');
  return text;
}

/// tshark writes a single one of several without a list.
std::vector<json> listed(const json& object, const char* key) {
  const auto place = object.find(key);
  if (place == object.end()) return {};
  return place->is_array() ? place->get<std::vector<json>>() : std::vector<json>{*place};
}

unsigned number(const json& value) { return static_cast<unsigned>(std::stoul(value.get<std::string>(), nullptr, 0)); }

/// A field of tshark's that must equal one of ours, if tshark has it.
void expect_hex(const json& theirs, const char* their_key, const Json& ours, const char* our_key) {
  if (!theirs.contains(their_key)) return;
  EXPECT_EQ(plain_hex(theirs[their_key]), ours[our_key].get<std::string>()) << their_key;
}
void expect_number(const json& theirs, const char* their_key, const Json& ours, const char* our_key) {
  if (!theirs.contains(their_key)) return;
  EXPECT_EQ(number(theirs[their_key]), ours[our_key].get<unsigned>()) << their_key;
}

void expect_transforms(const json& theirs, const Json& ours) {
  const auto transforms = listed(theirs, "isakmp.typepayload_tree");
  ASSERT_EQ(transforms.size(), ours["transforms"].size());
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    const Json& transform = ours["transforms"][i];
    expect_number(transforms[i], "isakmp.tf.type", transform, "type");
    for (const char* kind : {"encr", "prf", "integ", "dh", "esn"}) {
      expect_number(transforms[i], (std::string("isakmp.tf.id.") + kind).c_str(), transform, "id");
    }
    const auto attributes = listed(transforms[i], "isakmp.ike2.attr");
    ASSERT_EQ(attributes.size(), transform["attributes"].size());
    if (!attributes.empty()) expect_number(attributes[0], "isakmp.ike2.attr.key_length", transform, "key_length");
  }
}

void expect_selector(const json& theirs, const Json& ours) {
  expect_number(theirs, "isakmp.ts.type", ours, "ts_type");
  expect_number(theirs, "isakmp.ts.protoid", ours, "protocol");
  expect_number(theirs, "isakmp.ts.start_port", ours, "start_port");
  expect_number(theirs, "isakmp.ts.end_port", ours, "end_port");
  EXPECT_EQ(text(theirs["isakmp.ts.start_ipv4"]), text(ours["start"]));
  EXPECT_EQ(text(theirs["isakmp.ts.end_ipv4"]), text(ours["end"]));
}

void expect_payload(const json& theirs, const Json& ours) {
  expect_number(theirs, "isakmp.key_exchange.dh_group", ours, "method");
  expect_hex(theirs, "isakmp.key_exchange.data", ours, "data");
  expect_hex(theirs, "isakmp.nonce", ours, "data");
  expect_number(theirs, "isakmp.auth.method", ours, "method");
  expect_hex(theirs, "isakmp.auth.data", ours, "data");
  expect_number(theirs, "isakmp.notify.msgtype", ours, "notify_type");
  expect_hex(theirs, "isakmp.notify.data", ours, "data");
  expect_number(theirs, "isakmp.id.type", ours, "id_type");
  expect_number(theirs, "isakmp.delete.protoid", ours, "protocol");
  if (theirs.contains("isakmp.id.data")) {
    EXPECT_EQ(text(theirs["isakmp.id.data"]["isakmp.id.data.ipv4_addr"]), text(ours["text"]));
  }
  for (const json& spi : listed(theirs, "isakmp.delete.spi")) EXPECT_EQ(plain_hex(spi), text(ours["spis"][0]));
  if (ours.contains("proposals")) {
    const auto proposals = listed(theirs, "isakmp.typepayload_tree");
    ASSERT_EQ(proposals.size(), ours["proposals"].size());
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      expect_hex(proposals[i], "isakmp.spi", ours["proposals"][i], "spi");
      expect_transforms(proposals[i], ours["proposals"][i]);
    }
  }
  if (ours.contains("selectors")) {
    const auto selectors = listed(theirs, "isakmp.ts.data");
    ASSERT_EQ(selectors.size(), ours["selectors"].size());
    for (std::size_t i = 0; i < selectors.size(); ++i) expect_selector(selectors[i], ours["selectors"][i]);
  }
}

void expect_message(const json& theirs, const Json& ours) {
  EXPECT_EQ(plain_hex(theirs["isakmp.ispi"]), text(ours["spi_i"]));
  EXPECT_EQ(plain_hex(theirs["isakmp.rspi"]), text(ours["spi_r"]));
  expect_number(theirs, "isakmp.exchangetype", ours, "exchange");
  expect_number(theirs, "isakmp.flags", ours, "flags");
  expect_number(theirs, "isakmp.messageid", ours, "msgid");
  EXPECT_EQ(ours["error"], nullptr);
  const bool encrypted = theirs["isakmp.nextpayload"] == "46";
  EXPECT_EQ(ours["decrypted"], encrypted);
  const json& outer = theirs["isakmp.typepayload_tree"];
  const json chain = !encrypted ? theirs : outer["isakmp.enc.decrypted"].value("isakmp.enc.contained", json::object());
  const auto types = listed(chain, "isakmp.typepayload");
  const auto payloads = listed(chain, "isakmp.typepayload_tree");
  ASSERT_EQ(types.size(), ours["payloads"].size());
  ASSERT_EQ(types.size(), payloads.size());
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Json& payload = ours["payloads"][i];
    EXPECT_EQ(number(types[i]), payload["type"].get<unsigned>());
    EXPECT_EQ(number(payloads[i]["isakmp.payloadlength"]), payload["body"].get<std::string>().size() / 2 + 4);
    expect_payload(payloads[i], payload);
  }
}

TEST(decode_vectors, of_strongswan_hold_what_tshark_sees_in_them) {
  for (const char* name : {"sessions/psk-gcm256-x25519", "sessions/rsa2048-7427-cbc256-ecp256"}) {
    const auto folder = support::find_vectors(name);
    if (!folder) return;
    const json expected = json::parse(support::read_text(*folder / "expected.tshark.json"));
    for (const bool by_table : {false, true}) {
      SCOPED_TRACE(std::string(name) + (by_table ? " by table" : " by JSON"));
      auto keyring = by_table ? read_wireshark_table(support::read_text(*folder / "ikev2_decryption_table"))
                              : read_keys_json(support::read_text(*folder / "keys.json"));
      ASSERT_TRUE(keyring) << keyring.error();
      const Shown shown = decode_file(*folder / "session.pcap", std::move(*keyring));
      EXPECT_EQ(shown.verdict.exit, Exit::fine) << shown.verdict.complaint;
      ASSERT_EQ(shown.messages.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        expect_message(expected[i]["_source"]["layers"]["isakmp"], shown.messages[i]);
      }
    }
  }
}

/// The data of all AUTH payloads.
std::vector<std::string> auth_data(const Shown& shown) {
  std::vector<std::string> data;
  for (const Json& message : shown.messages) {
    for (const Json& payload : message["payloads"]) {
      if (payload["type"] == 39) data.push_back(payload["data"].get<std::string>());
    }
  }
  return data;
}

TEST(decode_vectors, of_wireshark_open_with_its_table) {
  const auto folder = support::find_vectors("captures/wireshark");
  if (!folder) return;
  std::istringstream lines(support::read_text(*folder / "expected-auth.txt"));
  std::size_t files = 0;
  for (std::string file, first, second; lines >> file >> first >> second; ++files) {
    auto keyring = read_wireshark_table(support::read_text(*folder / "ikev2_decryption_table"));
    ASSERT_TRUE(keyring) << keyring.error();
    const Shown shown = decode_file(*folder / file, std::move(*keyring));
    EXPECT_EQ(shown.verdict.exit, Exit::fine) << file << ": " << shown.verdict.complaint;
    EXPECT_EQ(auth_data(shown), (std::vector{first, second})) << file;
    for (const Json& message : shown.messages) EXPECT_EQ(message["decrypted"], message["exchange"] != 34) << file;
  }
  EXPECT_EQ(files, 3U);
}

TEST(decode_vectors, of_rfc_7634_open_with_its_key) {
  const auto folder = support::find_vectors("captures/rfc7634");
  if (!folder) return;
  const json keys = json::parse(support::read_text(*folder / "keys.json"));
  const Shown shown = decode_file(*folder / "rfc7634.snoop", read_keys_json(keys.dump()).value());
  ASSERT_EQ(shown.messages.size(), 1U);
  const Json& payload = shown.messages[0]["payloads"][0];
  EXPECT_EQ(payload["notify_name"], "SET_WINDOW_SIZE");
  // Appendix B: the payload with its generic header, then the pad length.
  EXPECT_EQ("0000000c" + payload["body"].get<std::string>() + "00", keys["ike_plaintext"].get<std::string>());
}

TEST(decode_vectors, of_tcpdump_open_with_its_secrets) {
  const auto folder = support::find_vectors("captures/tcpdump");
  if (!folder) return;
  auto keyring = read_wireshark_table(table_of_secrets(support::read_text(*folder / "ikev2pI2-secrets.txt")));
  ASSERT_TRUE(keyring) << keyring.error();
  const Shown shown = decode_file(*folder / "ikev2pI2.pcap", std::move(*keyring));
  ASSERT_EQ(shown.messages.size(), 2U);
  // tcpdump prints what is inside without a look at the ICV, which is not that of its SK_ai.
  EXPECT_EQ(shown.verdict.exit, Exit::refused);
  const Json& message = shown.messages[1];
  EXPECT_EQ(message["icv_ok"], false);
  EXPECT_EQ(message["decrypted"], true);
  ASSERT_EQ(message["payloads"].size(), 2U);
  EXPECT_EQ(message["payloads"][0]["body"], "0200000077657374");
  EXPECT_EQ(message["payloads"][0]["text"], "west");
  EXPECT_EQ(message["payloads"][1]["method"], 1);
  EXPECT_EQ(message["payloads"][1]["data"], std::string(384, '0'));
}

/// What tcpdump's text says of each packet: "msgid M cookie I->R: ... exchange[flags]".
TEST(decode_vectors, of_tcpdump_have_the_headers_that_it_prints) {
  const auto folder = support::find_vectors("captures/tcpdump");
  if (!folder) return;
  const Shown shown = decode_file(*folder / "ikev2four.pcap", Keyring());
  EXPECT_EQ(shown.verdict.exit, Exit::fine) << shown.verdict.complaint;
  std::istringstream lines(support::read_text(*folder / "ikev2fourv4.out"));
  std::size_t seen = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("msgid ");
    if (at == std::string::npos) continue;
    ASSERT_LT(seen, shown.messages.size());
    const Json& message = shown.messages[seen++];
    EXPECT_EQ(std::stoul(line.substr(at + 6, 8), nullptr, 16), message["msgid"].get<unsigned long>());
    const std::string cookies = message["spi_i"].get<std::string>() + "->" + message["spi_r"].get<std::string>();
    EXPECT_EQ(line.substr(at + 22, 34), cookies);
    EXPECT_EQ(message["frame"], seen);
  }
  EXPECT_EQ(seen, 21U);
}

}  // namespace
}  // namespace latchkey::inspect
