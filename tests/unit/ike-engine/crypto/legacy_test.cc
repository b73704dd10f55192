// What iketool looks at and the engine never uses.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "ike-engine/crypto/legacy.h"
#include "ike-engine/crypto/legacy_aead.h"
#include "ike-engine/crypto/legacy_signature.h"
#include "tests/support/octets.h"

namespace latchkey::crypto::legacy {
namespace {

using base::Buffer;
using base::Bytes;
using base::Errc;
using support::hex;

/// Opens as it is, and no longer when any octet of any part is another.
template <class Open>
void expect_opens(Open open, Sealed sealed, const Buffer& text) {
  EXPECT_EQ(open(sealed), text);
  for (Bytes Sealed::*part : {&Sealed::key, &Sealed::nonce, &Sealed::associated, &Sealed::ciphertext, &Sealed::tag}) {
    Buffer other = base::to_buffer(sealed.*part);
    other.back() ^= 1;
    Sealed changed = sealed;
    changed.*part = other;
    EXPECT_EQ(open(changed).error().code, Errc::bad_icv);
  }
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 5 and 6.
const Buffer kGcmKey = hex("feffe9928665731c6d6a8f9467308308");
const Buffer kGcmText = hex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba"
    "637b39");
const Buffer kGcmAssociated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");

TEST(legacy_gcm, opens_with_a_short_nonce) {
  const Buffer nonce = hex("cafebabefacedbad");
  const Buffer ciphertext = hex(
      "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b22b097544d4896b424989b5e1ebac0f07"
      "c23f4598");
  const Buffer tag = hex("3612d2e79e3b0785561be14aaca2fccb");
  expect_opens(open_gcm, {kGcmKey, nonce, kGcmAssociated, ciphertext, tag}, kGcmText);
}

TEST(legacy_gcm, opens_with_a_long_nonce) {
  const Buffer nonce =
      hex("9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de"
          "6a57a6"
          "37b39b");
  const Buffer ciphertext =
      hex("8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca4"
          "17034c"
          "34aee5");
  const Buffer tag = hex("619cc5aefffe0bfa462af43c1699d050");
  expect_opens(open_gcm, {kGcmKey, nonce, kGcmAssociated, ciphertext, tag}, kGcmText);
}

// RFC 3610 section 8, packet vector #1.
TEST(legacy_ccm, opens_with_a_nonce_and_a_tag_that_ike_does_not_use) {
  const Buffer key = hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
  const Buffer nonce = hex("00000003020100a0a1a2a3a4a5");
  const Buffer associated = hex("0001020304050607");
  const Buffer ciphertext = hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac384");
  const Buffer tag = hex("17e8d12cfdf926e0");
  expect_opens(open_ccm, {key, nonce, associated, ciphertext, tag},
               hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"));
}

TEST(legacy_aead, refuses_sizes_that_the_algorithm_does_not_have) {
  const Buffer key(16), nonce(12), tag(16);
  EXPECT_EQ(open_gcm({key, {}, {}, {}, tag}).error().code, Errc::unsupported);
  EXPECT_EQ(open_gcm({key, nonce, {}, {}, Bytes(tag).first(12)}).error().code, Errc::unsupported);
  EXPECT_EQ(open_gcm({Bytes(key).first(15), nonce, {}, {}, tag}).error().code, Errc::unsupported);
  EXPECT_EQ(open_ccm({key, Bytes(nonce).first(6), {}, {}, tag}).error().code, Errc::unsupported);
  EXPECT_EQ(open_ccm({key, nonce, {}, {}, Buffer(17)}).error().code, Errc::unsupported);
  EXPECT_EQ(open_ccm({{}, nonce, {}, {}, tag}).error().code, Errc::unsupported);
  EXPECT_EQ(open_ccm({key, nonce, {}, {}, tag}).error().code, Errc::bad_icv)
      << "nothing sealed, but the sizes are good";
}

struct Signed {
  std::string pem;  ///< the public key
  Buffer signature;
};

/// RSA-SHA1 by OpenSSL over `octets`.
Signed sign_sha1(Bytes octets) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Signed made{{}, Buffer(256)};
  std::size_t size = made.signature.size();
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha1(), nullptr, key.get()), 1);
  EXPECT_EQ(EVP_DigestSign(context.get(), made.signature.data(), &size, octets.data(), octets.size()), 1);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  EXPECT_EQ(PEM_write_bio_PUBKEY(out.get(), key.get()), 1);
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  made.pem.assign(text, static_cast<std::size_t>(length));
  return made;
}

TEST(legacy_signature, verifies_rsa_with_sha1) {
  const Buffer octets = hex("00010203");
  const Signed made = sign_sha1(octets);
  const auto key = PublicKey::from_pem(made.pem).value();
  EXPECT_EQ(verify_rsa_sha1(key, made.signature, octets), "RSA-PKCS1-SHA1");
  EXPECT_EQ(verify_rsa_sha1(key, made.signature, hex("00010204")).error().code, Errc::bad_signature);
  EXPECT_EQ(verify_rsa_sha1(key, Bytes(made.signature).first(255), octets).error().code, Errc::bad_signature);
  EXPECT_EQ(verify_rsa_sha1(key, {}, octets).error().code, Errc::bad_signature);
}

TEST(legacy_signature, is_rsa_alone) {
  // RFC 9373 appendix A.
  const auto ed25519 =
      PublicKey::from_ipseckey(4, hex("dd64d7814be99f54650979e6f348066362d9fc4ad450466d677dc80e2f327e13")).value();
  EXPECT_EQ(verify_rsa_sha1(ed25519, Buffer(256), {}).error().code, Errc::mismatch);
}

// RFC 2202 sections 2 and 3, test case 1.
TEST(legacy_prf, gives_the_values_of_rfc_2202) {
  const auto value = [](base::PrfId id, const char* key) {
    return base::to_hex(prf(find_prf(id), hex(key), {base::as_bytes("Hi There")})->view());
  };
  EXPECT_EQ(value(base::PrfId::hmac_md5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), "9294727a3638bb1c13f48ef8158bfc9d");
  EXPECT_EQ(value(base::PrfId::hmac_sha1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(find_prf(base::PrfId::hmac_md5).size(), 16U);
  EXPECT_EQ(find_prf(base::PrfId::hmac_sha1).size(), 20U);
  EXPECT_EQ(find_prf(base::PrfId::hmac_sha2_384).size(), 48U) << "the engine's own, too";
  EXPECT_EQ(find_prf(static_cast<base::PrfId>(99)).size(), 0U);
}

TEST(legacy_encryption, has_what_the_engine_does_not_have) {
  using enum base::EncrId;
  using base::IntegId;
  struct Row {
    base::EncrId encr;
    std::uint16_t key_bits;
    IntegId integ;
    std::size_t encr_key, integ_key, icv, block;
  };
  for (const Row& row :
       {Row{des3, 192, IntegId::hmac_sha1_160, 24, 20, 20, 8}, Row{des3, 0, IntegId::hmac_md5_96, 24, 16, 12, 8},
        Row{aes_cbc, 128, IntegId::hmac_sha1_96, 16, 20, 12, 16},
        Row{aes_cbc, 192, IntegId::hmac_sha2_256_128, 24, 32, 16, 16},
        Row{aes_ctr, 192, IntegId::hmac_sha2_512_256, 28, 64, 32, 1}, Row{aes_ccm_8, 192, IntegId::none, 27, 0, 8, 1},
        Row{aes_gcm_8, 128, IntegId::none, 20, 0, 8, 1}, Row{aes_gcm_12, 256, IntegId::none, 36, 0, 12, 1},
        Row{aes_gcm_16, 192, IntegId::none, 28, 0, 16, 1}}) {
    const auto found = find_encryption(row.encr, row.key_bits, row.integ);
    ASSERT_TRUE(found) << static_cast<int>(row.encr);
    EXPECT_FALSE(Encryption::find(row.encr, row.key_bits, row.integ)) << static_cast<int>(row.encr);
    EXPECT_EQ(found->sizes().encr_key(), row.encr_key);
    EXPECT_EQ(found->sizes().integ_key, row.integ_key);
    EXPECT_EQ(found->sizes().icv, row.icv);
    EXPECT_EQ(found->sizes().block, row.block);
    const DirectionKeys keys{base::SecretBytes(Buffer(row.encr_key, 1)), base::SecretBytes(Buffer(row.integ_key, 2))};
    const Buffer iv = found->iv(keys, 1).value(), text(48, 3);
    Buffer sealed = found->seal(keys, iv, hex("0102"), text).value();
    EXPECT_EQ(found->open(keys, iv, hex("0102"), sealed).value(), text);
    sealed.back() ^= 1;
    EXPECT_EQ(found->open(keys, iv, hex("0102"), sealed).error().code, Errc::bad_icv);
  }
}

TEST(legacy_encryption, shows_what_is_behind_a_wrong_icv) {
  const auto cbc = find_encryption(base::EncrId::aes_cbc, 192, base::IntegId::hmac_sha1_96).value();
  const DirectionKeys keys{base::SecretBytes(Buffer(24, 1)), base::SecretBytes(Buffer(20, 2))};
  const Buffer iv = cbc.iv(keys, 1).value(), text(48, 3);
  const Buffer sealed = cbc.seal(keys, iv, {}, text).value();
  const auto shown = [&](base::EncrId encr, Bytes key, Bytes ciphertext) {
    return decrypt_unchecked(encr, 192, key, iv, ciphertext);
  };
  EXPECT_EQ(shown(base::EncrId::aes_cbc, keys.encr.view(), Bytes(sealed).first(48)), text);
  EXPECT_EQ(shown(base::EncrId::aes_cbc, keys.encr.view(), Bytes(sealed).first(47)).error().code, Errc::malformed);
  EXPECT_EQ(shown(base::EncrId::aes_cbc, Buffer(16), Bytes(sealed).first(48)).error().code, Errc::malformed);
  EXPECT_EQ(shown(base::EncrId::aes_gcm_16, Buffer(28), {}).error().code, Errc::unsupported);
  EXPECT_EQ(shown(base::EncrId{99}, Buffer(24), {}).error().code, Errc::unsupported);
}

TEST(legacy_encryption, has_the_engines_own_and_nothing_else) {
  using enum base::EncrId;
  using base::IntegId;
  EXPECT_TRUE(find_encryption(aes_gcm_16, 256, IntegId::none));
  EXPECT_TRUE(find_encryption(aes_cbc, 256, IntegId::hmac_sha2_512_256));
  EXPECT_EQ(find_encryption(aes_cbc, 256, IntegId::none).error().code, Errc::unsupported);
  EXPECT_EQ(find_encryption(aes_gcm_8, 256, IntegId::hmac_sha1_96).error().code, Errc::unsupported);
  EXPECT_EQ(find_encryption(null, 0, IntegId::hmac_sha1_96).error().code, Errc::unsupported);
  EXPECT_EQ(find_encryption(des3, 128, IntegId::hmac_sha1_96).error().code, Errc::unsupported);
  EXPECT_EQ(find_encryption(aes_cbc, 128, static_cast<IntegId>(99)).error().code, Errc::unsupported);
}

TEST(legacy_groups, have_sizes_alone) {
  using base::KeMethod;
  EXPECT_EQ(ke_public_size(KeMethod::modp768), 96U);
  EXPECT_EQ(ke_public_size(KeMethod::modp1024), 128U);
  EXPECT_EQ(ke_public_size(KeMethod::modp1536), 192U);
  EXPECT_EQ(ke_public_size(KeMethod::ecp521), 132U) << "the engine's own, too";
  EXPECT_EQ(ke_public_size(static_cast<KeMethod>(99)), 0U);
}

}  // namespace
}  // namespace latchkey::crypto::legacy
