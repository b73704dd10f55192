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

TEST(ike_keys, carry_the_error_of_an_unknown_prf) {
  const auto bad = static_cast<PrfId>(99);
  EXPECT_FALSE(skeyseed(bad, kNi, kNr, kShared));
  EXPECT_FALSE(skeyseed_rekey(bad, {}, kShared, kNi, kNr));
  EXPECT_FALSE(derive_ike_keys(bad, {}, inputs(), 0, 36));
  EXPECT_FALSE(derive_child_keys(bad, {}, {}, kNi, kNr, 36));
  EXPECT_FALSE(signed_octets(bad, {}, {}, {}, {}));
  EXPECT_FALSE(null_auth(bad, {}, {}));
}

}  // namespace
}  // namespace latchkey::crypto
