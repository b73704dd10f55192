#include "ike-engine/crypto/aead.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::EncrId;
using base::Errc;
using support::hex;

struct AeadCase {
  std::string_view name;
  EncrId id;
  std::string_view key, iv, associated, plaintext, sealed;
};

const AeadCase kCases[] = {
    {"RFC 7634 appendix A (ESP)", EncrId::chacha20_poly1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3", "1011121314151617", "0102030400000005",
     "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f101112131415161718191a1b"
     "1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363701020204",
     "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9"
     "befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0"
     "76aaa8266b7fb0f7b11b369907e1ad43"},
    {"RFC 7634 appendix B (IKE)", EncrId::chacha20_poly1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3", "1011121314151617",
     "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029", "0000000c000040010000000a00",
     "610394701f8d017f7c129248896b71bfe25236efd7cdc67066906315b2"},
    // The GCM specification (McGrew and Viega), test cases 4 and 16.
    {"GCM test case 4", EncrId::aes_gcm_16, "feffe9928665731c6d6a8f9467308308cafebabe", "facedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
     "ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac97"
     "3d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    {"GCM test case 16", EncrId::aes_gcm_16, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308cafebabe",
     "facedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
     "ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
     "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(aead, seals_and_opens_the_vectors) {
  for (const AeadCase& c : kCases) {
    const auto sealed = aead_seal(c.id, hex(c.key), hex(c.iv), hex(c.associated), hex(c.plaintext));
    EXPECT_EQ(base::to_hex(*sealed), c.sealed) << c.name;
    const auto opened = aead_open(c.id, hex(c.key), hex(c.iv), hex(c.associated), hex(c.sealed));
    EXPECT_EQ(base::to_hex(*opened), c.plaintext) << c.name;
  }
}

TEST(aead, refuses_any_octet_that_was_changed) {
  for (const AeadCase& c : kCases) {
    const base::Buffer sealed = hex(c.sealed);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
      const auto opened =
          aead_open(c.id, hex(c.key), hex(c.iv), hex(c.associated), support::with_octet(sealed, at, sealed[at] ^ 1U));
      ASSERT_FALSE(opened) << c.name << " octet " << at;
      EXPECT_EQ(opened.error().code, Errc::bad_icv);
    }
    EXPECT_FALSE(aead_open(c.id, hex(c.key), hex(c.iv), {}, sealed)) << "without associated data";
    EXPECT_FALSE(aead_open(c.id, hex(c.key), hex("0000000000000000"), hex(c.associated), sealed)) << "another IV";
  }
}

TEST(aead, has_room_for_nothing_but_the_icv) {
  const base::Buffer key(36);
  const base::Buffer iv(8);
  const auto sealed = aead_seal(EncrId::aes_gcm_16, key, iv, {}, {});
  ASSERT_EQ(sealed->size(), 16U);
  EXPECT_TRUE(aead_open(EncrId::aes_gcm_16, key, iv, {}, *sealed)->empty());
  for (std::size_t size = 0; size < 16; ++size) {
    EXPECT_EQ(aead_open(EncrId::aes_gcm_16, key, iv, {}, base::Bytes(*sealed).first(size)).error().code,
              Errc::truncated);
  }
}

TEST(aead, knows_the_sizes_of_its_ciphers) {
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 128)->key, 16U);
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 256)->key, 32U);
  EXPECT_EQ(aead_sizes(EncrId::chacha20_poly1305, 256)->key, 32U);
  EXPECT_EQ(aead_sizes(EncrId::chacha20_poly1305, 0)->key, 32U);
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 256)->salt, 4U);
}

TEST(aead, refuses_ciphers_and_keys_that_it_does_not_have) {
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 192).error().code, Errc::unsupported);
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 0).error().code, Errc::unsupported);
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_16, 129).error().code, Errc::unsupported);
  EXPECT_EQ(aead_sizes(EncrId::chacha20_poly1305, 128).error().code, Errc::unsupported);
  EXPECT_EQ(aead_sizes(EncrId::aes_gcm_8, 256).error().code, Errc::unsupported);
  EXPECT_EQ(aead_sizes(EncrId::des3, 192).error().code, Errc::unsupported);
  const base::Buffer iv(8);
  EXPECT_EQ(aead_seal(EncrId::aes_cbc, base::Buffer(36), iv, {}, {}).error().code, Errc::unsupported);
  EXPECT_EQ(aead_seal(EncrId::aes_gcm_16, base::Buffer(35), iv, {}, {}).error().code, Errc::unsupported);
  EXPECT_EQ(aead_open(EncrId::aes_gcm_16, {}, iv, {}, base::Buffer(16)).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace latchkey::crypto
