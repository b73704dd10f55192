// Postquantum preshared keys (RFC 8784): used where both have one, demanded where one side says so.

#include <gtest/gtest.h>

#include "tests/sim/pair.h"
#include "tests/sim/world.h"

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

}  // namespace
}  // namespace latchkey::sim
