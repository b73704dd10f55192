// Postquantum preshared keys (RFC 8784): used where both have one, demanded where one side says so.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "tests/sim/pair.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

api::Ppk ppk(std::string_view id, std::string_view secret, bool required = false) {
  return {base::to_buffer(base::as_bytes(id)), base::SecretBytes(base::as_bytes(secret)), required};
}

struct Case {
  std::string_view what;
  bool client_has = true;
  bool client_requires = false;
  bool server_has = true;
  bool server_requires = false;
  bool same_id = true;
  bool same_secret = true;
  bool up = true;
};

class ppks : public testing::TestWithParam<Case> {};

TEST_P(ppks, are_used_as_both_sides_allow) {
  const Case& now = GetParam();
  Pair pair;
  api::ResponderConfig responder;
  responder.identities.push_back(
      {.kind = api::ProofKind::raw_key, .id = {base::IdType::fqdn, {'s'}}, .private_key = *ed25519_key().to_pem()});
  responder.peers.push_back({.name = "all"});
  if (now.server_has) {
    responder.ppks.push_back(
        ppk(now.same_id ? "ours" : "other", now.same_secret ? "0123456789abcdef" : "fedcba9876543210"));
  }
  responder.ppk_required = now.server_requires;
  pair.serve(responder);
  auto request = pair.request();
  request.keys = {dns_key_of(ed25519_key())};
  if (now.client_has) request.ppk = ppk("ours", "0123456789abcdef", now.client_requires);
  pair.connect(std::move(request));
  ASSERT_TRUE(pair.settle());
  pair.run(std::chrono::seconds(60));
  EXPECT_EQ(pair.client.last<api::Established>() != nullptr, now.up) << now.what;
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "") << now.what;
}

INSTANTIATE_TEST_SUITE_P(
    cases, ppks,
    testing::Values(Case{.what = "both"},
                    Case{.what = "both, required", .client_requires = true, .server_requires = true},
                    Case{.what = "the server has none", .server_has = false},
                    Case{.what = "the server has none and the client demands it",
                         .client_requires = true,
                         .server_has = false,
                         .up = false},
                    Case{.what = "the client has none", .client_has = false},
                    Case{.what = "the client has none and the server demands it",
                         .client_has = false,
                         .server_requires = true,
                         .up = false},
                    Case{.what = "the server knows another", .same_id = false},
                    Case{.what = "the server knows another and the client demands its own",
                         .client_requires = true,
                         .same_id = false,
                         .up = false},
                    Case{.what = "the secrets differ", .same_secret = false, .up = false}));

// RFC 7296 section 2.13, of PRF_HMAC_SHA2_256, without anything of ours:
// T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), ...
base::Buffer prf_plus_by_hand(base::Bytes key, base::Bytes seed, std::size_t size) {
  base::Buffer out, last;
  for (std::uint8_t n = 1; out.size() < size; ++n) {
    const base::Buffer text = base::concat({last, seed, std::array{n}});
    last.resize(32);
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(), last.data(), &length);
    out.insert(out.end(), last.begin(), last.end());
  }
  out.resize(size);
  return out;
}

base::Bytes body(const std::vector<wire::RawPayload>& payloads, base::PayloadType type) {
  const auto found = std::ranges::find(payloads, type, &wire::RawPayload::type);
  return found == payloads.end() ? base::Bytes{} : found->body;
}

// The server's newest child has these 72 octets of KEYMAT: the client's key and salt, then its own.
void expect_keymat(const Server& server, base::Bytes sk_d, base::Bytes nonce_i, base::Bytes nonce_r) {
  const base::Buffer keymat = prf_plus_by_hand(sk_d, base::concat({nonce_i, nonce_r}), 72);
  const api::ChildSa& child = server.kernel.installed().back().child;
  EXPECT_EQ(base::to_buffer(child.key_in.view()), base::Buffer(keymat.begin(), keymat.begin() + 36));
  EXPECT_EQ(base::to_buffer(child.key_out.view()), base::Buffer(keymat.begin() + 36, keymat.end()));
}

// RFC 8784 section 3: SK_d, SK_pi and SK_pr go through prf+ (PPK, ...), and all that is made of them follows.
TEST(a_ppk, that_is_used_is_in_auth_and_in_the_keys_of_all_children) {
  for (const std::size_t size : {16u, 32u, 100u}) {
    const base::Buffer secret(size, 0x7e);
    auto responder = open_to_all();
    responder.ppks.push_back({base::to_buffer(base::as_bytes("ours")), base::SecretBytes(secret)});
    Server server(responder);
    Stranger client(server, size);
    support::Payloads init = client.init_payloads();
    init.push_back(support::notify_payload(base::NotifyType::use_ppk));
    ASSERT_TRUE(client.agree(init));
    crypto::IkeKeys& keys = client.keys();
    for (base::SecretBytes* key : {&keys.sk_d, &keys.sk_pi, &keys.sk_pr}) {
      *key = base::SecretBytes(prf_plus_by_hand(secret, key->view(), key->view().size()));
    }
    support::Payloads claim = client.claim();
    const base::Buffer id = *base::from_hex("02 6f757273");  // PPK_ID_FIXED, "ours"
    claim.push_back(support::notify_payload(base::NotifyType::ppk_identity, id));
    const auto answer = client.ask(base::ExchangeType::ike_auth, claim);
    ASSERT_TRUE(answer);
    const auto payloads = answer->payloads();
    EXPECT_TRUE(support::find_notify(payloads, base::NotifyType::ppk_identity));
    ASSERT_EQ(server.kernel.live(), 1u) << "our AUTH is right";
    const auto auth = wire::parse_auth(body(payloads, base::PayloadType::auth)).value();
    const auto parts = wire::parse_signature_auth(auth.data).value();
    EXPECT_TRUE(crypto::verify_digital_signature(ed25519_key().public_key(), parts.algorithm_identifier,
                                                 parts.signature,
                                                 client.octets_of_server(body(payloads, base::PayloadType::idr))))
        << "and the server's";
    expect_keymat(server, keys.sk_d.view(), client.nonce_i(), client.nonce_r());

    const base::Buffer nonce(32, 0x4e);
    const support::Payloads another{claim[2], support::payload(base::PayloadType::nonce, wire::Nonce{nonce}), claim[3],
                                    claim[4]};
    const auto second = client.ask(base::ExchangeType::create_child_sa, another);
    ASSERT_TRUE(second);
    ASSERT_EQ(server.kernel.live(), 2u);
    expect_keymat(server, keys.sk_d.view(), nonce, body(second->payloads(), base::PayloadType::nonce));
  }
}

}  // namespace
}  // namespace latchkey::sim
