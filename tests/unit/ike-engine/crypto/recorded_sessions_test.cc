// Key schedules and AUTH values of other implementations: strongSwan's sessions, libreswan's ACVP answers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/legacy.h"
#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"

namespace latchkey::crypto {
namespace {

using nlohmann::json;
using support::hex;

base::Buffer octets(const json& object, const char* name) {
  return object.contains(name) && object[name].is_string() ? hex(object[name].get<std::string>()) : base::Buffer{};
}

base::IkeSpi spi(const json& object, const char* name) {
  base::Buffer raw = octets(object, name);
  return base::IkeSpi{base::Reader(raw).u64()};
}

std::string text(const json& object, const char* name) { return base::to_hex(octets(object, name)); }

std::string text(const base::SecretBytes& secret) { return base::to_hex(secret.view()); }

void expect_ike_sa(const json& sa) {
  const base::Buffer ni = octets(sa, "ni");
  const base::Buffer nr = octets(sa, "nr");
  const auto seed = skeyseed(base::PrfId::hmac_sha2_256, ni, nr, octets(sa, "g_ir"));
  EXPECT_EQ(text(*seed), text(sa, "skeyseed"));
  const auto keys =
      derive_ike_keys(base::PrfId::hmac_sha2_256, seed->view(), {ni, nr, spi(sa, "spi_i"), spi(sa, "spi_r")},
                      octets(sa, "sk_ai").size(), octets(sa, "sk_ei").size());
  EXPECT_EQ(text(keys->sk_d), text(sa, "sk_d"));
  EXPECT_EQ(text(keys->sk_ai), text(sa, "sk_ai"));
  EXPECT_EQ(text(keys->sk_ar), text(sa, "sk_ar"));
  EXPECT_EQ(text(keys->sk_ei), text(sa, "sk_ei"));
  EXPECT_EQ(text(keys->sk_er), text(sa, "sk_er"));
  EXPECT_EQ(text(keys->sk_pi), text(sa, "sk_pi"));
  EXPECT_EQ(text(keys->sk_pr), text(sa, "sk_pr"));
}

void expect_child_sa(const json& sa, const json& child) {
  const base::Buffer encr_i = octets(child, "encr_i");
  const base::Buffer integ_i = octets(child, "integ_i");
  const auto keys = derive_child_keys(base::PrfId::hmac_sha2_256, octets(sa, "sk_d"), octets(child, "g_ir_new"),
                                      octets(sa, "ni"), octets(sa, "nr"), encr_i.size() + integ_i.size());
  EXPECT_EQ(text(keys->initiator_to_responder), base::to_hex(base::concat({encr_i, integ_i})));
  EXPECT_EQ(text(keys->responder_to_initiator), text(child, "encr_r") + text(child, "integ_r"));
}

/// The octets end in the other's nonce (32 octets) and the MACed identity (32).
void expect_signed_octets(const json& auth) {
  const base::Buffer expected = octets(auth, "octets");
  const base::Bytes message = base::Bytes(expected).first(expected.size() - 64);
  const base::Bytes nonce = base::Bytes(expected).subspan(message.size(), 32);
  const auto made =
      signed_octets(base::PrfId::hmac_sha2_256, message, nonce, octets(auth, "sk_p"), octets(auth, "idx"));
  EXPECT_EQ(base::to_hex(*made), base::to_hex(expected));
}

void expect_session(std::string_view name, auto expect_auth) {
  const auto folder = support::find_vectors("sessions/" + std::string(name));
  if (!folder) return;
  const json session = json::parse(support::read_text(*folder / "keys.json"));
  ASSERT_FALSE(session["ike_sas"].empty());
  for (const json& sa : session["ike_sas"]) expect_ike_sa(sa);
  for (const json& child : session["child_sas"]) expect_child_sa(session["ike_sas"][0], child);
  for (const json& auth : session["auth"]) {
    expect_signed_octets(auth);
    expect_auth(*folder, auth);
  }
}

TEST(recorded_session, of_strongswan_with_a_shared_key) {
  // The key of swanctl-a.conf. AUTH_NULL's formula is the shared key's with SK_p in the key's place.
  const base::Buffer key = hex("00112233445566778899aabbccddeeff0102030405060708090a0b0c0d0e0f10");
  expect_session("psk-gcm256-x25519", [&](const std::filesystem::path&, const json& auth) {
    EXPECT_EQ(text(*psk_auth(base::PrfId::hmac_sha2_256, key, octets(auth, "octets"))), text(auth, "auth_data"));
    EXPECT_EQ(text(*null_auth(base::PrfId::hmac_sha2_256, key, octets(auth, "octets"))), text(auth, "auth_data"));
  });
}

TEST(recorded_session, of_strongswan_with_rsa_signatures) {
  expect_session("rsa2048-7427-cbc256-ecp256", [](const std::filesystem::path& folder, const json& auth) {
    const bool initiator = auth["signer"] == "initiator";
    const auto pem = support::read_text(folder / (initiator ? "peer_a.priv.pem" : "peer_b.priv.pem"));
    const auto key = PublicKey::from_ipseckey(2, *PrivateKey::from_pem(pem)->ipseckey_key());
    const base::Buffer data = octets(auth, "auth_data");
    const auto identifier = base::Bytes(data).subspan(1, data[0]);
    const auto signature = base::Bytes(data).subspan(1U + data[0]);
    base::Buffer signed_data = octets(auth, "octets");
    const auto verified = verify_digital_signature(*key, identifier, signature, signed_data);
    EXPECT_EQ(verified.value_or("no"), "RSA-PKCS1-SHA256");
    signed_data[0] ^= 1;
    EXPECT_FALSE(verify_digital_signature(*key, identifier, signature, signed_data));
  });
}

TEST(recorded_answer, of_libreswan_with_rekeying) {
  const auto path = support::find_vectors("kdf/acvp-sha1-tc100.json");
  if (!path) return;
  const Prf prf_id = legacy::find_prf(base::PrfId::hmac_sha1);
  for (const json& test : json::parse(support::read_text(*path))) {
    const json& expect = test["expect"];
    const base::Buffer ni = octets(test, "ni");
    const base::Buffer nr = octets(test, "nr");
    const base::Buffer g_ir_new = octets(test, "g_ir_new");
    const auto seed = skeyseed(prf_id, ni, nr, octets(test, "g_ir"));
    EXPECT_EQ(text(*seed), text(expect, "skeyseed"));
    // One stream of 132 octets: SK_d takes the first 20; the rest we ask for as two ciphers' keys and SK_pi, SK_pr.
    const auto keys = derive_ike_keys(prf_id, seed->view(), {ni, nr, spi(test, "spi_i"), spi(test, "spi_r")}, 0, 36);
    EXPECT_EQ(text(keys->sk_d) + text(keys->sk_ei) + text(keys->sk_er) + text(keys->sk_pi) + text(keys->sk_pr),
              text(expect, "dkm").substr(0, 264));
    const auto child = derive_child_keys(prf_id, keys->sk_d.view(), {}, ni, nr, 66);
    EXPECT_EQ(text(child->initiator_to_responder) + text(child->responder_to_initiator),
              text(expect, "dkm_child_sa").substr(0, 264));
    const auto pfs = derive_child_keys(prf_id, keys->sk_d.view(), g_ir_new, ni, nr, 66);
    EXPECT_EQ(text(pfs->initiator_to_responder) + text(pfs->responder_to_initiator),
              text(expect, "dkm_child_sa_dh").substr(0, 264));
    EXPECT_EQ(text(*skeyseed_rekey(prf_id, keys->sk_d.view(), g_ir_new, ni, nr)), text(expect, "skeyseed_rekey"));
  }
}

}  // namespace
}  // namespace latchkey::crypto
