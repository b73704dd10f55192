// Files that iketool reads beside captures: keys, vectors, hex. The first octet chooses a reader and whether the rest
// is the text itself or says how to build a JSON value of the words that readers look for.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "control/inspect/json.h"
#include "control/inspect/kdf.h"
#include "control/inspect/keyring.h"
#include "control/inspect/octets.h"
#include "control/inspect/wycheproof.h"

namespace latchkey::inspect {
namespace {

using base::Bytes;
using nlohmann::json;

void check(bool truth) {
  if (!truth) std::abort();
}

using Words = std::vector<std::string_view>;

bool is_in(const Words& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

std::string_view pick(const Words& words, base::Reader& r) { return words[r.u8() % words.size()]; }

const Words kTexts = {"HMAC-SHA256",
                      "SHA-1",
                      "SHA-256",
                      "SHA-512",
                      "AES-GCM",
                      "AES-CCM",
                      "HMACSHA256",
                      "CHACHA20-POLY1305",
                      "AeadTest",
                      "MacTest",
                      "XdhComp",
                      "EcdhTest",
                      "EcdhEcpointTest",
                      "EcdsaVerify",
                      "EcdsaP1363Verify",
                      "EddsaVerify",
                      "curve25519",
                      "RsassaPkcs1Verify",
                      "RsassaPssVerify",
                      "secp256r1",
                      "0011223344556677",
                      "secp521r1",
                      "valid"};
// What a reader expects as a text, a number, a list; everything else is hex.
const Words kTextFields = {"prf", "hashAlg", "algorithm", "type", "curve", "sha", "mgfSha", "result"};
const Words kNumberFields = {"dkm_length", "dkm_child_sa_length", "derivedKeyingMaterialLength", "tcId", "sLen"};
const Words kListFields = {"ike_sas", "testGroups", "tests"};
const Words kObjectFields = {"expect", "publicKey"};

/// The fields of what stands in a field; "" is the file itself.
std::vector<Words> shapes_of(std::string_view field) {
  if (field == "ike_sas") return {{"spi_i", "spi_r", "sk_ei", "sk_er", "sk_ai", "sk_ar"}};
  if (field == "testGroups") {
    return {{"hashAlg", "derivedKeyingMaterialLength", "tests"},
            {"type", "tests", "curve", "sha", "mgfSha", "sLen", "publicKeyDer", "publicKey"}};
  }
  if (field == "tests") {
    return {{"tcId", "nInit", "nResp", "gir", "girNew", "spiInit", "spiResp"},
            {"tcId", "result", "key", "iv", "aad", "msg", "ct", "tag"},
            {"tcId", "result", "public", "private", "shared"},
            {"tcId", "result", "msg", "sig"}};
  }
  if (field == "expect") return {{"dkm", "dkm_child_sa"}};
  if (field == "publicKey") return {{"modulus", "publicExponent"}};
  return {{"ike_sas"},
          {"spi_i", "spi_r", "sk_ei", "sk_er", "sk_ai", "sk_ar"},
          {"key", "salt"},
          {"prf", "ni", "nr", "g_ir", "g_ir_new", "spi_i", "spi_r", "dkm_length"},
          {"prf", "ni", "nr", "skeyseed", "sk_d", "expect", "dkm_child_sa_length"},
          {"algorithm", "testGroups"}};
}

json value(base::Reader& r, std::string_view field);

json object(base::Reader& r, std::string_view field) {
  const auto shapes = shapes_of(field);
  json made = json::object();
  for (const std::string_view name : shapes[r.u8() % shapes.size()]) made[std::string(name)] = value(r, name);
  return made;
}

json list(base::Reader& r, std::string_view field) {
  json made = json::array();
  for (unsigned count = r.u8() % 3; count > 0; --count) made.push_back(object(r, field));
  return made;
}

json value(base::Reader& r, std::string_view field) {
  switch (r.u8()) {  // once in a while something else
    case 1: return nullptr;
    case 2: return r.u32();
    case 3: return json::array({1, "x"});
    case 4: return pick(kTexts, r);
    default: break;
  }
  if (is_in(kTextFields, field)) return pick(kTexts, r);
  if (is_in(kNumberFields, field)) return r.u16();
  if (is_in(kListFields, field)) return list(r, field);
  if (is_in(kObjectFields, field)) return object(r, field);
  return base::to_hex(r.bytes(std::min<std::size_t>(r.u8() % 40, r.left())));
}

void fuzz_keys(std::string_view text) {
  const auto keyring = read_keys_json(text);
  check(keyring.has_value() || !keyring.error().empty());
}

void fuzz_table(std::string_view text) {
  const auto keyring = read_wireshark_table(text);
  check(keyring.has_value() || keyring.error().starts_with("line "));
}

void fuzz_kdf(std::string_view text) {
  const auto outcome = kdf(text);
  check(outcome ? !outcome->json.dump().empty() && outcome->exit == Exit::fine : !outcome.error().empty());
}

void fuzz_wycheproof(std::string_view text) {
  const auto outcome = wycheproof(text);
  check(outcome ? outcome->json.is_object() : !outcome.error().empty());
}

void fuzz_hex(std::string_view text) {
  const auto octets = parse_hex(text);
  if (octets) check(parse_hex(base::to_hex(*octets)) == *octets && 2 * octets->size() <= text.size());
}

void fuzz_json(std::string_view text) {
  const auto parsed = parse_json(text);
  if (parsed) check(parse_json(parsed->dump()) == *parsed);
}

constexpr void (*kTargets[])(std::string_view) = {fuzz_keys,       fuzz_table, fuzz_kdf,
                                                  fuzz_wycheproof, fuzz_hex,   fuzz_json};

void fuzz(Bytes input) {
  base::Reader r(input);
  const std::uint8_t how = r.u8();
  const auto target = kTargets[how % std::size(kTargets)];
  if ((how & 0x80) != 0) return target({reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1});
  target(((how & 0x40) != 0 ? list(r, "") : object(r, "")).dump());
}

}  // namespace
}  // namespace latchkey::inspect

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const latchkey::base::Buffer input(data, data + size);
  latchkey::inspect::fuzz(input);
  return 0;
}
