#include "ike-engine/crypto/key_exchange.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/crypto/random.h"
#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::Errc;
using base::KeMethod;
using support::hex;

struct KeCase {
  std::string_view name;
  KeMethod method;
  std::string_view private_i, public_i, private_r, public_r, shared;
};

const KeCase kCases[] = {
    {"RFC 7748 section 6.1", KeMethod::x25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {"RFC 8031 appendix A", KeMethod::x25519, "751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94",
     "48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766",
     "0a54645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05688",
     "0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25",
     "c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950"},
    {"RFC 5903 section 8.1", KeMethod::ecp256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
     "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
     "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {"RFC 5903 section 8.2", KeMethod::ecp384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa"
     "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571"
     "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
    {"RFC 3526 section 3 (2^i, 2^r and 2^(i r) mod p by Python's pow)", KeMethod::modp2048,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "ce8736a3ad7c8260e0c5e5a457931ad19966d693e5c32414496b73d7f4e8bdaf51763d49d07a56b0a188048d61d52bd2"
     "a06e706a7a46664113e794057474d04c96b5bb151a50b27818a513cd8d6ecf037fc638b3b2f1084c58d4419735ba12c9"
     "a4391e2b3133bd660785e468569be85c7ad4f904d98a13f5e8695ff8cc5e22834228a8ea2c082ff49a07607e8e5c1278"
     "ce8091725678fde112491091bf4cf3b1759ccb32c1de0b90a074b1e3ffe179d71a292ff29ce9580c3a978793598c0e00"
     "8289e7ab7783b2b75caf9152267e8c981dbb28fde07f2e11ffe1e3984097d1602c61ffd0714d9523455377c177df3be6"
     "b3c81e69f762c04be910a225f323882d",
     "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40",
     "71f59a5d74d46d0a4ebb64d53255410ba69c8dbbd9a5cc8c152ebbd6c5881126463d4a2598e56aad581678038a87dd17"
     "08ce6c6164f149a0526f8673dd642a3e2fb92964939a1ab8af636a0395e0d99d471f9a433a0717ca179af69064917317"
     "27e350437138efd091e971299a06c80d1fabb14b3a2f3d35a80e13e292b550789e30e034dcca6fe0319a8593e5d41b23"
     "1d1b0f14746ab47f4116687336dbebf1fb5e1480e704d58a869a1a50e022550021b20fc262c2d12e3e767bb5fc71b443"
     "10334eeda725a5f2fc50c0d7b6626c58c82619952b539e5a8526d370d4700199f74d4c66a88c6b8e2fe9e1fdbf670f7b"
     "3791a21cc84c12d22a81cffa2719333d",
     "f134ddcf6fdbf1ff90da19e6594d3685f81a0cebea4e2a269ff562e68b1d64cdf40b1668fc7778b28527972344a8ce02"
     "0fd3bf29e0e9557647bf209cb3c189d772048bce249de13622c52c690e9a29bc44b4118f37ba2bc052cbee5c235b4d10"
     "f5d7ef8d39f871cbc5a290323c90fcf58a5833d9fe01c0165a21074d0b3080407fe543c81f6ff8fc29b4c13c5d4f4141"
     "e861cb0c51a0506cadf212d15ceec153b523845405075d19db6dee56182123d73a8b30a20f37d542d16c093d0deec3f5"
     "553c7eaec408bba1d5450b00b1c053d135b06e83ce1c6932317ab3384481d783c887d0ee90ee8e38df8dfdebb5fe4072"
     "0501d57aab688185f868d76ddc73d802"},
};

std::string shared_hex(const KeyExchange& own, base::Bytes peer) {
  const auto shared = own.shared_secret(peer);
  return shared ? base::to_hex(shared->view()) : std::string(shared.error().text);
}

TEST(key_exchange, gives_the_values_of_the_rfcs) {
  for (const KeCase& c : kCases) {
    const auto i = KeyExchange::from_private(c.method, hex(c.private_i));
    const auto r = KeyExchange::from_private(c.method, hex(c.private_r));
    ASSERT_TRUE(i && r) << c.name;
    EXPECT_EQ(base::to_hex(i->public_value()), c.public_i) << c.name;
    EXPECT_EQ(base::to_hex(r->public_value()), c.public_r) << c.name;
    EXPECT_EQ(shared_hex(*i, r->public_value()), c.shared) << c.name;
    EXPECT_EQ(shared_hex(*r, i->public_value()), c.shared) << c.name;
  }
}

// RFC 7748 section 5.2: input points that are not the base point.
TEST(key_exchange, multiplies_any_x25519_point) {
  struct Row {
    std::string_view scalar, u, out;
  };
  for (const Row& row : {Row{"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                             "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                             "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
                         Row{"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                             "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                             "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"}}) {
    EXPECT_EQ(shared_hex(*KeyExchange::from_private(KeMethod::x25519, hex(row.scalar)), hex(row.u)), row.out);
  }
}

TEST(key_exchange, agrees_between_two_fresh_sides) {
  for (const KeCase& c : kCases) {
    const auto i = KeyExchange::generate(c.method, random_fill);
    const auto r = KeyExchange::generate(c.method, random_fill);
    ASSERT_TRUE(i && r) << c.name;
    EXPECT_EQ(i->public_value().size(), ke_public_size(c.method));
    EXPECT_FALSE(base::same(i->public_value(), r->public_value()));
    EXPECT_EQ(shared_hex(*i, r->public_value()), shared_hex(*r, i->public_value())) << c.name;
  }
}

TEST(key_exchange, repeats_itself_with_the_same_randomness) {
  const RandomFill ones = [](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{1}); };
  for (const KeCase& c : kCases) {
    const auto first = KeyExchange::generate(c.method, ones);
    const auto second = KeyExchange::generate(c.method, ones);
    EXPECT_TRUE(base::same(first->public_value(), second->public_value())) << c.name;
  }
}

TEST(key_exchange, draws_again_when_a_scalar_is_out_of_range) {
  int calls = 0;
  const RandomFill first_too_large = [&calls](base::MutableBytes out) {
    std::ranges::fill(out, static_cast<std::uint8_t>(calls++ == 0 ? 0xff : 1));
  };
  EXPECT_TRUE(KeyExchange::generate(KeMethod::ecp256, first_too_large));
  EXPECT_EQ(calls, 2);
  const RandomFill broken = [](base::MutableBytes out) { std::ranges::fill(out, std::uint8_t{0}); };
  EXPECT_EQ(KeyExchange::generate(KeMethod::ecp256, broken).error().code, Errc::internal);
}

TEST(key_exchange, pads_modp_values_to_the_modulus) {
  // 2^2049 mod p begins with seven zero octets (computed with Python).
  const auto own = KeyExchange::from_private(KeMethod::modp2048, hex("0801"));
  ASSERT_EQ(own->public_value().size(), 256U);
  EXPECT_EQ(base::to_hex(own->public_value().first(12)), "00000000000000006de04abb");
  const auto lz = KeyExchange::from_private(KeMethod::modp2048, hex("018e"));
  const auto peer = KeyExchange::from_private(KeMethod::modp2048,
                                              hex("2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40"));
  const auto shared = lz->shared_secret(peer->public_value());
  ASSERT_EQ(shared->size(), 256U);
  EXPECT_EQ(base::to_hex(shared->view().first(8)), "00dcdf32b0a6eddc");
}

TEST(key_exchange, refuses_sizes_that_are_not_the_methods) {
  for (const KeCase& c : kCases) {
    const auto own = KeyExchange::from_private(c.method, hex(c.private_i));
    base::Buffer peer = hex(c.public_r);
    EXPECT_EQ(own->shared_secret({}).error().code, Errc::malformed);
    EXPECT_EQ(own->shared_secret(base::Bytes(peer).first(peer.size() - 1)).error().code, Errc::malformed);
    peer.push_back(0);
    EXPECT_EQ(own->shared_secret(peer).error().code, Errc::malformed) << c.name;
    EXPECT_EQ(KeyExchange::from_private(c.method, {}).error().code, Errc::malformed);
  }
}

/// p of RFC 3526 section 3.
base::Buffer modp2048_prime() {
  return hex(
      "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b"
      "302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe6"
      "49286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d"
      "670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"
      "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff");
}

TEST(key_exchange, refuses_degenerate_modp_values) {
  const auto own = KeyExchange::from_private(KeMethod::modp2048, hex("0123456789abcdef"));
  base::Buffer small(256);
  EXPECT_EQ(own->shared_secret(small).error().code, Errc::weak) << "0";
  small.back() = 1;
  EXPECT_EQ(own->shared_secret(small).error().code, Errc::weak) << "1";
  small.back() = 2;
  EXPECT_TRUE(own->shared_secret(small)) << "2";
  const base::Buffer p = modp2048_prime();
  EXPECT_EQ(own->shared_secret(p).error().code, Errc::weak) << "p";
  EXPECT_EQ(own->shared_secret(support::with_octet(p, 255, 0xfe)).error().code, Errc::weak) << "p-1";
  EXPECT_TRUE(own->shared_secret(support::with_octet(p, 255, 0xfd))) << "p-2";
  EXPECT_EQ(own->shared_secret(base::Buffer(256, 0xff)).error().code, Errc::weak) << "beyond p";
}

TEST(key_exchange, refuses_points_that_are_not_on_the_curve) {
  for (const KeCase& c : kCases) {
    if (c.method != KeMethod::ecp256 && c.method != KeMethod::ecp384) continue;
    const auto own = KeyExchange::from_private(c.method, hex(c.private_i));
    base::Buffer peer = hex(c.public_r);
    peer.back() ^= 1;
    EXPECT_EQ(own->shared_secret(peer).error().code, Errc::weak) << c.name;
    EXPECT_EQ(own->shared_secret(base::Buffer(peer.size())).error().code, Errc::weak) << "(0, 0)";
    EXPECT_EQ(own->shared_secret(base::Buffer(peer.size(), 0xff)).error().code, Errc::weak) << "beyond p";
  }
}

TEST(key_exchange, refuses_ecp_scalars_outside_the_order) {
  EXPECT_EQ(KeyExchange::from_private(KeMethod::ecp256, base::Buffer(32)).error().code, Errc::malformed);
  EXPECT_EQ(KeyExchange::from_private(KeMethod::ecp256, base::Buffer(32, 0xff)).error().code, Errc::malformed);
}

// RFC 7748 section 6.1: the points of small order give zeros. These are u = 0, u = 1, one of order 8, p - 1, and p.
TEST(key_exchange, refuses_x25519_points_of_small_order) {
  const auto own = KeyExchange::generate(KeMethod::x25519, random_fill);
  for (const std::string_view u : {"0000000000000000000000000000000000000000000000000000000000000000",
                                   "0100000000000000000000000000000000000000000000000000000000000000",
                                   "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                   "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                   "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_EQ(own->shared_secret(hex(u)).error().code, Errc::weak) << u;
  }
}

TEST(key_exchange, refuses_methods_that_it_does_not_have) {
  // 1 and 22 to 24: what RFC 8247 section 2.4 forbids or advises against.
  for (const KeMethod method : {KeMethod::none, KeMethod{1}, KeMethod::modp1024, KeMethod::modp1536, KeMethod{22},
                                KeMethod{23}, KeMethod{24}, KeMethod::x448}) {
    EXPECT_EQ(KeyExchange::generate(method, random_fill).error().code, Errc::unsupported);
    EXPECT_EQ(KeyExchange::from_private(method, base::Buffer(32)).error().code, Errc::unsupported);
    EXPECT_EQ(ke_public_size(method), 0U);
  }
}

}  // namespace
}  // namespace latchkey::crypto
