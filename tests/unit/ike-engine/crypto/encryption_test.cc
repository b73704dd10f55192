#include "ike-engine/crypto/encryption.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::EncrId;
using base::Errc;
using base::IntegId;
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
    // By a script of NIST SP 800-38C's formulas over AES-ECB that gives RFC 3610's packet vector 1, too: nobody has
    // published vectors with IKE's nonces of 11 octets. Text and associated data are those of RFC 7634 appendix B.
    {"AES-CCM with 8 octets", EncrId::aes_ccm_8, "808182838485868788898a8b8c8d8e8fa0a1a2", "1011121314151617",
     "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029", "0000000c000040010000000a00",
     "8d3e9c398c2c1c273fbf9b723ae5e1dec887c15168"},
    {"AES-CCM with 12 octets", EncrId::aes_ccm_12, "808182838485868788898a8b8c8d8e8fa0a1a2", "1011121314151617",
     "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029", "0000000c000040010000000a00",
     "8d3e9c398c2c1c273fbf9b723abe25427e32cba762ee0fc9e2"},
    {"AES-CCM with 16 octets", EncrId::aes_ccm_16, "808182838485868788898a8b8c8d8e8fa0a1a2", "1011121314151617",
     "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029", "0000000c000040010000000a00",
     "8d3e9c398c2c1c273fbf9b723a68ed07b9098e249db3d0c25eddc38e9f"},
    {"AES-256-CCM with 16 octets", EncrId::aes_ccm_16,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2", "1011121314151617",
     "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029", "0000000c000040010000000a00",
     "afb3b708b591c44bde64692523d17a7bc945413e225f4603248d84f8db"},
};

Encryption aead(EncrId id, std::size_t key_and_salt) {
  const std::size_t salt = key_and_salt % 8;
  return Encryption::find(id, static_cast<std::uint16_t>((key_and_salt - salt) * 8), IntegId::none).value();
}

DirectionKeys keys_of(base::Bytes encr, base::Bytes integ = {}) {
  return {base::SecretBytes(encr), base::SecretBytes(integ)};
}

TEST(aead, seals_and_opens_the_vectors) {
  for (const AeadCase& c : kCases) {
    const base::Buffer key = hex(c.key);
    const Encryption cipher = aead(c.id, key.size());
    const auto sealed = cipher.seal(keys_of(key), hex(c.iv), hex(c.associated), hex(c.plaintext));
    EXPECT_EQ(base::to_hex(*sealed), c.sealed) << c.name;
    const auto opened = cipher.open(keys_of(key), hex(c.iv), hex(c.associated), hex(c.sealed));
    EXPECT_EQ(base::to_hex(*opened), c.plaintext) << c.name;
  }
}

TEST(aead, refuses_any_octet_that_was_changed) {
  for (const AeadCase& c : kCases) {
    const DirectionKeys keys = keys_of(hex(c.key));
    const Encryption cipher = aead(c.id, keys.encr.size());
    const base::Buffer sealed = hex(c.sealed);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
      const auto opened =
          cipher.open(keys, hex(c.iv), hex(c.associated), support::with_octet(sealed, at, sealed[at] ^ 1U));
      ASSERT_FALSE(opened) << c.name << " octet " << at;
      EXPECT_EQ(opened.error().code, Errc::bad_icv);
    }
    EXPECT_FALSE(cipher.open(keys, hex(c.iv), {}, sealed)) << "without associated data";
    EXPECT_FALSE(cipher.open(keys, hex("0000000000000000"), hex(c.associated), sealed)) << "another IV";
  }
}

struct Combination {
  EncrId encr;
  std::uint16_t key_bits;
  IntegId integ;
  CipherSizes sizes;
};

const Combination kCombinations[] = {
    {EncrId::aes_gcm_16, 128, IntegId::none, {16, 4, 8, 16, 0, 1}},
    {EncrId::aes_gcm_16, 256, IntegId::none, {32, 4, 8, 16, 0, 1}},
    {EncrId::chacha20_poly1305, 256, IntegId::none, {32, 4, 8, 16, 0, 1}},
    {EncrId::aes_ccm_8, 128, IntegId::none, {16, 3, 8, 8, 0, 1}},
    {EncrId::aes_ccm_8, 256, IntegId::none, {32, 3, 8, 8, 0, 1}},
    {EncrId::aes_ccm_12, 128, IntegId::none, {16, 3, 8, 12, 0, 1}},
    {EncrId::aes_ccm_12, 256, IntegId::none, {32, 3, 8, 12, 0, 1}},
    {EncrId::aes_ccm_16, 128, IntegId::none, {16, 3, 8, 16, 0, 1}},
    {EncrId::aes_ccm_16, 256, IntegId::none, {32, 3, 8, 16, 0, 1}},
    {EncrId::aes_cbc, 128, IntegId::hmac_sha2_256_128, {16, 0, 16, 16, 32, 16}},
    {EncrId::aes_cbc, 256, IntegId::hmac_sha2_256_128, {32, 0, 16, 16, 32, 16}},
    {EncrId::aes_cbc, 256, IntegId::hmac_sha2_384_192, {32, 0, 16, 24, 48, 16}},
    {EncrId::aes_cbc, 256, IntegId::hmac_sha2_512_256, {32, 0, 16, 32, 64, 16}},
    {EncrId::aes_ctr, 128, IntegId::hmac_sha2_256_128, {16, 4, 8, 16, 32, 1}},
    {EncrId::aes_ctr, 256, IntegId::hmac_sha2_512_256, {32, 4, 8, 32, 64, 1}},
};

Encryption find(const Combination& c) { return Encryption::find(c.encr, c.key_bits, c.integ).value(); }

DirectionKeys sample_keys(const CipherSizes& sizes) {
  return keys_of(base::Buffer(sizes.encr_key(), 3), base::Buffer(sizes.integ_key, 5));
}

TEST(encryption, knows_the_sizes_of_its_combinations) {
  for (const Combination& c : kCombinations) {
    const auto sizes = cipher_sizes(c.encr, c.key_bits, c.integ);
    ASSERT_TRUE(sizes) << static_cast<int>(c.encr);
    EXPECT_EQ(sizes->key, c.sizes.key);
    EXPECT_EQ(sizes->salt, c.sizes.salt);
    EXPECT_EQ(sizes->iv, c.sizes.iv);
    EXPECT_EQ(sizes->icv, c.sizes.icv);
    EXPECT_EQ(sizes->integ_key, c.sizes.integ_key);
    EXPECT_EQ(sizes->block, c.sizes.block);
    EXPECT_EQ(sizes->encr_key(), c.sizes.key + c.sizes.salt);
    EXPECT_EQ(sizes->keymat(), c.sizes.key + c.sizes.salt + c.sizes.integ_key);
  }
}

TEST(encryption, opens_what_it_sealed_and_nothing_else) {
  for (const Combination& c : kCombinations) {
    const Encryption cipher = find(c);
    const DirectionKeys keys = sample_keys(cipher.sizes());
    const auto iv = cipher.iv(keys, 7);
    ASSERT_EQ(iv->size(), c.sizes.iv);
    for (const std::size_t blocks : {0U, 1U, 3U}) {
      const base::Buffer plaintext(16 * blocks, 0x42);
      const base::Buffer head(28, 9);
      const auto sealed = cipher.seal(keys, *iv, head, plaintext);
      ASSERT_TRUE(sealed) << static_cast<int>(c.encr);
      EXPECT_EQ(sealed->size(), plaintext.size() + c.sizes.icv);
      EXPECT_EQ(*cipher.open(keys, *iv, head, *sealed), plaintext);
      const auto refused = [&](base::Bytes other_iv, base::Bytes other_head, base::Bytes other_text) {
        return cipher.open(keys, other_iv, other_head, other_text).error().code == Errc::bad_icv;
      };
      EXPECT_TRUE(refused(support::with_octet(*iv, 0, (*iv)[0] ^ 1U), head, *sealed)) << "IV";
      EXPECT_TRUE(refused(*iv, support::with_octet(head, 27, 8), *sealed)) << "associated data";
      for (std::size_t at = 0; at < sealed->size(); ++at) {
        EXPECT_TRUE(refused(*iv, head, support::with_octet(*sealed, at, (*sealed)[at] ^ 0x80U))) << "octet " << at;
      }
    }
  }
}

TEST(encryption, has_room_for_nothing_but_the_icv) {
  for (const Combination& c : kCombinations) {
    const Encryption cipher = find(c);
    const DirectionKeys keys = sample_keys(cipher.sizes());
    const base::Buffer iv(c.sizes.iv);
    for (std::size_t size = 0; size < c.sizes.icv; ++size) {
      EXPECT_EQ(cipher.open(keys, iv, {}, base::Buffer(size)).error().code, Errc::truncated);
    }
    EXPECT_EQ(cipher.open(keys, {}, {}, base::Buffer(64)).error().code, Errc::truncated) << "no IV";
  }
}

TEST(encryption, refuses_keys_of_another_size) {
  for (const Combination& c : kCombinations) {
    const Encryption cipher = find(c);
    const base::Buffer iv(c.sizes.iv);
    for (const auto& [encr, integ] :
         {std::pair{c.sizes.encr_key() - 1, c.sizes.integ_key}, std::pair{c.sizes.encr_key() + 1, c.sizes.integ_key},
          std::pair{c.sizes.encr_key(), c.sizes.integ_key + 1}, std::pair{std::size_t{0}, c.sizes.integ_key}}) {
      const DirectionKeys keys = keys_of(base::Buffer(encr), base::Buffer(integ));
      EXPECT_FALSE(cipher.fits(keys));
      EXPECT_EQ(cipher.iv(keys, 1).error().code, Errc::malformed);
      EXPECT_EQ(cipher.seal(keys, iv, {}, {}).error().code, Errc::malformed);
      EXPECT_EQ(cipher.open(keys, iv, {}, base::Buffer(64)).error().code, Errc::malformed);
    }
  }
}

TEST(encryption, counts_its_ivs_except_where_they_must_be_unpredictable) {
  const Encryption gcm = Encryption::find(EncrId::aes_gcm_16, 256, IntegId::none).value();
  EXPECT_EQ(base::to_hex(*gcm.iv(sample_keys(gcm.sizes()), 0x0102)), "0000000000000102");
  // One block of AES-256 with the key of FIPS 197 appendix C.3, by `openssl enc -aes-256-ecb -nopad`.
  const Encryption cbc = Encryption::find(EncrId::aes_cbc, 256, IntegId::hmac_sha2_256_128).value();
  const DirectionKeys keys =
      keys_of(hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), base::Buffer(32));
  EXPECT_EQ(base::to_hex(*cbc.iv(keys, 1)), "f05d76ae4ab99fe5a6f69b3148c2363d");
  EXPECT_NE(*cbc.iv(keys, 1), *cbc.iv(keys, 2));
}

TEST(encryption, wants_whole_blocks_for_cbc) {
  const Encryption cbc = Encryption::find(EncrId::aes_cbc, 128, IntegId::hmac_sha2_256_128).value();
  const DirectionKeys keys = sample_keys(cbc.sizes());
  const base::Buffer iv(16);
  EXPECT_EQ(cbc.seal(keys, iv, {}, base::Buffer(15)).error().code, Errc::malformed);
  // CTR and CBC have the same ICV over the same octets, so CTR can make a right one for a text that is no block.
  const Encryption ctr = Encryption::find(EncrId::aes_ctr, 128, IntegId::hmac_sha2_256_128).value();
  const DirectionKeys ctr_keys = keys_of(base::Buffer(20), keys.integ.view());
  const auto sealed = ctr.seal(ctr_keys, base::Bytes(iv).first(8), {}, base::Buffer(23));
  const base::Bytes text = *sealed;
  EXPECT_EQ(cbc.open(keys, base::concat({base::Bytes(iv).first(8), text.first(8)}), {}, text.subspan(8)).error().code,
            Errc::malformed);
}

TEST(encryption, refuses_combinations_that_it_does_not_have) {
  struct Refused {
    EncrId encr;
    std::uint16_t key_bits;
    IntegId integ;
  };
  const Refused cases[] = {
      {EncrId::aes_gcm_16, 192, IntegId::none},        {EncrId::aes_gcm_16, 0, IntegId::none},
      {EncrId::aes_gcm_16, 129, IntegId::none},        {EncrId::aes_gcm_16, 256, IntegId::hmac_sha2_256_128},
      {EncrId::chacha20_poly1305, 128, IntegId::none}, {EncrId::chacha20_poly1305, 0, IntegId::none},
      {EncrId::aes_gcm_8, 256, IntegId::none},         {EncrId::aes_gcm_12, 256, IntegId::none},
      {EncrId::aes_ccm_16, 192, IntegId::none},        {EncrId::aes_ccm_16, 256, IntegId::hmac_sha2_512_256},
      {EncrId::aes_cbc, 256, IntegId::none},           {EncrId::aes_cbc, 256, IntegId::hmac_md5_96},
      {EncrId::aes_cbc, 256, IntegId::hmac_sha1_96},   {EncrId::aes_cbc, 256, static_cast<IntegId>(99)},
      {EncrId::aes_ctr, 256, IntegId::none},           {EncrId::des3, 192, IntegId::hmac_sha2_256_128},
      {EncrId::null, 0, IntegId::hmac_sha2_256_128},   {static_cast<EncrId>(99), 256, IntegId::none},
  };
  for (const Refused& c : cases) {
    EXPECT_EQ(cipher_sizes(c.encr, c.key_bits, c.integ).error().code, Errc::unsupported)
        << static_cast<int>(c.encr) << " " << c.key_bits << " " << static_cast<int>(c.integ);
  }
}

}  // namespace
}  // namespace latchkey::crypto
