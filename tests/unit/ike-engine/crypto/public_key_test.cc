#include "ike-engine/crypto/public_key.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/pki.h"

namespace latchkey::crypto {
namespace {

using base::Errc;
using support::hex;

/// RFC 3110 section 2: an exponent's length, the exponent, a modulus of `bits` bits that ends in `last`.
base::Buffer rsa_key(std::string_view exponent, std::size_t bits, std::uint8_t last = 1) {
  const base::Buffer e = hex(exponent);
  base::Buffer modulus((bits + 7) / 8);
  modulus[0] = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
  modulus.back() |= last;
  return base::concat({std::array{static_cast<std::uint8_t>(e.size())}, e, modulus});
}

Errc refusal(std::uint8_t algorithm, base::Bytes key) {
  const auto parsed = PublicKey::from_ipseckey(algorithm, key);
  return parsed ? Errc::not_found : parsed.error().code;
}

TEST(public_key, takes_a_generated_rsa_key) {
  const auto generated = PrivateKey::generate(KeyType::rsa, 2048);
  const auto key = PublicKey::from_ipseckey(2, *generated->ipseckey_key());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type(), KeyType::rsa);
  EXPECT_EQ(key->bits(), 2048U);
  EXPECT_EQ(key->name(), "RSA-2048");
}

TEST(public_key, takes_rsa_between_2048_and_8192_bits) {
  for (const std::size_t bits : {2048U, 2049U, 3072U, 4096U, 8192U}) {
    EXPECT_EQ(PublicKey::from_ipseckey(2, rsa_key("010001", bits))->bits(), bits);
  }
  for (const std::size_t bits : {8U, 512U, 1024U, 2040U, 2047U, 8193U, 16384U}) {
    EXPECT_EQ(refusal(2, rsa_key("010001", bits)), Errc::weak) << bits;
  }
  EXPECT_EQ(refusal(2, rsa_key("010001", 2048, 0)), Errc::weak) << "even modulus";
}

TEST(public_key, takes_odd_rsa_exponents_from_3_to_2_32) {
  for (const std::string_view e : {"03", "11", "010001", "ffffffff"}) {
    EXPECT_TRUE(PublicKey::from_ipseckey(2, rsa_key(e, 2048))) << e;
  }
  for (const std::string_view e : {"01", "02", "010000", "0100000000", "0100000001", "010000000001"}) {
    EXPECT_EQ(refusal(2, rsa_key(e, 2048)), Errc::weak) << e;
  }
}

TEST(public_key, refuses_rsa_keys_that_break_rfc_3110) {
  EXPECT_EQ(refusal(2, {}), Errc::malformed);
  EXPECT_EQ(refusal(2, hex("03")), Errc::malformed) << "no exponent";
  EXPECT_EQ(refusal(2, hex("03010001")), Errc::malformed) << "no modulus";
  EXPECT_EQ(refusal(2, hex("00")), Errc::malformed) << "long length cut off";
  EXPECT_EQ(refusal(2, hex("000000")), Errc::malformed) << "exponent of no octets";
  EXPECT_EQ(refusal(2, hex("00000301000181")), Errc::malformed) << "short exponent in the long form";
  EXPECT_EQ(refusal(2, rsa_key("00010001", 2048)), Errc::malformed) << "zero before the exponent";
  base::Buffer zero_first = rsa_key("010001", 2056);
  zero_first[4] = 0;
  EXPECT_EQ(refusal(2, zero_first), Errc::malformed) << "zero before the modulus";
  base::Buffer long_exponent = hex("000100");
  long_exponent.resize(3 + 256 + 256, 0xff);
  EXPECT_EQ(refusal(2, long_exponent), Errc::weak) << "exponent of 256 octets";
}

// RFC 4754 sections 8.1 and 8.2.
constexpr std::string_view kP256 =
    "2442a5cc0ecd015fa3ca31dc8e2bbc70bf42d60cbca20085e0822cb04235e970"
    "6fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945cddfe7d509bbfd7d";
constexpr std::string_view kP384 =
    "96281bf8dd5e0525ca049c048d345d3082968d10fedf5c5aca0c64e6465a97ea5ce10c9dfec21797415710721f437922"
    "447688ba94708eb6e2e4d59f6ab6d7edff9301d249fe49c33096655f5d502fad3d383b91c5e7edaa2b714cc99d5743ca";

TEST(public_key, names_the_curve_by_the_length) {
  const auto p256 = PublicKey::from_ipseckey(3, hex(kP256));
  const auto p384 = PublicKey::from_ipseckey(3, hex(kP384));
  ASSERT_TRUE(p256 && p384);
  EXPECT_EQ(p256->name(), "ECDSA P-256");
  EXPECT_EQ(p256->bits(), 256U);
  EXPECT_EQ(p384->name(), "ECDSA P-384");
  EXPECT_EQ(p384->bits(), 384U);
  EXPECT_EQ(refusal(3, {}), Errc::unsupported);
  EXPECT_EQ(refusal(3, base::Buffer(65)), Errc::unsupported);
  EXPECT_EQ(refusal(3, base::Buffer(132)), Errc::unsupported) << "P-521";
}

TEST(public_key, refuses_points_off_the_curve) {
  base::Buffer p256 = hex(kP256);
  p256.back() ^= 1;
  EXPECT_EQ(refusal(3, p256), Errc::weak);
  base::Buffer p384 = hex(kP384);
  p384.front() ^= 1;
  EXPECT_EQ(refusal(3, p384), Errc::weak);
  EXPECT_EQ(refusal(3, base::Buffer(64)), Errc::weak);
  EXPECT_EQ(refusal(3, base::Buffer(96, 0xff)), Errc::weak);
  EXPECT_TRUE(PublicKey::from_ipseckey(3, hex(kP256))) << "after a refusal the next key is judged afresh";
}

TEST(public_key, takes_ed25519) {
  // RFC 8032 section 7.1, test 1
  const auto key = PublicKey::from_ipseckey(4, hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type(), KeyType::ed25519);
  EXPECT_EQ(key->name(), "Ed25519");
  EXPECT_EQ(refusal(4, base::Buffer(57, 1)), Errc::unsupported) << "Ed448";
  EXPECT_EQ(refusal(4, base::Buffer(31, 1)), Errc::unsupported);
}

TEST(public_key, refuses_ed25519_points_of_small_order) {
  // The eight points whose eightfold is the neutral one: L * P for random P, computed with Python; then the same with
  // y + p, the encodings that RFC 8032 section 5.1.3 forbids.
  for (const std::string_view point : {"0100000000000000000000000000000000000000000000000000000000000000",
                                       "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                       "0000000000000000000000000000000000000000000000000000000000000000",
                                       "0000000000000000000000000000000000000000000000000000000000000080",
                                       "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                                       "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                                       "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                                       "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                                       "0100000000000000000000000000000000000000000000000000000000000080",
                                       "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                                       "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                       "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                       "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_EQ(refusal(4, hex(point)), Errc::weak) << point;
  }
}

TEST(public_key, refuses_octets_that_are_no_ed25519_point) {
  // (y^2 - 1) / (d y^2 + 1) is no square for y = 2 (computed with Python).
  EXPECT_EQ(refusal(4, hex("0200000000000000000000000000000000000000000000000000000000000000")), Errc::weak);
}

TEST(public_key, refuses_algorithms_that_have_no_key_we_take) {
  for (const unsigned algorithm : {0U, 1U, 5U, 255U}) {
    EXPECT_EQ(refusal(static_cast<std::uint8_t>(algorithm), hex(kP256)), Errc::unsupported);
  }
}

Errc refusal_of_spki(base::Bytes der) {
  const auto parsed = PublicKey::from_spki(der);
  return parsed ? Errc::not_found : parsed.error().code;
}

TEST(public_key, is_the_same_by_every_form) {
  const std::pair<const char*, const char*> cases[] = {{"rsa:2048", "RSA-2048"},
                                                       {"P-256", "ECDSA P-256"},
                                                       {"P-384", "ECDSA P-384"},
                                                       {"P-521", "ECDSA P-521"},
                                                       {"ed25519", "Ed25519"}};
  for (const auto& [kind, name] : cases) {
    const auto pair = support::make_key(kind);
    const auto key = PublicKey::from_spki(support::spki(pair));
    ASSERT_TRUE(key) << kind;
    EXPECT_EQ(key->name(), name);
    EXPECT_EQ(*key->spki(), support::spki(pair));
    EXPECT_TRUE(*key == *PublicKey::from_pem(support::public_pem(pair)));
    EXPECT_FALSE(*key == *PublicKey::from_spki(support::spki(support::make_key(kind))));
    if (key->type() == KeyType::ecdsa_p521) continue;
    EXPECT_TRUE(*key == *PublicKey::from_ipseckey(key->ipseckey_algorithm(), *key->ipseckey_key()));
  }
}

TEST(public_key, has_no_ipseckey_form_on_p521) {
  // RFC 6605, which algorithm 3 refers to, knows P-256 and P-384.
  const auto key = PublicKey::from_spki(support::spki(support::make_key("P-521")));
  EXPECT_EQ(key->bits(), 521U);
  EXPECT_EQ(key->ipseckey_key().error().code, Errc::unsupported);
}

TEST(public_key, from_a_certificate_or_file_passes_the_same_checks) {
  const auto rsa = [](std::size_t bits, std::uint64_t exponent, std::uint8_t last = 1) {
    base::Buffer modulus((bits + 7) / 8);
    modulus.front() = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
    modulus.back() |= last;
    return refusal_of_spki(support::spki(support::rsa_of_numbers(modulus, exponent)));
  };
  EXPECT_EQ(rsa(2048, 65537), Errc::not_found);
  EXPECT_EQ(rsa(8192, 3), Errc::not_found);
  EXPECT_EQ(rsa(2047, 65537), Errc::weak);
  EXPECT_EQ(rsa(1024, 65537), Errc::weak);
  EXPECT_EQ(rsa(8193, 65537), Errc::weak);
  EXPECT_EQ(rsa(16384, 65537), Errc::weak);
  EXPECT_EQ(rsa(40000, 65537), Errc::malformed) << "beyond any SubjectPublicKeyInfo that is read";
  EXPECT_EQ(rsa(2048, 1), Errc::weak);
  EXPECT_EQ(rsa(2048, 65536), Errc::weak);
  EXPECT_EQ(rsa(2048, (std::uint64_t{1} << 32) + 1), Errc::weak);
  EXPECT_EQ(rsa(2048, 65537, 0), Errc::weak) << "even modulus";
  // RFC 8410: id-Ed25519 with the neutral element.
  EXPECT_EQ(refusal_of_spki(base::concat({hex("302a300506032b6570032100"), hex("01"), base::Buffer(31)})), Errc::weak);
}

TEST(public_key, of_another_kind_is_refused_by_every_form) {
  for (const char* kind : {"secp256k1", "brainpoolP256r1", "brainpoolP384r1", "P-224", "ed448", "x25519"}) {
    EXPECT_EQ(refusal_of_spki(support::spki(support::make_key(kind))), Errc::unsupported) << kind;
  }
}

TEST(public_key, goes_by_the_name_of_its_curve) {
  const auto pair = support::make_key("P-256");
  EXPECT_EQ(refusal_of_spki(support::spki(pair)), Errc::not_found);
  EXPECT_EQ(refusal_of_spki(support::spki_with_explicit_curve(pair)), Errc::unsupported);
}

TEST(public_key, refuses_a_damaged_subject_public_key_info) {
  const base::Buffer good = support::spki(support::make_key("P-256"));
  support::expect_every_truncation_refused(good, PublicKey::from_spki);
  EXPECT_EQ(refusal_of_spki(base::concat({good, hex("00")})), Errc::malformed);
  base::Buffer off_curve = good;
  off_curve.back() ^= 1;
  EXPECT_NE(refusal_of_spki(off_curve), Errc::not_found);
}

TEST(public_key, reads_the_first_key_of_a_pem_text) {
  const auto first = support::make_key("ed25519");
  const auto second = support::make_key("ed25519");
  const std::string pem = support::private_pem(second) + support::public_pem(first) + support::public_pem(second);
  EXPECT_EQ(*PublicKey::from_pem(pem)->spki(), support::spki(first));
  EXPECT_EQ(PublicKey::from_pem("").error().code, Errc::not_found);
  EXPECT_EQ(PublicKey::from_pem(support::private_pem(first)).error().code, Errc::not_found);
  EXPECT_EQ(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n####\n-----END PUBLIC KEY-----\n").error().code,
            Errc::malformed);
}

}  // namespace
}  // namespace latchkey::crypto
