// RSA signatures that a lax verifier takes. The forger here holds the key, so that only the verifier's care is tested.

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "ike-engine/crypto/digest.h"
#include "ike-engine/crypto/signature.h"
#include "tests/support/octets.h"
#include "tests/support/pki.h"

namespace latchkey::crypto {
namespace {

using support::hex;

const base::Buffer kOctets = hex("a533cb613f4e45760000000000000000");
const base::Buffer kPkcs1Sha256 = hex("300d06092a864886f70d01010b0500");
const base::Buffer kPssSha256 = hex(
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609608648016503"
    "0402010500a203020120");
constexpr std::size_t kSize = 256;

EVP_PKEY* key() {
  static const support::KeyPair pair = support::make_key("rsa:2048");
  return pair.get();
}

const PublicKey& public_key() {
  static const PublicKey key_to_verify_by =
      PublicKey::from_spki(support::spki(support::KeyPair(key(), [](EVP_PKEY*) {}))).value();
  return key_to_verify_by;
}

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

/// The private operation on a whole encoded message.
base::Buffer sign_raw(const base::Buffer& encoded) {
  const Context context(EVP_PKEY_CTX_new(key(), nullptr), EVP_PKEY_CTX_free);
  base::Buffer out(kSize);
  std::size_t size = out.size();
  EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_sign(context.get(), out.data(), &size, encoded.data(), encoded.size()), 1);
  return out;
}

bool is_taken(const base::Buffer& identifier, const base::Buffer& signature) {
  return verify_digital_signature(public_key(), identifier, signature, kOctets).has_value();
}

/// RFC 8017 section 9.2: 00 01 FF..FF 00, what is signed, and something behind it.
base::Buffer encoded(base::Bytes signed_part, std::size_t behind = 0, std::uint8_t type = 1, std::uint8_t pad = 0xff) {
  const std::size_t padding = kSize - 3 - signed_part.size() - behind;
  return base::concat({std::array<std::uint8_t, 2>{0, type}, base::Buffer(padding, pad), std::array<std::uint8_t, 1>{},
                       signed_part, base::Buffer(behind, 0x5a)});
}

base::Buffer digest() {
  const auto hash = sha256({kOctets});
  return {hash.begin(), hash.end()};
}

/// RFC 8017 section 9.2, note 1: DigestInfo for SHA-256.
base::Buffer digest_info() { return base::concat({hex("3031300d060960864801650304020105000420"), digest()}); }

TEST(pkcs1, as_rfc_8017_has_it_is_taken) { EXPECT_TRUE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest_info())))); }

TEST(pkcs1, with_garbage_behind_the_digest_is_refused) {
  // Bleichenbacher 2006: with exponent 3 anybody can make these.
  for (const std::size_t behind : {1U, 16U, 190U}) {
    EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest_info(), behind)))) << behind;
  }
}

TEST(pkcs1, with_garbage_inside_the_digest_info_is_refused) {
  // In the parameters of the AlgorithmIdentifier, its lengths fitting.
  const base::Buffer stuffed =
      base::concat({hex("3041301d06096086480165030402010410"), base::Buffer(16, 0x5a), hex("0420"), digest()});
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(stuffed))));
}

TEST(pkcs1, with_other_padding_is_refused) {
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest_info(), 0, 2)))) << "block type 2";
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest_info(), 0, 0, 0)))) << "block type 0";
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest_info(), 0, 1, 0xfe))));
  base::Buffer hole = encoded(digest_info());
  hole[100] = 0xfe;
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(hole)));
}

TEST(pkcs1, without_a_whole_digest_info_is_refused) {
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(digest())))) << "a digest and nothing about it";
  const base::Buffer no_null = base::concat({hex("302f300b0609608648016503040201"
                                                 "0420"),
                                             digest()});
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(no_null)))) << "RFC 8017: the parameters are NULL";
  const base::Buffer long_length = base::concat({hex("308131300d060960864801650304020105000420"), digest()});
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(long_length)))) << "BER";
}

TEST(pkcs1, with_a_short_or_other_hash_is_refused) {
  const base::Buffer short_hash =
      base::concat({hex("3025300d060960864801650304020105000414"), base::Bytes(digest()).first(20)});
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(short_hash))));
  const base::Buffer no_hash = hex("3011300d060960864801650304020105000400");
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(no_hash))));
  const auto sha1_digest = sha1({kOctets});
  const base::Buffer of_sha1 = base::concat({hex("3021300906052b0e03021a05000414"), sha1_digest});
  EXPECT_FALSE(is_taken(kPkcs1Sha256, sign_raw(encoded(of_sha1))));
}

TEST(pkcs1, of_small_numbers_is_refused) {
  base::Buffer one(kSize);
  one.back() = 1;
  EXPECT_FALSE(is_taken(kPkcs1Sha256, one));
  EXPECT_FALSE(is_taken(kPkcs1Sha256, base::Buffer(kSize)));
  EXPECT_FALSE(is_taken(kPkcs1Sha256, base::Buffer(kSize, 0xff))) << "beyond the modulus";
}

struct PssCase {
  const char* what;
  int salt;
  const EVP_MD* (*hash)();
  const EVP_MD* (*mask_hash)();
};

base::Buffer sign_pss(const PssCase& c) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  EXPECT_EQ(EVP_DigestSignInit(context.get(), &options, c.hash(), nullptr, key()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, c.salt), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md(options, c.mask_hash()), 1);
  base::Buffer out(kSize);
  std::size_t size = out.size();
  EXPECT_EQ(EVP_DigestSign(context.get(), out.data(), &size, kOctets.data(), kOctets.size()), 1);
  return out;
}

TEST(pss, as_its_identifier_has_it_is_taken) {
  EXPECT_TRUE(is_taken(kPssSha256, sign_pss({"good", 32, EVP_sha256, EVP_sha256})));
}

TEST(pss, with_other_parameters_than_its_identifier_is_refused) {
  const PssCase cases[] = {
      {"no salt", 0, EVP_sha256, EVP_sha256},
      {"salt of SHA-1's size", 20, EVP_sha256, EVP_sha256},
      {"salt short by one", 31, EVP_sha256, EVP_sha256},
      {"salt long by one", 33, EVP_sha256, EVP_sha256},
      {"longest salt", 222, EVP_sha256, EVP_sha256},
      {"MGF1 with SHA-1", 32, EVP_sha256, EVP_sha1},
      {"MGF1 with SHA-512", 32, EVP_sha256, EVP_sha512},
      {"SHA-1", 32, EVP_sha1, EVP_sha256},
      {"SHA-384", 32, EVP_sha384, EVP_sha256},
      {"SHA-1 throughout", 20, EVP_sha1, EVP_sha1},
  };
  for (const PssCase& c : cases) EXPECT_FALSE(is_taken(kPssSha256, sign_pss(c))) << c.what;
}

}  // namespace
}  // namespace latchkey::crypto
