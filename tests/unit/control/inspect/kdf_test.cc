#include "control/inspect/kdf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/inspect/kdf_vector.h"
#include "ike-engine/crypto/prf.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"

namespace latchkey::inspect {
namespace {

using base::PrfId;
using support::hex;
using testing::HasSubstr;

constexpr std::string_view kVector = R"("prf": "HMAC-SHA256", "ni": "0011", "nr": "2233")";

std::string vector(std::string_view more) { return "{" + std::string(kVector) + std::string(more) + "}"; }

Json derived(const std::string& text) {
  const auto outcome = kdf(text);
  EXPECT_TRUE(outcome) << outcome.error();
  return outcome ? outcome->json : Json();
}

TEST(kdf, derives_as_far_as_the_inputs_reach) {
  const auto keys = [](const Json& json) {
    std::string names;
    for (const auto& [name, value] : json.items()) names += name + " ";
    return names;
  };
  EXPECT_EQ(keys(derived(vector(R"(, "g_ir": "44")"))), "skeyseed ");
  EXPECT_EQ(keys(derived(vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02")"))), "skeyseed dkm dkm_child_sa ");
  EXPECT_EQ(keys(derived(vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02", "g_ir_new": "55")"))),
            "skeyseed dkm dkm_child_sa dkm_child_sa_dh skeyseed_rekey ");
  EXPECT_EQ(keys(derived(vector(R"(, "skeyseed": "44", "spi_i": "01", "spi_r": "02")"))), "dkm dkm_child_sa ");
  EXPECT_EQ(keys(derived(vector(R"(, "sk_d": "44", "g_ir_new": "55", "id": "x")"))),
            "id dkm_child_sa dkm_child_sa_dh skeyseed_rekey ");
}

// RFC 7296 sections 2.14, 2.17 and 2.18, once more by hand.
TEST(kdf, follows_the_formulas) {
  const Json json = derived(vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02", "g_ir_new": "55")"));
  const auto id = PrfId::hmac_sha2_256;
  const auto ni = hex("0011"), nr = hex("2233"), g = hex("44"), g_new = hex("55"), si = hex("01"), sr = hex("02");
  const auto text = [](const base::Result<base::SecretBytes>& value) { return base::to_hex(value->view()); };
  const auto skeyseed = crypto::prf(id, hex("00112233"), {g});
  const auto dkm = crypto::prf_plus(id, skeyseed->view(), {ni, nr, si, sr}, 192);
  const auto sk_d = dkm->view().first(32);
  EXPECT_EQ(json["skeyseed"], text(skeyseed));
  EXPECT_EQ(json["dkm"], text(dkm));
  EXPECT_EQ(json["dkm_child_sa"], text(crypto::prf_plus(id, sk_d, {ni, nr}, 192)));
  EXPECT_EQ(json["dkm_child_sa_dh"], text(crypto::prf_plus(id, sk_d, {g_new, ni, nr}, 192)));
  EXPECT_EQ(json["skeyseed_rekey"], text(crypto::prf(id, sk_d, {g_new, ni, nr})));
}

TEST(kdf, takes_lengths_from_the_expected_values_or_from_fields) {
  const std::string inputs = R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02")";
  const auto sizes = [&](const std::string& more) {
    const Json json = derived(vector(inputs + more));
    return std::pair(json["dkm"].get<std::string>().size() / 2, json["dkm_child_sa"].get<std::string>().size() / 2);
  };
  EXPECT_EQ(sizes(""), std::pair(192UL, 192UL));
  EXPECT_EQ(sizes(R"(, "expect": {"dkm": "001122", "dkm_child_sa": "0011"})"), std::pair(3UL, 2UL));
  EXPECT_EQ(sizes(R"(, "dkm_length": 800, "dkm_child_sa_length": 80)"), std::pair(100UL, 10UL));
  EXPECT_EQ(sizes(R"(, "dkm_length": 800)"), std::pair(100UL, 100UL));
}

TEST(kdf, reads_an_acvp_file_and_a_list) {
  const std::string test = R"({"tcId": 5, "nInit": "0011", "nResp": "2233", "gir": "44", "girNew": "55",
    "spiInit": "01", "spiResp": "02"})";
  const std::string group = R"({"hashAlg": "SHA2-256", "derivedKeyingMaterialLength": 1536, "tests": [)" + test + "]}";
  const std::string file = R"([{"acvVersion": "1.0"}, {"vsId": 1, "testGroups": [)" + group + "]}]";
  const Json expected = derived(vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02", "g_ir_new": "55")"));
  for (const std::string& text : {file, R"({"testGroups": [)" + group + "]}"}) {
    const Json json = derived(text);
    ASSERT_EQ(json.size(), 1U);
    EXPECT_EQ(json[0]["tcId"], 5);
    EXPECT_EQ(json[0]["skeyseed_rekey"], expected["skeyseed_rekey"]);
    EXPECT_EQ(json[0]["dkm"], expected["dkm"]);
  }
  EXPECT_EQ(derived("[" + vector(R"(, "g_ir": "44")") + "," + vector(R"(, "g_ir": "44")") + "]").size(), 2U);
}

TEST(kdf, reads_a_nist_response_file) {
  const Json json = derived(
      "# comment\r\n[g^ir length = 8]\r\n[SHA-256]\n[DKM length = 1536]\n[Child SA DKM length = 80]\n\nCOUNT = 0\n"
      "Ni = 0011\nNr = 2233\ng^ir = 44\ng^ir (new) = 55\nSPIi = 01\nSPIr = 02\nSKEYSEED = ff\nDKM(Child SA) = ff\n"
      "COUNT = 1\nNi = 0011\nNr = 2233\ng^ir = 44\n");
  const Json expected = derived(vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02", "g_ir_new": "55")"));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["id"], "0");
  EXPECT_EQ(json[0]["dkm"], expected["dkm"]);
  EXPECT_EQ(json[0]["skeyseed_rekey"], expected["skeyseed_rekey"]);
  EXPECT_EQ(json[0]["dkm_child_sa"].get<std::string>().size(), 20U);
  EXPECT_EQ(json[1]["skeyseed"], expected["skeyseed"]);
}

TEST(kdf, says_what_is_wrong_and_where) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "line 1, column 1: not JSON"},
      {"7", "neither an object nor a list"},
      {"{}", "prf is missing"},
      {R"({"prf": 7})", "prf is not a string"},
      {R"({"prf": "MD4"})", "prf is not a PRF that IKE has"},
      {R"({"prf": "SHA-1"})", "ni or nr is missing"},
      {vector(""), "none of g_ir, skeyseed and sk_d is there"},
      {vector(R"(, "g_ir": "4")"), "g_ir: an odd number of hex digits"},
      {vector(R"(, "g_ir": 4)"), "g_ir is not a string"},
      {vector(R"(, "dkm_length": 7)"), "dkm_length is not a whole number of octets"},
      {vector(R"(, "dkm_length": 99999999999)"), "dkm_length is not a whole number up to"},
      {vector(R"(, "expect": 7)"), "expect is not an object"},
      {vector(R"(, "g_ir": "44", "spi_i": "01", "spi_r": "02", "expect": {"dkm": ")" + std::string(16322, '0') + "\"}"),
       "prf+ of more than 255 blocks"},
      {"[7]", "[0] is not an object"},
      {R"([{}])", "[0].prf is missing"},
      {R"({"testGroups": 7})", "testGroups is not a list"},
      {R"({"testGroups": [{"tests": 7}]})", "testGroups[0].tests is not a list"},
      {R"({"testGroups": [{"hashAlg": "x", "tests": [{}]}]})", "testGroups[0].hashAlg is not a PRF"},
      {"COUNT = 0\nx", "line 2: neither a field nor a section"},
      {"Ni = 00\nCOUNT = 0\n", "line 1: a field before the first COUNT"},
      {"[DKM length = x]\nCOUNT = 0\n", "line 1: the length is not a number"},
  };
  for (const auto& [text, complaint] : cases) {
    const auto outcome = kdf(text);
    ASSERT_FALSE(outcome) << text;
    EXPECT_THAT(outcome.error(), HasSubstr(complaint));
  }
}

TEST(kdf, reads_at_most_10000_vectors) {
  std::string list = "[" + vector(R"(, "g_ir": "44")");
  for (std::size_t i = 1; i < kMaxKdfVectors; ++i) list += "," + vector(R"(, "g_ir": "44")");
  EXPECT_TRUE(kdf(list + "]"));
  EXPECT_EQ(kdf(list + "," + vector(R"(, "g_ir": "44")") + "]").error(), "more vectors than are read");
}

TEST(prf_named, knows_the_names_that_files_use) {
  for (const char* name : {"HMAC-SHA1", "SHA-1", "sha1", "PRF_HMAC_SHA1"}) EXPECT_EQ(prf_named(name), PrfId::hmac_sha1);
  for (const char* name : {"HMAC-SHA256", "SHA-256", "SHA2-256", "PRF_HMAC_SHA2_256", "HMAC-SHA-256", "HMACSHA256"}) {
    EXPECT_EQ(prf_named(name), PrfId::hmac_sha2_256) << name;
  }
  EXPECT_EQ(prf_named("SHA2-384"), PrfId::hmac_sha2_384);
  EXPECT_EQ(prf_named("HMAC-SHA512"), PrfId::hmac_sha2_512);
  for (const char* name : {"", "SHA", "SHA-224", "SHA3-256", "HMAC", "SHA512/256"})
    EXPECT_FALSE(prf_named(name)) << name;
}

TEST(kdf_vectors, of_libreswan_come_out_as_expected) {
  const auto path = support::find_vectors("kdf");
  if (!path) return;
  const auto answers = nlohmann::json::parse(support::read_text(*path / "libreswan-acvp-ikev2-tc100.expected.json"));
  for (const char* name : {"acvp-sha1-tc100.json", "libreswan-cavp-ikev2-tc100.fax"}) {
    const Json json = derived(support::read_text(*path / name))[0];
    EXPECT_EQ(json["skeyseed"], answers["sKeySeed"]);
    EXPECT_EQ(json["dkm"], answers["derivedKeyingMaterial"]);
    EXPECT_EQ(json["dkm_child_sa"], answers["derivedKeyingMaterialChild"]);
    EXPECT_EQ(json["dkm_child_sa_dh"], answers["derivedKeyingMaterialDh"]);
    EXPECT_EQ(json["skeyseed_rekey"], answers["sKeySeedReKey"]);
  }
}

}  // namespace
}  // namespace latchkey::inspect
