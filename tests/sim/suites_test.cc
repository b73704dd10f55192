// Every suite from end to end, between two engines: a client that wants this one, a server that takes what is strong.
#include <gtest/gtest.h>

#include "ike-engine/crypto/encryption.h"
#include "ike-engine/policy/suites.h"
#include "tests/sim/pair.h"
#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using base::EncrId;
using base::IntegId;
using base::KeMethod;
using base::PrfId;

void expect_agreed(Pair& pair, const api::IkeSuite& ike, const api::EspSuite& esp) {
  const auto* client = pair.client.last<api::Established>();
  const auto* server = pair.server.last<api::Established>();
  ASSERT_TRUE(client != nullptr && server != nullptr) << ike.to_string();
  EXPECT_EQ(client->ike, ike);
  EXPECT_EQ(server->ike, ike);
  EXPECT_EQ(client->esp, esp);
  EXPECT_EQ(server->esp, esp);
  EXPECT_EQ(compare_kernels(pair.client.kernel, pair.server.kernel), "");
  const auto sizes = crypto::cipher_sizes(esp.encr, esp.key_bits, esp.integ);
  EXPECT_EQ(pair.client.kernel.installed().front().child.key_out.size(), sizes->keymat()) << esp.to_string();
}

void expect_works(const api::IkeSuite& ike, const api::EspSuite& esp) {
  PairConfig config;
  config.client.ike = {ike};
  config.client.esp = {esp};
  config.client.fragment_size = 300;
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle()) << ike.to_string();
  expect_agreed(pair, ike, esp);
}

TEST(suites, work_with_each_cipher) {
  for (const api::EspSuite& esp : policy::answered_esp_suites()) {
    expect_works({esp.encr, esp.key_bits, PrfId::hmac_sha2_256, KeMethod::x25519, esp.integ}, esp);
  }
}

TEST(suites, work_with_each_prf_and_key_exchange_method) {
  for (const KeMethod ke : policy::answered_ke_methods()) {
    for (const PrfId prf : {PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512}) {
      expect_works({EncrId::aes_cbc, 256, prf, ke, IntegId::hmac_sha2_256_128}, {});
    }
  }
}

TEST(suites, with_short_icvs_work_for_those_who_ask_on_both_sides) {
  for (const EncrId encr : {EncrId::aes_ccm_8, EncrId::aes_ccm_12}) {
    const api::IkeSuite ike{encr, 128, PrfId::hmac_sha2_256, KeMethod::x25519};
    PairConfig config;
    config.client.ike = {ike};
    config.client.esp = {{encr, 128, true}};
    Pair refusing(config);
    refusing.serve(ed25519_key());
    refusing.connect({dns_key_of(ed25519_key())});
    ASSERT_TRUE(refusing.settle());
    ASSERT_NE(refusing.client.last<api::Failed>(), nullptr);
    EXPECT_EQ(refusing.client.last<api::Failed>()->reason, api::Reason::no_proposal);
    config.server.ike = config.client.ike;
    config.server.esp = config.client.esp;
    Pair willing(config);
    willing.serve(ed25519_key());
    willing.connect({dns_key_of(ed25519_key())});
    ASSERT_TRUE(willing.settle());
    expect_agreed(willing, ike, config.client.esp.front());
  }
}

TEST(suites, that_the_server_is_configured_with_are_all_that_it_takes) {
  PairConfig config;
  config.server.ike = {{EncrId::aes_cbc, 128, PrfId::hmac_sha2_512, KeMethod::ecp521, IntegId::hmac_sha2_512_256}};
  config.client.ike = policy::answered_ike_suites();
  Pair pair(config);
  pair.serve(ed25519_key());
  pair.connect({dns_key_of(ed25519_key())});
  ASSERT_TRUE(pair.settle());
  expect_agreed(pair, config.server.ike.front(), {});
  EXPECT_EQ(pair.client.last<api::Established>()->exchanges, 3U) << "INVALID_KE_PAYLOAD named the server's method";
}

}  // namespace
}  // namespace latchkey::sim
