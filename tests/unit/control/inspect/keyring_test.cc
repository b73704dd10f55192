#include "control/inspect/keyring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/inspect/algorithms.h"
#include "tests/support/octets.h"

namespace latchkey::inspect {
namespace {

using base::EncrId;
using base::IntegId;
using session::Protection;
using support::hex;
using testing::HasSubstr;

constexpr base::IkeSpi kSpiI{0x1122334455667788};
constexpr base::IkeSpi kSpiR{0x99aabbccddeeff00};

wire::Header header(base::IkeSpi spi_i = kSpiI, bool initiator = true) {
  wire::Header header;
  header.spi_i = spi_i;
  header.spi_r = kSpiR;
  header.exchange = base::ExchangeType::informational;
  header.initiator = initiator;
  return header;
}

crypto::DirectionKeys keys(std::string_view encr, std::string_view integ) {
  return {base::SecretBytes(hex(encr)), base::SecretBytes(hex(integ))};
}

/// A message with a vendor ID inside, sealed with these keys.
base::Buffer sealed(const crypto::Encryption& encryption, std::string_view encr, std::string_view integ,
                    const wire::Header& head) {
  auto protection = Protection::make(encryption, keys(encr, integ), keys(encr, integ)).value();
  wire::PayloadChain chain;
  chain.add(base::PayloadType::vendor_id, [](base::Writer& out) { out.u32(0xcafe); });
  return protection.seal(head, chain, 0).value().front();
}

/// Whether the ICV was right; nothing if there are no keys.
std::optional<bool> open(Keyring& keyring, const base::Buffer& datagram) {
  const auto message = wire::parse_message(datagram).value();
  SaOpener* opener = keyring.find(message.header);
  if (opener == nullptr) return std::nullopt;
  const Opening opening = opener->open(message);
  return opening.opened ? opening.icv_ok : std::optional(false);
}

std::string text_of_sa(std::string_view encr_i, std::string_view encr_r, std::string_view more = "") {
  return R"({"spi_i": "1122334455667788", "spi_r": "99aabbccddeeff00", "sk_ei": ")" + std::string(encr_i) +
         R"(", "sk_er": ")" + std::string(encr_r) + "\"" + std::string(more) + "}";
}

std::string repeated(std::string_view octet, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += octet;
  return text;
}

TEST(keys_json, opens_with_every_algorithm_that_keys_of_these_sizes_fit) {
  std::size_t tried = 0;
  for (const Algorithm& algorithm : all_algorithms()) {
    const crypto::Encryption& encryption = algorithm.encryption;
    const std::string encr_i = repeated("a1", encryption.sizes().encr_key());
    const std::string encr_r = repeated("b2", encryption.sizes().encr_key());
    const std::string integ_i = repeated("c3", encryption.sizes().integ_key);
    const std::string integ_r = repeated("d4", encryption.sizes().integ_key);
    auto keyring =
        read_keys_json(text_of_sa(encr_i, encr_r, R"(, "sk_ai": ")" + integ_i + R"(", "sk_ar": ")" + integ_r + "\""));
    ASSERT_TRUE(keyring) << keyring.error();
    for (int twice = 0; twice < 2; ++twice) {
      EXPECT_EQ(open(*keyring, sealed(encryption, encr_i, integ_i, header())), true) << tried;
      EXPECT_EQ(open(*keyring, sealed(encryption, encr_r, integ_r, header(kSpiI, false))), true) << tried;
    }
    const bool aead = integ_i.empty();
    EXPECT_EQ(open(*keyring, sealed(encryption, aead ? encr_r : encr_i, integ_r, header())), false) << tried;
    ++tried;
  }
  EXPECT_GE(tried, 20U);
}

TEST(keys_json, of_a_wrong_cipher_behind_a_right_icv_open_to_nonsense) {
  const std::string encr = repeated("a1", 32), integ = repeated("c3", 32);
  auto keyring =
      read_keys_json(text_of_sa(encr, encr, R"(, "sk_ai": ")" + integ + R"(", "sk_ar": ")" + integ + "\"")).value();
  const auto cbc = crypto::Encryption::find(EncrId::aes_cbc, 256, IntegId::hmac_sha2_256_128).value();
  const auto nonsense = sealed(cbc, repeated("b2", 32), integ, header());
  const auto message = wire::parse_message(nonsense).value();
  const Opening opening = keyring.find(message.header)->open(message);
  EXPECT_EQ(opening.icv_ok, true);
  EXPECT_FALSE(opening.opened && wire::parse_payloads(opening.opened->first, opening.opened->content));
  EXPECT_EQ(open(keyring, sealed(cbc, encr, integ, header())), true) << "and says nothing about the next message";
}

TEST(keys_json, open_what_makes_sense_behind_a_wrong_icv_unless_the_cipher_is_an_aead) {
  for (const Algorithm& algorithm : all_algorithms()) {
    const std::string encr = repeated("a1", algorithm.encryption.sizes().encr_key());
    const std::string integ = repeated("c3", algorithm.encryption.sizes().integ_key);
    auto keyring =
        read_keys_json(text_of_sa(encr, encr, R"(, "sk_ai": ")" + integ + R"(", "sk_ar": ")" + integ + "\"")).value();
    base::Buffer datagram = sealed(algorithm.encryption, encr, integ, header());
    datagram.back() ^= 1;
    const auto message = wire::parse_message(datagram).value();
    const Opening opening = keyring.find(message.header)->open(message);
    EXPECT_EQ(opening.icv_ok, false);
    EXPECT_EQ(opening.opened.has_value(), !integ.empty()) << static_cast<int>(algorithm.encr);
    EXPECT_EQ(opening.opened ? base::to_hex(opening.opened->content) : "000000080000cafe", "000000080000cafe");
  }
}

TEST(keys_json, may_be_a_list_or_one_sa_or_stand_among_other_things) {
  const std::string sa = text_of_sa(repeated("a1", 36), repeated("b2", 36), R"(, "g_ir": 7, "sk_ai": null)");
  for (const std::string& text : {sa, "[" + sa + "]", R"({"id": "x", "ike_sas": [)" + sa + R"(], "child_sas": 5})"}) {
    auto keyring = read_keys_json(text);
    ASSERT_TRUE(keyring) << keyring.error();
    EXPECT_NE(keyring->find(header()), nullptr);
    EXPECT_EQ(keyring->find(header(base::IkeSpi{1})), nullptr);
  }
}

TEST(keys_json, without_spis_opens_any_sa) {
  auto keyring = read_keys_json(R"({"key": ")" + repeated("a1", 32) + R"(", "salt": "a2a2a2a2"})").value();
  const auto chacha = crypto::Encryption::find(EncrId::chacha20_poly1305, 256, IntegId::none).value();
  const std::string key = repeated("a1", 32) + "a2a2a2a2";
  EXPECT_EQ(open(keyring, sealed(chacha, key, "", header(base::IkeSpi{1}))), true);
  EXPECT_EQ(open(keyring, sealed(chacha, key, "", header(base::IkeSpi{2}, false))), true);
}

TEST(keys_json, with_two_sets_of_keys_for_one_sa_tries_both) {
  const std::string a = text_of_sa(repeated("a1", 36), repeated("a1", 36));
  const std::string b = text_of_sa(repeated("b1", 20), repeated("b1", 20));
  auto keyring = read_keys_json("[" + a + "," + b + "]").value();
  const auto gcm = crypto::Encryption::find(EncrId::aes_gcm_16, 128, IntegId::none).value();
  EXPECT_EQ(open(keyring, sealed(gcm, repeated("b1", 20), "", header())), true);
}

TEST(keys_json, says_what_is_wrong_and_where) {
  const std::pair<std::string, const char*> cases[] = {
      {"{", "line 1, column 2: not JSON"},
      {"7", "neither an object nor a list"},
      {"{}", "none of ike_sas, key and sk_ei is there"},
      {R"({"ike_sas": 7})", "ike_sas is not a list"},
      {R"({"ike_sas": [7]})", "ike_sas[0] is not an object"},
      {R"([{}])", "[0].spi_i is missing"},
      {R"([{"spi_i": 7}])", "[0].spi_i is not a string"},
      {R"([{"spi_i": "00"}])", "[0].spi_i is not 16 hex digits"},
      {R"([{"spi_i": "1122334455667788"}])", "[0].spi_r is missing"},
      {R"([{"spi_i": "1122334455667788", "spi_r": "1122334455667788"}])", "[0].sk_ei is missing"},
      {text_of_sa("zz", "00"), "sk_ei: character 1 is not a hex digit"},
      {text_of_sa("00", "0"), "sk_er: an odd number of hex digits"},
      {text_of_sa("00", "00"), "keys of 1 and 1 octets for encryption, 0 and 0 for integrity fit no algorithm"},
      {text_of_sa(repeated("a1", 36), repeated("b2", 20)), "keys of 36 and 20 octets"},
      {text_of_sa(repeated("a1", 36), repeated("b2", 36), R"(, "sk_ai": 7)"), "sk_ai is not a string"},
      {R"({"key": "00"})", "key and salt: keys of 1 and 1 octets"},
      {R"({"key": "00", "salt": 7})", "salt is not a string"},
  };
  for (const auto& [text, complaint] : cases) {
    const auto keyring = read_keys_json(text);
    ASSERT_FALSE(keyring) << text;
    EXPECT_THAT(keyring.error(), HasSubstr(complaint));
  }
}

std::string row(std::string_view key, std::string_view encr, std::string_view auth, std::string_view integ) {
  const std::string k(key), a(auth);
  return "1122334455667788,99aabbccddeeff00," + k + "," + k + ",\"" + std::string(encr) + "\"," + a + "," + a + ",\"" +
         std::string(integ) + "\"\n";
}

TEST(wireshark_table, names_the_algorithms) {
  const std::string key = repeated("a1", 32), auth = repeated("c3", 32);
  const std::string text = "# a comment\r\n\n" + row(key, "AES-CBC-256 [RFC3602]", auth, "HMAC_SHA2_256_128 [RFC4868]");
  auto keyring = read_wireshark_table(text);
  ASSERT_TRUE(keyring) << keyring.error();
  const auto cbc = crypto::Encryption::find(EncrId::aes_cbc, 256, IntegId::hmac_sha2_256_128).value();
  EXPECT_EQ(open(*keyring, sealed(cbc, key, auth, header())), true);
  EXPECT_TRUE(
      read_wireshark_table(row(repeated("a1", 36), "AES-GCM-256 with 16 octet ICV [RFC5282]", "", "NONE [RFC4306]")));
  EXPECT_TRUE(read_wireshark_table(""));
}

TEST(wireshark_table, says_what_is_wrong_and_in_which_line) {
  const std::string good = row(repeated("a1", 36), "AES-GCM-256 with 16 octet ICV [RFC5282]", "", "NONE [RFC4306]");
  const std::pair<std::string, const char*> cases[] = {
      {good + "11,22", "line 2: the SK_ei is missing"},
      {good + "\n\n1122334455667788,", "line 4: the SPIr is missing"},
      {"x" + good, "line 1: the SPIi: character 1 is not a hex digit"},
      {"00" + good, "line 1: the SPIi is not 16 hex digits"},
      {row("00", "AES-GCM-256 with 16 octet ICV", "", "NONE"), "line 1: keys of 1 and 1 octets"},
      {row("00", "ROT13", "", "NONE"), "line 1: an encryption or integrity algorithm that we do not have"},
      {row("00", "AES-CBC-256", "", "NONE"), "line 1: an encryption or integrity algorithm that we do not have"},
      {good.substr(0, good.size() - 1) + ",x", "line 1: more than eight fields"},
      {R"("11" 22,)", "line 1: something stands behind the quotes of the SPIi"},
  };
  for (const auto& [text, complaint] : cases) {
    const auto keyring = read_wireshark_table(text);
    ASSERT_FALSE(keyring) << text;
    EXPECT_THAT(keyring.error(), HasSubstr(complaint));
  }
}

}  // namespace
}  // namespace latchkey::inspect
