// Whole negotiations between the engine and the test responder in virtual time.

#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace latchkey::sim {
namespace {

using base::KeMethod;
using support::Behaviour;

crypto::PrivateKey key_of(crypto::KeyType type, unsigned rsa_bits = 2048) {
  if (type == crypto::KeyType::ed25519) return ed25519_key();
  return crypto::PrivateKey::generate(type, rsa_bits).value();
}

// Both sides agree, and nothing is left over.
void expect_up(World& world) {
  ASSERT_TRUE(world.run_until_settled());
  const auto* failed = world.last<api::Failed>();
  ASSERT_EQ(failed, nullptr) << api::to_string(failed->reason) << ": " << failed->detail;
  ASSERT_EQ(world.kernel.live(), 1u);
  ASSERT_NE(world.responder.newest(), nullptr);
  ASSERT_TRUE(world.responder.newest()->child);
  EXPECT_EQ(compare_children(world.kernel.installed().back().child, *world.responder.newest()->child), "");
  EXPECT_EQ(world.kernel.reserved(), 0u);
}

TEST(handshake, takes_two_round_trips) {
  World world(ed25519_key(), {});
  const auto session = world.connect();
  expect_up(world);
  const auto* up = world.last<api::Established>();
  EXPECT_EQ(up->session, session);
  EXPECT_EQ(up->exchanges, 2u);
  EXPECT_EQ(world.elapsed(), 4 * world.config.weather.latency);
  EXPECT_EQ(world.sent.size(), 2u);
  EXPECT_EQ(world.engine.half_open(), 0u);
  EXPECT_EQ(world.engine.sessions(), 1u);
}

TEST(handshake, works_with_each_key_type_and_says_which_key_it_was) {
  struct Case {
    crypto::KeyType type;
    std::string_view name, scheme;
  };
  const Case cases[] = {
      {crypto::KeyType::rsa, "RSA-2048", "RSA-PSS-SHA512"},
      {crypto::KeyType::ecdsa_p256, "ECDSA P-256", ""},
      {crypto::KeyType::ecdsa_p384, "ECDSA P-384", ""},
      {crypto::KeyType::ed25519, "Ed25519", "Ed25519"},
  };
  for (const Case& c : cases) {
    World world(key_of(c.type), {});
    world.connect();
    expect_up(world);
    const auto* up = world.last<api::Established>();
    ASSERT_NE(up, nullptr) << c.name;
    EXPECT_EQ(up->key_name, c.name);
    EXPECT_EQ(up->key, world.responder.dns_key());
    if (!c.scheme.empty()) {
      EXPECT_EQ(up->auth_scheme, c.scheme);
    }
  }
}

TEST(handshake, works_with_the_keys_of_rfc_8032) {
  for (int test = 1; test <= 3; ++test) {
    World world(ed25519_key(test), {});
    world.connect();
    expect_up(world);
  }
}

TEST(handshake, takes_rsa_pkcs1_with_sha2_and_the_methods_of_rfc_4754) {
  const std::pair<crypto::KeyType, support::Signing> cases[] = {
      {crypto::KeyType::rsa, support::Signing::pkcs1},
      {crypto::KeyType::ecdsa_p256, support::Signing::ecdsa_method},
      {crypto::KeyType::ecdsa_p384, support::Signing::ecdsa_method},
  };
  for (const auto& [type, signing] : cases) {
    World world(key_of(type), Behaviour{.signing = signing});
    world.connect();
    expect_up(world);
  }
}

TEST(handshake, works_with_each_suite) {
  for (const auto ke : {KeMethod::x25519, KeMethod::ecp256, KeMethod::modp2048}) {
    for (const auto prf : {base::PrfId::hmac_sha2_256, base::PrfId::hmac_sha2_384, base::PrfId::hmac_sha2_512}) {
      for (const auto& [encr, bits] : {std::pair{base::EncrId::aes_gcm_16, std::uint16_t{256}},
                                       std::pair{base::EncrId::aes_gcm_16, std::uint16_t{128}},
                                       std::pair{base::EncrId::chacha20_poly1305, std::uint16_t{256}}}) {
        WorldConfig config;
        config.engine.ike = {{encr, bits, prf, ke}};
        config.engine.esp = {{encr, bits, true}};
        World world(ed25519_key(), {}, config);
        world.connect();
        expect_up(world);
        ASSERT_NE(world.last<api::Established>(), nullptr);
        EXPECT_EQ(world.last<api::Established>()->ike, config.engine.ike.front());
        EXPECT_EQ(world.last<api::Established>()->esp, config.engine.esp.front());
      }
    }
  }
}

TEST(handshake, works_over_ipv6) {
  WorldConfig config;
  config.local = "2001:db8::1";
  config.remote = "2001:db8:1::7";
  World world(ed25519_key(), {}, config);
  world.connect();
  expect_up(world);
}

TEST(handshake, is_encapsulated_by_default_and_moves_to_the_nat_port) {
  World world(ed25519_key(), {});
  world.connect();
  expect_up(world);
  EXPECT_TRUE(world.last<api::Established>()->encapsulated);
  EXPECT_EQ(world.kernel.installed().back().child.local_port, 4500);
  EXPECT_EQ(world.kernel.installed().back().child.remote_port, 4500);
  ASSERT_EQ(world.sent.size(), 2u);
  EXPECT_FALSE(world.sent[0].path.nat_port);
  EXPECT_TRUE(world.sent[1].path.nat_port);
  EXPECT_EQ(world.sent[1].path.local.port, 4500);
  EXPECT_EQ(world.sent[1].path.remote.port, 4500);
}

TEST(handshake, is_native_by_configuration_unless_a_nat_is_there) {
  WorldConfig config;
  config.engine.encapsulate = false;
  World native(ed25519_key(), {}, config);
  native.connect();
  expect_up(native);
  EXPECT_FALSE(native.last<api::Established>()->encapsulated);
  EXPECT_FALSE(native.sent.back().path.nat_port);

  World behind(ed25519_key(), Behaviour{.behind_nat = true}, config);
  behind.connect();
  expect_up(behind);
  EXPECT_TRUE(behind.last<api::Established>()->encapsulated);
  EXPECT_TRUE(behind.sent.back().path.nat_port);
}

TEST(handshake, tells_its_steps_in_order) {
  World world(ed25519_key(), {});
  world.connect();
  expect_up(world);
  std::vector<std::string_view> steps;
  for (const auto& timed : world.events) {
    if (const auto* progress = std::get_if<api::Progress>(&timed.event)) steps.push_back(progress->step);
  }
  EXPECT_EQ(steps, (std::vector<std::string_view>{"ike_sa_init_sent", "ike_sa_init_answered", "ike_auth_sent",
                                                  "ike_auth_verified", "sas_installed"}));
}

TEST(handshake, finds_the_right_key_among_others) {
  World world(ed25519_key(1), {});
  const auto rsa = crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048).value();
  const api::DnsKey other = dns_key_of(rsa);
  const api::DnsKey wrong = dns_key_of(ed25519_key(2));
  world.connect(std::chrono::seconds(30), {other, wrong, world.responder.dns_key()});
  expect_up(world);
  EXPECT_EQ(world.last<api::Established>()->key, world.responder.dns_key());
}

}  // namespace
}  // namespace latchkey::sim
