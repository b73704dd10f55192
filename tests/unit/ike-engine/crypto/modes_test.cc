// The ciphers and integrity algorithms by themselves.
#include "ike-engine/crypto/modes.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::EncrId;
using base::IntegId;
using support::hex;

struct BlockCase {
  std::string_view name;
  EncrId id;
  std::string_view key, iv, plaintext, ciphertext;
};

// For CTR the nonce stands behind the key, as in SK_e.
const BlockCase kBlockCases[] = {
    {"RFC 3602 section 4, case 1", EncrId::aes_cbc, "06a9214036b8a15b512e03d534120006",
     "3dafba429d9eb430b422da802c9fac41", "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a"},
    {"case 2", EncrId::aes_cbc, "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"},
    {"case 3", EncrId::aes_cbc, "6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
     "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c6f636b7329",
     "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2684"},
    {"case 4", EncrId::aes_cbc, "56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
     "d8d9dadbdcdddedf",
     "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d"
     "49a53e87f4c3da55"},
    {"NIST SP 800-38A section F.2.5, the first two blocks", EncrId::aes_cbc,
     "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
     "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
    {"RFC 3686 section 6, vector 1", EncrId::aes_ctr, "ae6852f8121067cc4bf7a5765577f39e00000030", "0000000000000000",
     "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8"},
    {"vector 2", EncrId::aes_ctr, "7e24067817fae0d743d6ce1f32539163006cb6db", "c0543b59da48d90b",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28"},
    {"vector 3", EncrId::aes_ctr, "7691be035e5020a8ac6e618529f9a0dc00e0017b", "27777f3f4a1786f0",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f"},
    {"vector 7", EncrId::aes_ctr, "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c10400000060",
     "db5672c97aa8f0b2", "53696e676c6520626c6f636b206d7367", "145ad01dbf824ec7560863dc71e3e0c0"},
    {"vector 8", EncrId::aes_ctr, "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a2388400faac24",
     "c1585ef15a43d875", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c"},
    {"vector 9", EncrId::aes_ctr, "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d001cc5b7",
     "51a51d70a1c11148", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8"},
};

TEST(cipher_blocks, gives_the_values_of_the_rfcs) {
  for (const BlockCase& c : kBlockCases) {
    const base::Buffer key = hex(c.key), plaintext = hex(c.plaintext), ciphertext = hex(c.ciphertext);
    const std::size_t salt = c.id == EncrId::aes_ctr ? 4 : 0;
    const EncrRow* row = encr_row(c.id, static_cast<std::uint16_t>((key.size() - salt) * 8));
    ASSERT_NE(row, nullptr) << c.name;
    base::Buffer out(plaintext.size());
    ASSERT_TRUE(cipher_blocks(*row, key, hex(c.iv), plaintext, out, true)) << c.name;
    EXPECT_EQ(base::to_hex(out), c.ciphertext) << c.name;
    ASSERT_TRUE(cipher_blocks(*row, key, hex(c.iv), ciphertext, out, false)) << c.name;
    EXPECT_EQ(base::to_hex(out), c.plaintext) << c.name;
  }
}

struct IntegCase {
  std::string_view name;
  IntegId id;
  std::string_view key, data, icv;
};

// RFC 4868 section 2.7.2.
const IntegCase kIntegCases[] = {
    {"AUTH256-1", IntegId::hmac_sha2_256_128, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265", "198a607eb44bfbc69903a0f1cf2bbdc5"},
    {"AUTH256-2", IntegId::hmac_sha2_256_128, "4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "167f928588c5cc2eef8e3093caa0e87c"},
    {"AUTH256-3", IntegId::hmac_sha2_256_128, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "cdcb1220d1ecccea91e53aba3092f962"},
    {"AUTH256-4", IntegId::hmac_sha2_256_128, "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "372efcf9b40b35c2115b1346903d2ef4"},
    {"AUTH384-1", IntegId::hmac_sha2_384_192,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265", "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973"},
    {"AUTH384-2", IntegId::hmac_sha2_384_192,
     "4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "2c7353974f1842fd66d53c452ca42122b28c0b594cfb184d"},
    {"AUTH384-3", IntegId::hmac_sha2_384_192,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "809f439be00274321d4a538652164b53554a508184a0c316"},
    {"AUTH384-4", IntegId::hmac_sha2_384_192,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f200a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "5b540085c6e6358096532b2493609ed1cb298f774f87bb5c"},
    {"AUTH512-1", IntegId::hmac_sha2_512_256,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265", "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8"},
    {"AUTH512-2", IntegId::hmac_sha2_512_256,
     "4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665"
     "4a6566654a6566654a6566654a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "cb370917ae8a7ce28cfd1d8f4705d6141c173b2a9362c15df235dfb251b15454"},
    {"AUTH512-3", IntegId::hmac_sha2_512_256,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "2ee7acd783624ca9398710f3ee05ae41b9f9b0510c87e49e586cc9bf961733d8"},
    // The key stands in the RFC behind a line of 16 octets too many.
    {"AUTH512-4", IntegId::hmac_sha2_512_256,
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30"
     "3132333435363738393a3b3c3d3e3f40",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "5e6688e5a3daec826ca32eaea224eff5e700628947470e13ad01302561bab108"},
};

TEST(integrity_check, gives_the_values_of_rfc_4868) {
  for (const IntegCase& c : kIntegCases) {
    const IntegRow* row = integ_row(c.id);
    const base::Buffer data = hex(c.data);
    base::Buffer icv(row->icv);
    ASSERT_EQ(hex(c.key).size(), row->digest) << c.name;
    ASSERT_TRUE(integrity_check(*row, hex(c.key), {base::Bytes(data).first(3), {}, base::Bytes(data).subspan(3)}, icv));
    EXPECT_EQ(base::to_hex(icv), c.icv) << c.name;
  }
}

}  // namespace
}  // namespace latchkey::crypto
