// What other implementations sealed, opened with the keys that they told: captures of Wireshark and tcpdump, recorded
// sessions of strongSwan.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ike-engine/crypto/legacy.h"
#include "ike-engine/session/protect.h"
#include "ike-engine/wire/auth.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"
#include "tests/unit/ike-engine/captured_messages.h"

namespace latchkey::session {
namespace {

using base::Buffer;
using base::EncrId;
using base::IntegId;
using support::hex;

/// SK_e and SK_a of both sides, in hex.
struct Keys {
  std::string ei, er, ai, ar;
};
using Table = std::map<std::uint64_t, Keys>;  ///< by the initiator's SPI

std::uint64_t spi(const std::string& text) { return std::stoull(text, nullptr, 16); }

std::vector<std::string> fields_of(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, separator);) fields.push_back(field);
  return fields;
}

/// Wireshark's: SPIi,SPIr,SK_ei,SK_er,"cipher",SK_ai,SK_ar,"integrity".
Table wireshark_table(const std::string& text) {
  Table table;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto f = fields_of(line, ',');
    if (f.size() >= 7) table[spi(f[0])] = {f[2], f[3], f[5], f[6]};
  }
  return table;
}

/// tcpdump's: "ikev2 I 0xSPIi 0xSPIr sha1:0xSK_ai aes128:0xSK_ei", a line for either side.
Table tcpdump_table(const std::string& text) {
  Table table;
  std::istringstream in(text);
  const auto key = [](const std::string& field) { return field.substr(field.find(":0x") + 3); };
  for (std::string line; std::getline(in, line);) {
    const auto f = fields_of(line, ' ');
    if (f.size() < 6) continue;
    Keys& keys = table[spi(f[2])];
    (f[1] == "I" ? keys.ai : keys.ar) = key(f[4]);
    (f[1] == "I" ? keys.ei : keys.er) = key(f[5]);
  }
  return table;
}

DirectionKeys direction(const std::string& encr, const std::string& integ) {
  return {base::SecretBytes(hex(encr)), base::SecretBytes(hex(integ))};
}

/// What one side of an IKE SA opens with: the initiator's messages, or the responder's.
Protection opener(const crypto::Encryption& encryption, const Keys& keys, bool of_initiator) {
  DirectionKeys from_i = direction(keys.ei, keys.ai), from_r = direction(keys.er, keys.ar);
  return *Protection::make(encryption, std::move(of_initiator ? from_r : from_i),
                           std::move(of_initiator ? from_i : from_r));
}

struct Opened {
  std::size_t messages = 0;
  std::vector<std::string> auth;  ///< data of the AUTH payloads, in order
};

void note(Opened& all, const session::Opened& message) {
  ++all.messages;
  const auto payloads = wire::parse_payloads(message.first, message.content);
  ASSERT_TRUE(payloads) << "the content is no chain of payloads";
  for (const auto& payload : *payloads) {
    if (payload.type == base::PayloadType::auth) all.auth.push_back(base::to_hex(wire::parse_auth(payload.body)->data));
  }
}

/// Opens every SK of a capture; each must come out right, and no longer with an octet changed.
Opened open_all(const std::vector<Buffer>& messages, const Table& table, const crypto::Encryption& encryption) {
  Opened all;
  for (const Buffer& datagram : messages) {
    const auto message = wire::parse_message(datagram);
    if (!message || message->find(base::PayloadType::sk) == nullptr) continue;
    const auto keys = table.find(message->header.spi_i.value);
    if (keys == table.end()) continue;
    const Protection side = opener(encryption, keys->second, message->header.initiator);
    const auto opened = side.open(*message);
    EXPECT_TRUE(opened) << "message " << all.messages;
    if (opened) note(all, *opened);
    const Buffer other = support::with_octet(datagram, datagram.size() - 1, datagram.back() ^ 1U);
    EXPECT_EQ(side.open(*wire::parse_message(other)).error().code, base::Errc::bad_icv);
  }
  return all;
}

struct Capture {
  std::string_view file;
  EncrId encr;
  std::uint16_t key_bits;
  IntegId integ;
  std::size_t messages;
};

// The last is too weak for the engine (ike-engine/crypto/legacy.h).
const Capture kWireshark[] = {
    {"ikev2-decrypt-aes256cbc.pcapng", EncrId::aes_cbc, 256, IntegId::hmac_sha2_256_128, 2},
    {"ikev2-decrypt-aes128ccm12.pcap", EncrId::aes_ccm_12, 128, IntegId::none, 4},
    {"ikev2-decrypt-3des-sha1_160.pcap", EncrId::des3, 0, IntegId::hmac_sha1_160, 4},
};

/// Wireshark's own answers: a line for each file, its name and its AUTH data.
std::vector<std::string> expected_auth(const std::string& text, std::string_view file) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    if (!all.empty() && all.front() == file) return {all.begin() + 1, all.end()};
  }
  return {};
}

TEST(captures, of_wireshark_open) {
  const auto folder = support::find_vectors("captures/wireshark");
  if (!folder) return;
  const Table table = wireshark_table(support::read_text(*folder / "ikev2_decryption_table"));
  const std::string answers = support::read_text(*folder / "expected-auth.txt");
  for (const Capture& c : kWireshark) {
    SCOPED_TRACE(c.file);
    const auto encryption = crypto::legacy::find_encryption(c.encr, c.key_bits, c.integ).value();
    const auto messages = support::ike_messages(support::read_octets(*folder / c.file));
    const Opened opened = open_all(messages, table, encryption);
    EXPECT_EQ(opened.messages, c.messages);
    EXPECT_FALSE(opened.auth.empty());
    EXPECT_EQ(opened.auth, expected_auth(answers, c.file));
  }
}

// tcpdump shows what is inside without a look at the ICV, which is not that of its SK_ai.
TEST(captures, with_a_wrong_icv_stay_closed) {
  const auto folder = support::find_vectors("captures/tcpdump");
  if (!folder) return;
  const Table table = tcpdump_table(support::read_text(*folder / "ikev2pI2-secrets.txt"));
  const auto encryption = crypto::legacy::find_encryption(EncrId::aes_cbc, 128, IntegId::hmac_sha1_96).value();
  const auto messages = support::ike_messages(support::read_octets(*folder / "ikev2pI2.pcap"));
  ASSERT_EQ(messages.size(), 2U);
  const auto message = wire::parse_message(messages[1]);
  const Protection side = opener(encryption, table.at(message->header.spi_i.value), true);
  EXPECT_EQ(side.open(*message).error().code, base::Errc::bad_icv);
}

void expect_session(const char* name, EncrId encr, IntegId integ) {
  const auto folder = support::find_vectors(std::string("sessions/") + name);
  if (!folder) return;
  const auto encryption = crypto::Encryption::find(encr, 256, integ).value();
  const Table table = wireshark_table(support::read_text(*folder / "ikev2_decryption_table"));
  const auto messages = support::ike_messages(support::read_octets(*folder / "session.pcap"));
  const Opened opened = open_all(messages, table, encryption);
  const auto session = nlohmann::json::parse(support::read_text(*folder / "keys.json"));
  std::vector<std::string> auth;
  for (const auto& one : session["auth"]) auth.push_back(one["auth_data"]);
  EXPECT_GE(opened.messages, 2U);
  EXPECT_EQ(opened.auth, auth);
}

TEST(recorded_session, of_strongswan_with_aes_gcm_opens) {
  expect_session("psk-gcm256-x25519", EncrId::aes_gcm_16, IntegId::none);
}

TEST(recorded_session, of_strongswan_with_aes_cbc_and_hmac_opens) {
  expect_session("rsa2048-7427-cbc256-ecp256", EncrId::aes_cbc, IntegId::hmac_sha2_256_128);
}

}  // namespace
}  // namespace latchkey::session
