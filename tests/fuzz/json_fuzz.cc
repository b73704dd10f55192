// Files that iketool reads beside captures: keys, vectors, hex. The first octet chooses a reader and whether the rest
// is the text itself or says how to build a JSON value of the words that readers look for.

#include <cstdlib>
#include <span>

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

using Words = std::initializer_list<const char*>;

/// Objects as readers expect them.
constexpr Words kShapes[] = {
    {"ike_sas"},
    {"spi_i", "spi_r", "sk_ei", "sk_er", "sk_ai", "sk_ar"},
    {"key", "salt"},
    {"prf", "ni", "nr", "g_ir", "g_ir_new", "spi_i", "spi_r"},
    {"prf", "ni", "nr", "skeyseed", "sk_d", "expect", "dkm_length", "dkm_child_sa_length"},
    {"dkm", "dkm_child_sa"},
    {"testGroups"},
    {"hashAlg", "derivedKeyingMaterialLength", "tests"},
    {"tcId", "nInit", "nResp", "gir", "girNew", "spiInit", "spiResp"},
    {"algorithm", "testGroups"},
    {"type", "tests", "curve", "sha", "mgfSha", "sLen", "publicKeyDer", "publicKey"},
    {"modulus", "publicExponent"},
    {"tcId", "result", "key", "iv", "aad", "msg", "ct", "tag"},
    {"tcId", "result", "public", "private", "shared"},
    {"tcId", "result", "msg", "sig"},
};

constexpr const char* kTexts[] = {
    "HMAC-SHA256",     "SHA-1",       "SHA-256",           "SHA-512",           "AES-GCM",         "AES-CCM",
    "HMACSHA256",      "AeadTest",    "MacTest",           "XdhComp",           "EcdhEcpointTest", "EcdhTest",
    "EcdsaVerify",     "EddsaVerify", "curve25519",        "RsassaPkcs1Verify", "secp256r1",       "EcdsaP1363Verify",
    "RsassaPssVerify", "valid",       "CHACHA20-POLY1305", "0011223344556677"};

json value(base::Reader& r, unsigned depth);

json object(base::Reader& r, unsigned depth) {
  json made = json::object();
  for (const char* word : kShapes[r.u8() % std::size(kShapes)]) made[word] = value(r, depth + 1);
  return made;
}

json list(base::Reader& r, unsigned depth) {
  json made = json::array();
  for (unsigned count = r.u8() % 3; count > 0; --count) made.push_back(object(r, depth + 1));
  return made;
}

json value(base::Reader& r, unsigned depth) {
  const std::uint8_t how = r.u8();
  if (depth > 6) return nullptr;
  switch (how % 8) {
    case 0: return nullptr;
    case 1: return r.u32();
    case 2: return list(r, depth);
    case 3: return object(r, depth);
    case 4: return kTexts[r.u8() % std::size(kTexts)];
    default: return base::to_hex(r.bytes(std::min<std::size_t>(r.u8() % 40, r.left())));
  }
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
  target(((how & 0x40) != 0 ? list(r, 0) : object(r, 0)).dump());
}

}  // namespace
}  // namespace latchkey::inspect

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const latchkey::base::Buffer input(data, data + size);
  latchkey::inspect::fuzz(input);
  return 0;
}
