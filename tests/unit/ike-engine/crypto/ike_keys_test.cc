#include "ike-engine/crypto/ike_keys.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::PrfId;
using support::hex;

constexpr PrfId kPrf = PrfId::hmac_sha2_256;

const base::Buffer kNi = hex("0102030405060708090a0b0c0d0e0f10");
const base::Buffer kNr = hex("1112131415161718191a1b1c1d1e1f20");
const base::Buffer kShared = hex("c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950");

KeyInputs inputs() { return {kNi, kNr, base::IkeSpi{0xa1a2a3a4a5a6a7a8}, base::IkeSpi{0xb1b2b3b4b5b6b7b8}}; }

TEST(ike_keys, skeyseed_is_keyed_with_the_nonces) {
  const auto seed = skeyseed(kPrf, kNi, kNr, kShared);
  const auto by_hand = prf(kPrf, base::concat({kNi, kNr}), {kShared});
  EXPECT_TRUE(base::same_secret(seed->view(), by_hand->view()));
}

TEST(ike_keys, come_out_of_prf_plus_in_the_rfcs_order) {
  const base::Buffer seed(32, 7);
  const auto stream =
      prf_plus(kPrf, seed, {kNi, kNr, hex("a1a2a3a4a5a6a7a8"), hex("b1b2b3b4b5b6b7b8")}, 3 * 32 + 2 * 16 + 2 * 36);
  const auto keys = derive_ike_keys(kPrf, seed, inputs(), 16, 36);
  const base::Buffer joined =
      base::concat({keys->sk_d.view(), keys->sk_ai.view(), keys->sk_ar.view(), keys->sk_ei.view(), keys->sk_er.view(),
                    keys->sk_pi.view(), keys->sk_pr.view()});
  EXPECT_EQ(base::to_hex(joined), base::to_hex(stream->view()));
  EXPECT_EQ(keys->sk_ai.size(), 16U);
  EXPECT_EQ(keys->sk_er.size(), 36U);
}

TEST(ike_keys, have_no_integrity_keys_with_an_aead) {
  const auto keys = derive_ike_keys(kPrf, base::Buffer(32, 7), inputs(), 0, 36);
  EXPECT_TRUE(keys->sk_ai.empty());
  EXPECT_TRUE(keys->sk_ar.empty());
  EXPECT_EQ(keys->sk_pr.size(), 32U);
}

TEST(child_keys, initiator_to_responder_comes_first) {
  const base::Buffer sk_d(32, 9);
  const auto stream = prf_plus(kPrf, sk_d, {kShared, kNi, kNr}, 72);
  const auto keys = derive_child_keys(kPrf, sk_d, kShared, kNi, kNr, 36);
  EXPECT_TRUE(base::same_secret(keys->initiator_to_responder.view(), stream->view().first(36)));
  EXPECT_TRUE(base::same_secret(keys->responder_to_initiator.view(), stream->view().last(36)));
}

TEST(signed_octets, are_message_nonce_and_maced_id) {
  const base::Buffer sk_p(32, 5);
  const base::Buffer id = hex("0d000000");
  const auto octets = signed_octets(kPrf, kShared, kNr, sk_p, id);
  const auto maced = prf(kPrf, sk_p, {id});
  EXPECT_EQ(*octets, base::concat({kShared, kNr, maced->view()}));
}

TEST(null_auth, is_the_shared_key_formula_with_sk_p) {
  const base::Buffer sk_p(32, 5);
  const auto pad = prf(kPrf, sk_p, {hex("4b65792050616420666f7220494b457632")});  // "Key Pad for IKEv2"
  const auto by_hand = prf(kPrf, pad->view(), {kShared});
  EXPECT_TRUE(base::same_secret(null_auth(kPrf, sk_p, kShared)->view(), by_hand->view()));
}

TEST(psk_auth, is_the_formula_of_section_2_15) {
  const base::Buffer psk = hex("00112233445566778899aabbccddeeff");
  const auto pad = prf(kPrf, psk, {hex("4b65792050616420666f7220494b457632")});  // "Key Pad for IKEv2"
  const auto by_hand = prf(kPrf, pad->view(), {kShared});
  EXPECT_TRUE(base::same_secret(psk_auth(kPrf, psk, kShared)->view(), by_hand->view()));
}

// The values below come from Python's hmac module: the chains of RFC 8784, RFC 9242 and RFC 9370 typed out there.
std::string text(const base::SecretBytes& secret) { return base::to_hex(secret.view()); }

IkeKeys some_keys(std::size_t size = 32) {
  IkeKeys keys;
  keys.sk_d = base::SecretBytes(base::Buffer(size, 1));
  keys.sk_ei = base::SecretBytes(base::Buffer(36, 2));
  keys.sk_pi = base::SecretBytes(base::Buffer(size, 3));
  keys.sk_pr = base::SecretBytes(base::Buffer(size, 4));
  return keys;
}

TEST(ppk, is_mixed_into_three_of_the_seven_keys) {
  IkeKeys keys = some_keys();
  ASSERT_TRUE(mix_ppk(kPrf, base::Buffer(32, 9), keys));
  EXPECT_EQ(text(keys.sk_d), "50a7278a04237c5b8f566c88490283ea8fe7bce8e97534de952d9e50ca1ffc1b");
  EXPECT_EQ(text(keys.sk_pi), "f9ffbce1b24fe75af7fa9a3401f0cd8be815c5d234b8cd1da4def6ee07811912");
  EXPECT_EQ(text(keys.sk_pr), "2cf23b26956b8e9ac685cb72b966cd4b7bd7b33d9a8cf5fede2673303d259178");
  EXPECT_EQ(text(keys.sk_ei), text(some_keys().sk_ei));
  EXPECT_TRUE(keys.sk_ai.empty());
}

TEST(ppk, leaves_the_keys_alone_when_it_cannot_be_mixed) {
  IkeKeys keys = some_keys();
  EXPECT_EQ(mix_ppk(static_cast<PrfId>(99), base::Buffer(32, 9), keys).error().code, base::Errc::unsupported);
  EXPECT_EQ(text(keys.sk_d), text(some_keys().sk_d));
  EXPECT_EQ(text(keys.sk_pi), text(some_keys().sk_pi));
}

TEST(ppk, keeps_the_sizes_of_every_prf) {
  for (const PrfId id : {PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512}) {
    IkeKeys keys = some_keys(prf_size(id));
    ASSERT_TRUE(mix_ppk(id, base::Buffer(32, 9), keys));
    EXPECT_EQ(keys.sk_d.size(), prf_size(id));
    EXPECT_EQ(keys.sk_pr.size(), prf_size(id));
  }
}

TEST(intermediate_auth, chains_what_each_side_has_sent) {
  const base::Buffer associated = hex("a0a1a2a3");
  const base::Buffer inner = hex("b0b1b2");
  const auto first = intermediate_auth(kPrf, base::Buffer(32, 3), {}, associated, inner);
  EXPECT_EQ(text(*first), "bca0cf226adcc98285676462946677252a5312db9a97fbe57dc366dbfff63512");
  const auto second = intermediate_auth(kPrf, base::Buffer(32, 5), first->view(), associated, {});
  EXPECT_EQ(text(*second), "794502407acdf833a764f282041e5c8e0c556b1ace052440accff9ca81c19fcd")
      << "of an empty Encrypted payload";
}

TEST(intermediate_auth, stands_behind_the_maced_id_with_the_message_id_of_ike_auth) {
  const auto both = int_auth(base::Buffer(32, 6), base::Buffer(32, 7), base::MessageId{0x01020304});
  EXPECT_EQ(base::to_hex(both), base::to_hex(base::Buffer(32, 6)) + base::to_hex(base::Buffer(32, 7)) + "01020304");
  const auto without = signed_octets(kPrf, kShared, kNr, base::Buffer(32, 5), hex("0d000000"));
  const auto with = signed_octets(kPrf, kShared, kNr, base::Buffer(32, 5), hex("0d000000"), both);
  EXPECT_EQ(*with, base::concat({*without, both}));
}

TEST(additional_key_exchanges, chain_their_secrets_through_sk_d) {
  const auto seed = skeyseed(kPrf, kNi, kNr, kShared);
  const auto keys = derive_ike_keys(kPrf, seed->view(), inputs(), 0, 36);
  const auto seed_1 = skeyseed_additional(kPrf, keys->sk_d.view(), base::Buffer(32, 0x11), kNi, kNr);
  EXPECT_EQ(text(*seed_1), "31ac7988e141cf1ccdb01227c7e854cb57fb2c6b3b8cae80b8cce0e328c21e0d");
  const auto keys_1 = derive_ike_keys(kPrf, seed_1->view(), inputs(), 0, 36);
  EXPECT_EQ(text(keys_1->sk_d), "974bbfe07f2fc14707296f4bde9a2f93c0d337be38b7e71391c6c68056f23eca");
  const auto seed_2 = skeyseed_additional(kPrf, keys_1->sk_d.view(), base::Buffer(48, 0x22), kNi, kNr);
  const auto keys_2 = derive_ike_keys(kPrf, seed_2->view(), inputs(), 0, 36);
  EXPECT_EQ(text(keys_2->sk_d), "778b8738978eda94f7c40512f0d9984c1dad33018bdb3c9827982468f0c3cb12");
  EXPECT_EQ(text(keys_2->sk_pr), "47749affd3a9ca6fc5a0acf6acdbebd528cd1a5cfd9d914f60d860f724c179f8");
}

TEST(additional_key_exchanges, of_create_child_sa_stand_behind_the_nonces) {
  const base::Buffer further(80, 0x33);
  EXPECT_EQ(text(*skeyseed_rekey(kPrf, base::Buffer(32, 1), kShared, kNi, kNr, further)),
            "d981fb9568595a2eae42cd32e4a0054a345d4a282b27cee587e8cbbaa0750947");
  const auto child = derive_child_keys(kPrf, base::Buffer(32, 1), kShared, kNi, kNr, 36, further);
  EXPECT_EQ(text(child->initiator_to_responder),
            "5f5f68e8ec53b3214b49c31a60cc6e9df93f0b2d5dffb607c8f0d426ecc9ae10fc9e431b");
  EXPECT_EQ(text(child->responder_to_initiator),
            "15c9889b63e7f30a0961d34a0af4e1fe32637bdd2043ce4c08f339c783a1c22d39f53b11");
}

TEST(ike_keys, carry_the_error_of_an_unknown_prf) {
  const auto bad = static_cast<PrfId>(99);
  EXPECT_FALSE(skeyseed(bad, kNi, kNr, kShared));
  EXPECT_FALSE(skeyseed_rekey(bad, {}, kShared, kNi, kNr));
  EXPECT_FALSE(derive_ike_keys(bad, {}, inputs(), 0, 36));
  EXPECT_FALSE(derive_child_keys(bad, {}, {}, kNi, kNr, 36));
  EXPECT_FALSE(signed_octets(bad, {}, {}, {}, {}));
  EXPECT_FALSE(null_auth(bad, {}, {}));
  EXPECT_FALSE(psk_auth(bad, {}, {}));
  EXPECT_FALSE(intermediate_auth(bad, {}, {}, {}, {}));
  EXPECT_FALSE(skeyseed_additional(bad, {}, {}, {}, {}));
}

}  // namespace
}  // namespace latchkey::crypto
