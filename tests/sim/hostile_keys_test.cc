// Public values that lead nowhere and transforms that the parser knows and the crypto does not, in both roles
// (RFC 7296 sections 3.3 and 3.4, RFC 6989). Each value alone is in key_exchange_test.cc, each suite in choice_test.cc.

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/sa.h"
#include "tests/sim/creations.h"
#include "tests/sim/siege.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::Buffer;
using base::ExchangeType;
using base::KeMethod;
using base::NotifyType;
using base::PayloadType;
using base::TransformType;
using std::chrono::seconds;
using support::Behaviour;
using support::Payloads;

api::EngineConfig only_with(KeMethod method) {
  api::EngineConfig config;
  config.ike = {{base::EncrId::aes_gcm_16, 256, base::PrfId::hmac_sha2_256, method}};
  return config;
}

/// SAi1 with this method, and this public value.
Payloads init_with(const Stranger& stranger, KeMethod method, base::Bytes value) {
  Payloads payloads = stranger.init_payloads();
  wire::Sa offer = wire::parse_sa(payloads.front().body).value();
  offer.proposals.front().transforms.back() = {TransformType::ke, static_cast<std::uint16_t>(method), {}, false};
  payloads.front() = support::payload(PayloadType::sa, offer);
  payloads[1] = support::payload(PayloadType::ke, wire::Ke{method, value});
  return payloads;
}

Edit key_value(KeMethod method, const Buffer& value) {
  return with(PayloadType::ke, support::payload(PayloadType::ke, wire::Ke{method, value}).body);
}

/// A client whose server answers with this public value.
std::string harm_by_key(KeMethod method, const Buffer& value) {
  WorldConfig config;
  config.engine = only_with(method);
  World world(ed25519_key(), Behaviour{.edit_init = key_value(method, value)}, config);
  world.connect(seconds(10));
  if (!world.run_until_settled()) return "no end";
  return harm_by_server(world);
}

constexpr KeMethod kMethods[] = {KeMethod::x25519, KeMethod::x448,     KeMethod::ecp256,   KeMethod::ecp384,
                                 KeMethod::ecp521, KeMethod::modp2048, KeMethod::modp3072, KeMethod::modp4096};

TEST(public_values, of_wrong_size_begin_nothing) {
  for (const KeMethod method : kMethods) {
    const std::size_t right = crypto::ke_public_size(method);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, right - 1, right + 1, 2 * right, std::size_t{4000}}) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(method) << " with " << size << " octets");
      const Buffer value(size, 5);
      api::EngineConfig config = only_with(method);
      Server server(open_to_all(), config);
      Stranger stranger(server);
      EXPECT_TRUE(stranger.send(stranger.init_request(init_with(stranger, method, value))).empty());
      EXPECT_EQ(server.engine.half_open_clients(), 0u);
      EXPECT_EQ(harm_by_key(method, value), "");
    }
  }
}

struct Degenerate {
  std::string name;
  KeMethod method;
  Buffer value;
};

Buffer number(std::size_t size, std::uint8_t value, bool big_endian) {
  Buffer octets(size);
  (big_endian ? octets.back() : octets.front()) = value;
  return octets;
}

Buffer modulus_of_2048_bits(std::uint8_t less) {
  using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const Number p(BN_get_rfc3526_prime_2048(nullptr), BN_free);
  Buffer octets(256);
  BN_bn2bin(p.get(), octets.data());
  octets.back() = static_cast<std::uint8_t>(octets.back() - less);
  return octets;
}

std::vector<Degenerate> degenerate_values() {
  std::vector<Degenerate> values;
  for (const KeMethod method : kMethods) {
    const std::size_t size = crypto::ke_public_size(method);
    const bool big_endian = method != KeMethod::x25519 && method != KeMethod::x448;
    const std::string name = std::to_string(static_cast<int>(method));
    values.push_back({name + "_zero", method, Buffer(size)});  // ECP: the nearest to the point at infinity
    values.push_back({name + "_one", method, number(size, 1, big_endian)});
    if (big_endian) values.push_back({name + "_beyond_the_field", method, Buffer(size, 0xff)});
  }
  values.push_back({"14_p_minus_1", KeMethod::modp2048, modulus_of_2048_bits(1)});
  values.push_back({"14_p", KeMethod::modp2048, modulus_of_2048_bits(0)});
  // RFC 5903 section 8.1, gi, with another y: the curve of invalid-curve attacks.
  Buffer off_the_curve = *base::from_hex(
      "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
      "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
  off_the_curve.back() ^= 1;
  values.push_back({"19_off_the_curve", KeMethod::ecp256, off_the_curve});
  return values;
}

class degenerate_value : public testing::TestWithParam<Degenerate> {};
INSTANTIATE_TEST_SUITE_P(of, degenerate_value, testing::ValuesIn(degenerate_values()),
                         [](const auto& each) { return each.param.name; });

// The shared secret is made when IKE_AUTH comes, so that is when it ends, and nobody makes us try again.
TEST_P(degenerate_value, of_a_client_ends_with_its_ike_auth) {
  const Degenerate& each = GetParam();
  Server server(open_to_all(), {});
  Stranger stranger(server);
  const auto answers = stranger.send(stranger.init_request(init_with(stranger, each.method, each.value)));
  ASSERT_EQ(answers.size(), 1u);
  stranger.spi_r = wire::parse_header(answers.front())->spi_r;
  EXPECT_TRUE(stranger.send(noise_for(stranger)).empty());
  EXPECT_EQ(server.engine.ike_sas(), 0u);
  EXPECT_EQ(server.engine.half_open_clients(), 0u);
  EXPECT_EQ(harm_by_strangers(server), "");
}

TEST_P(degenerate_value, of_a_server_brings_no_tunnel) {
  EXPECT_EQ(harm_by_key(GetParam().method, GetParam().value), "");
}

// Security rule 7. What each key is refused for is in public_key_test.cc.
TEST(hostile_rsa_key, in_dns_is_no_key_and_does_not_hide_the_true_one) {
  for (const auto& [exponent, size] : std::vector<std::pair<Buffer, std::size_t>>{
           {{1}, 256}, {{2}, 256}, {{1, 0, 0}, 256}, {Buffer(255, 0xff), 256}, {{1, 0, 1}, 2048}, {{3}, 8000}}) {
    base::Writer body;
    body.u8(static_cast<std::uint8_t>(exponent.size()));
    body.bytes(exponent);
    body.bytes(Buffer(size, 0xff));
    const api::DnsKey hostile{2, body.take()};
    World world(ed25519_key(), {});
    EXPECT_EQ(world.connect(seconds(10), {hostile}), api::SessionId{});
    EXPECT_TRUE(world.sent.empty());
    world.connect(seconds(10), {hostile, world.responder.dns_key()});
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_NE(world.last<api::Established>(), nullptr);
  }
}

struct BadOffer {
  const char* name;
  std::function<void(wire::Proposal&)> spoil;
};

/// Changes the transform of a type.
std::function<void(wire::Proposal&)> becomes(TransformType type, std::uint16_t id,
                                             std::optional<std::uint16_t> key_bits = {}) {
  return [=](wire::Proposal& proposal) {
    for (wire::Transform& transform : proposal.transforms) {
      if (transform.type == type) transform.id = id, transform.key_bits = key_bits;
    }
  };
}

std::function<void(wire::Proposal&)> lacks(TransformType type) {
  return [=](wire::Proposal& proposal) {
    std::erase_if(proposal.transforms, [&](const wire::Transform& transform) { return transform.type == type; });
  };
}

std::vector<BadOffer> bad_ciphers() {
  using enum TransformType;
  return {{"DES", becomes(encr, 2)},
          {"3DES", becomes(encr, 3)},
          {"NULL", becomes(encr, 11)},
          {"AES-CBC without INTEG", becomes(encr, 12, 256)},
          {"AES-CBC with 0 bits", becomes(encr, 12, 0)},
          {"AES-GCM without key length", becomes(encr, 20)},
          {"AES-GCM with 0 bits", becomes(encr, 20, 0)},
          {"AES-GCM with 64 bits", becomes(encr, 20, 64)},
          {"AES-GCM with 257 bits", becomes(encr, 20, 257)},
          {"AES-GCM with 65535 bits", becomes(encr, 20, 65535)},
          {"Camellia-GCM", becomes(encr, 27, 256)},
          {"a private cipher", becomes(encr, 1024, 256)},
          {"ChaCha20 with 512 bits", becomes(encr, 28, 512)},
          {"no cipher", lacks(encr)}};
}

std::vector<BadOffer> bad_ike_offers() {
  using enum TransformType;
  std::vector<BadOffer> offers = bad_ciphers();
  for (BadOffer& more : std::vector<BadOffer>{{"PRF with MD5", becomes(prf, 1)},
                                              {"PRF with SHA-1", becomes(prf, 2)},
                                              {"PRF with AES-XCBC", becomes(prf, 4)},
                                              {"PRF with AES-CMAC", becomes(prf, 8)},
                                              {"no PRF", lacks(prf)},
                                              {"no key exchange", lacks(ke)},
                                              {"key exchange NONE", becomes(ke, 0)},
                                              {"MODP-768", becomes(ke, 1)},
                                              {"MODP-1024", becomes(ke, 2)},
                                              {"MODP-1536", becomes(ke, 5)},
                                              {"MODP-1024 with a subgroup", becomes(ke, 22)},
                                              {"GOST", becomes(ke, 33)},
                                              {"a private method", becomes(ke, 65535)}}) {
    offers.push_back(std::move(more));
  }
  return offers;
}

wire::Sa spoiled(base::Bytes body, const BadOffer& offer) {
  wire::Sa sa = wire::parse_sa(body).value();
  for (wire::Proposal& proposal : sa.proposals) offer.spoil(proposal);
  return sa;
}

Edit spoiling(const BadOffer& offer) {
  return [&offer](Payloads& payloads) {
    auto* sa = find(payloads, PayloadType::sa);
    *sa = support::payload(PayloadType::sa, spoiled(sa->body, offer));
  };
}

TEST(transforms, that_nobody_has_are_not_chosen_for_ike) {
  for (const BadOffer& offer : bad_ike_offers()) {
    SCOPED_TRACE(offer.name);
    Server server(open_to_all());
    Stranger stranger(server);
    Payloads payloads = stranger.init_payloads();
    spoiling(offer)(payloads);
    const auto answers = stranger.send(stranger.init_request(payloads));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(first_notify(answers.front()), NotifyType::no_proposal_chosen);
    EXPECT_EQ(harm_by_strangers(server), "");
  }
}

TEST(transforms, that_nobody_has_are_not_accepted_for_ike) {
  for (const BadOffer& offer : bad_ike_offers()) {
    SCOPED_TRACE(offer.name);
    World world(ed25519_key(), Behaviour{.edit_init = spoiling(offer)});
    world.connect(seconds(10));
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_EQ(harm_by_server(world), "");
  }
}

TEST(transforms, that_nobody_has_make_no_child) {
  for (const BadOffer& offer : bad_ciphers()) {
    SCOPED_TRACE(offer.name);
    Server server(open_to_all());
    Stranger stranger(server);
    ASSERT_TRUE(stranger.agree());
    Payloads claim = stranger.claim();
    spoiling(offer)(claim);
    ASSERT_TRUE(stranger.ask(ExchangeType::ike_auth, claim));
    EXPECT_EQ(harm_by_clients(server, 0), "");

    World world(ed25519_key(), Behaviour{.edit_auth = spoiling(offer)});
    world.connect(seconds(10));
    ASSERT_TRUE(world.run_until_settled());
    EXPECT_EQ(harm_by_server(world), "");
  }
}

}  // namespace
}  // namespace latchkey::sim
