#include "ike-engine/crypto/signature.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/schemes.h"
#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::AuthMethod;
using base::Errc;
using base::HashAlgorithm;
using support::hex;

const base::Buffer kOctets = hex("a533cb613f4e45760000000000000000");

/// AUTH data of method 14 taken apart.
struct Auth {
  explicit Auth(base::Buffer octets) : data(std::move(octets)) {}
  base::Bytes identifier() const { return base::Bytes(data).subspan(1, data[0]); }
  base::Bytes signature() const { return base::Bytes(data).subspan(1U + data[0]); }
  base::Buffer data;
};

Auth sign(const PrivateKey& key, HashAlgorithm hash, bool pkcs1 = false) {
  return Auth(key.sign_auth(std::array{hash}, kOctets, pkcs1).value());
}

PublicKey public_half(const PrivateKey& key) {
  return PublicKey::from_ipseckey(key.ipseckey_algorithm(), *key.ipseckey_key()).value();
}

std::string outcome(const base::Result<std::string_view>& result) {
  return std::string(result ? *result : result.error().text);
}

const PrivateKey& rsa() {
  static const PrivateKey key = PrivateKey::generate(KeyType::rsa, 2048).value();
  return key;
}
const PrivateKey& p256() {
  static const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  return key;
}
const PrivateKey& p384() {
  static const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p384).value();
  return key;
}
const PrivateKey& ed25519() {
  static const PrivateKey key = PrivateKey::generate(KeyType::ed25519).value();
  return key;
}

struct SchemeCase {
  const PrivateKey& (*key)();
  HashAlgorithm hash;
  bool pkcs1;
  std::string_view name;
  std::string_view identifier;
};

// The identifiers: RFC 7427 appendices A.1.2 to A.1.4 and A.3.2 to A.3.4, RFC 8420 appendix A; PSS as RFC 7427 appendix
// A.4.3 without the trailerField that DER leaves out because 1 is its default.
const SchemeCase kSchemes[] = {
    {rsa, HashAlgorithm::sha2_256, true, "RSA-PKCS1-SHA256", "300d06092a864886f70d01010b0500"},
    {rsa, HashAlgorithm::sha2_384, true, "RSA-PKCS1-SHA384", "300d06092a864886f70d01010c0500"},
    {rsa, HashAlgorithm::sha2_512, true, "RSA-PKCS1-SHA512", "300d06092a864886f70d01010d0500"},
    {rsa, HashAlgorithm::sha2_256, false, "RSA-PSS-SHA256",
     "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165"
     "030402010500a203020120"},
    {rsa, HashAlgorithm::sha2_384, false, "RSA-PSS-SHA384",
     "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165"
     "030402020500a203020130"},
    {rsa, HashAlgorithm::sha2_512, false, "RSA-PSS-SHA512",
     "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165"
     "030402030500a203020140"},
    {p256, HashAlgorithm::sha2_256, false, "ECDSA-SHA256", "300a06082a8648ce3d040302"},
    {p256, HashAlgorithm::sha2_384, false, "ECDSA-SHA384", "300a06082a8648ce3d040303"},
    {p384, HashAlgorithm::sha2_384, false, "ECDSA-SHA384", "300a06082a8648ce3d040303"},
    {p384, HashAlgorithm::sha2_512, false, "ECDSA-SHA512", "300a06082a8648ce3d040304"},
    {ed25519, HashAlgorithm::identity, false, "Ed25519", "300506032b6570"},
};

TEST(digital_signature, verifies_each_scheme_under_its_identifier) {
  for (const SchemeCase& c : kSchemes) {
    const Auth auth = sign(c.key(), c.hash, c.pkcs1);
    EXPECT_EQ(base::to_hex(auth.identifier()), c.identifier) << c.name;
    EXPECT_EQ(outcome(verify_digital_signature(public_half(c.key()), auth.identifier(), auth.signature(), kOctets)),
              c.name);
  }
}

TEST(digital_signature, refuses_other_octets_and_other_keys) {
  const PrivateKey other_rsa = PrivateKey::generate(KeyType::rsa, 2048).value();
  for (const SchemeCase& c : kSchemes) {
    const Auth auth = sign(c.key(), c.hash, c.pkcs1);
    const PublicKey key = public_half(c.key());
    const base::Buffer other = support::with_octet(kOctets, 0, 0);
    EXPECT_EQ(verify_digital_signature(key, auth.identifier(), auth.signature(), other).error().code,
              Errc::bad_signature);
    const PublicKey stranger =
        public_half(c.key().type() == KeyType::rsa ? other_rsa : *PrivateKey::generate(c.key().type()));
    EXPECT_EQ(verify_digital_signature(stranger, auth.identifier(), auth.signature(), kOctets).error().code,
              Errc::bad_signature);
  }
}

TEST(digital_signature, refuses_a_signature_that_was_changed_cut_or_lengthened) {
  for (const SchemeCase& c : kSchemes) {
    const Auth auth = sign(c.key(), c.hash, c.pkcs1);
    const PublicKey key = public_half(c.key());
    const base::Buffer good = base::to_buffer(auth.signature());
    const auto refused = [&](base::Bytes signature) {
      const auto result = verify_digital_signature(key, auth.identifier(), signature, kOctets);
      return !result && result.error().code == Errc::bad_signature;
    };
    for (std::size_t at = 0; at < good.size(); at += 7) {
      EXPECT_TRUE(refused(support::with_octet(good, at, good[at] ^ 0x20U))) << c.name << " octet " << at;
    }
    EXPECT_TRUE(refused({})) << c.name;
    EXPECT_TRUE(refused(base::Bytes(good).first(good.size() - 1))) << c.name;
    EXPECT_TRUE(refused(base::concat({good, std::array<std::uint8_t, 1>{}}))) << c.name << " with garbage behind";
    EXPECT_TRUE(refused(base::concat({std::array<std::uint8_t, 1>{}, good}))) << c.name << " with a zero before";
  }
}

TEST(digital_signature, refuses_a_scheme_of_another_key_type) {
  for (const SchemeCase& signing : kSchemes) {
    for (const SchemeCase& holding : kSchemes) {
      if (family_of(signing.key().type()) == family_of(holding.key().type())) continue;
      const Auth auth = sign(signing.key(), signing.hash, signing.pkcs1);
      EXPECT_EQ(verify_digital_signature(public_half(holding.key()), auth.identifier(), auth.signature(), kOctets)
                    .error()
                    .code,
                Errc::mismatch);
    }
  }
}

TEST(digital_signature, holds_the_scheme_to_its_identifier) {
  const PublicKey key = public_half(rsa());
  const Auth pss = sign(rsa(), HashAlgorithm::sha2_256);
  const Auth pkcs1 = sign(rsa(), HashAlgorithm::sha2_256, true);
  const Auth pss_512 = sign(rsa(), HashAlgorithm::sha2_512);
  const auto code = [&](const Auth& identifier, const Auth& signature) {
    const auto result = verify_digital_signature(key, identifier.identifier(), signature.signature(), kOctets);
    return result ? Errc::not_found : result.error().code;
  };
  EXPECT_EQ(code(pkcs1, pss), Errc::bad_signature);
  EXPECT_EQ(code(pss, pkcs1), Errc::bad_signature);
  EXPECT_EQ(code(pss, pss_512), Errc::bad_signature);
}

// RFC 7427 appendix A.4.3, as it stands there, with the trailerField written out.
TEST(digital_signature, takes_the_pss_identifier_of_rfc_7427) {
  const Auth auth = sign(rsa(), HashAlgorithm::sha2_256);
  const base::Buffer identifier = hex(
      "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165"
      "030402010500a203020120a303020101");
  EXPECT_EQ(outcome(verify_digital_signature(public_half(rsa()), identifier, auth.signature(), kOctets)),
            "RSA-PSS-SHA256");
}

// RFC 4055 section 2.1: implementations must accept a hash's parameters as NULL and as absent.
TEST(digital_signature, takes_pss_with_absent_hash_parameters) {
  const Auth auth = sign(rsa(), HashAlgorithm::sha2_256);
  const base::Buffer identifier =
      hex("303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b06096086480165"
          "03040201a203020120");
  EXPECT_EQ(outcome(verify_digital_signature(public_half(rsa()), identifier, auth.signature(), kOctets)),
            "RSA-PSS-SHA256");
}

TEST(digital_signature, refuses_sha1_as_weak) {
  // RFC 7427 appendices A.1.1, A.2.1, A.3.1, A.4.1, A.4.2.
  for (const std::string_view identifier :
       {"300d06092a864886f70d0101050500", "300906072a8648ce380403", "300906072a8648ce3d0401",
        "300d06092a864886f70d01010a3000",
        "303e06092a864886f70d01010a3031a00b300906052b0e03021a0500a118301606092a864886f70d010108300906052b0e03021a0500a2"
        "03020114a303020101"}) {
    EXPECT_EQ(verify_digital_signature(public_half(rsa()), hex(identifier), {}, kOctets).error().code, Errc::weak);
  }
}

TEST(digital_signature, refuses_pss_whose_parts_do_not_agree) {
  const std::string good =
      "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165"
      "030402010500a203020120";
  ASSERT_TRUE(scheme_of(hex(good)));
  const base::Buffer octets = hex(good);
  for (std::size_t at = 0; at < octets.size(); ++at) {
    EXPECT_EQ(scheme_of(support::with_octet(octets, at, octets[at] ^ 1U)).error().code, Errc::unsupported)
        << "octet " << at;
  }
  support::expect_every_truncation_refused(octets, scheme_of);
  EXPECT_FALSE(scheme_of(base::concat({octets, hex("00")})));
}

TEST(digital_signature, refuses_identifiers_that_it_does_not_have) {
  for (const std::string_view identifier : {"", "3000", "300506032b6571", "300b0609608648016503040302",
                                            "300d06092a864886f70d0101040500", "300b06092a864886f70d01010b"}) {
    EXPECT_EQ(scheme_of(hex(identifier)).error().code, Errc::unsupported) << identifier;
  }
}

struct EcdsaCase {
  AuthMethod method;
  std::string_view key, signature;
};

// RFC 4754 sections 8.1 to 8.3: the message is "abc".
const EcdsaCase kEcdsa[] = {
    {AuthMethod::ecdsa_256,
     "2442a5cc0ecd015fa3ca31dc8e2bbc70bf42d60cbca20085e0822cb04235e970"
     "6fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945cddfe7d509bbfd7d",
     "cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c"
     "86fa3bb4e26cad5bf90b7f81899256ce7594bb1ea0c89212748bff3b3d5b0315"},
    {AuthMethod::ecdsa_384,
     "96281bf8dd5e0525ca049c048d345d3082968d10fedf5c5aca0c64e6465a97ea5ce10c9dfec21797415710721f437922"
     "447688ba94708eb6e2e4d59f6ab6d7edff9301d249fe49c33096655f5d502fad3d383b91c5e7edaa2b714cc99d5743ca",
     "fb017b914e29149432d8bac29a514640b46f53ddab2c69948084e2930f1c8f7e08e07c9c63f2d21a07dcb56a6af56eb3"
     "b263a1305e057f984d38726a1b46874109f417bca112674c528262a40a629af1cbb9f516ce0fa7d2ff630863a00e8b9f"},
    {AuthMethod::ecdsa_521,
     "0151518f1af0f563517edd5485190df95a4bf57b5cba4cf2a9a3f6474725a35f7afe0a6ddeb8bedbcd6a197e592d40188901cecd650699c9"
     "b5e456aea5add19052a8"
     "006f3b142ea1bfff7e2837ad44c9e4ff6d2d34c73184bbad90026dd5e6e85317d9df45cad7803c6c20035b2f3ff63aff4e1ba64d1c077577"
     "da3f4286c58f0aeae643",
     "0154fd3836af92d0dca57dd5341d3053988534fde8318fc6aaaab68e2e6f4339b19f2f281a7e0b22c269d93cf8794a9278880ed7dbb8d936"
     "2caeacee544320552251"
     "017705a7030290d1ceb605a9a1bb03ff9cdd521e87a696ec926c8c10c8362df4975367101f67d1cf9bccbf2f3d239534fa509e70aac851ae"
     "01aac68d62f866472660"},
};

/// A curve's point as a SubjectPublicKeyInfo: P-521 has no form in IPSECKEY. RFC 5480.
PublicKey key_at(const EcdsaCase& c) {
  if (c.method != AuthMethod::ecdsa_521) return PublicKey::from_ipseckey(3, hex(c.key)).value();
  return PublicKey::from_spki(
             base::concat({hex("30819b301006072a8648ce3d020106052b8104002303818600"), hex("04"), hex(c.key)}))
      .value();
}

TEST(ecdsa_auth, verifies_the_values_of_rfc_4754) {
  const auto abc = base::as_bytes("abc");
  for (const EcdsaCase& c : kEcdsa) {
    const PublicKey key = key_at(c);
    const base::Buffer signature = hex(c.signature);
    EXPECT_TRUE(verify_ecdsa_auth(key, c.method, signature, abc));
    EXPECT_EQ(verify_ecdsa_auth(key, c.method, signature, base::as_bytes("abd")).error().code, Errc::bad_signature);
    for (std::size_t at = 0; at < signature.size(); at += 5) {
      EXPECT_FALSE(verify_ecdsa_auth(key, c.method, support::with_octet(signature, at, signature[at] ^ 1U), abc));
    }
    EXPECT_EQ(verify_ecdsa_auth(key, c.method, base::Bytes(signature).first(signature.size() - 1), abc).error().code,
              Errc::malformed);
    EXPECT_FALSE(verify_ecdsa_auth(key, c.method, base::Buffer(signature.size()), abc)) << "r = s = 0";
  }
}

TEST(ecdsa_auth, is_for_the_methods_own_curve) {
  const auto p256_key = PublicKey::from_ipseckey(3, hex(kEcdsa[0].key));
  EXPECT_EQ(verify_ecdsa_auth(*p256_key, AuthMethod::ecdsa_384, {}, {}).error().code, Errc::mismatch);
  EXPECT_EQ(verify_ecdsa_auth(*p256_key, AuthMethod::ecdsa_521, {}, {}).error().code, Errc::mismatch);
  EXPECT_EQ(verify_ecdsa_auth(*p256_key, AuthMethod::rsa, {}, {}).error().code, Errc::unsupported);
  EXPECT_EQ(verify_ecdsa_auth(public_half(rsa()), AuthMethod::ecdsa_256, {}, {}).error().code, Errc::mismatch);
}

struct Ed25519Case {
  std::string_view seed, key, message, signature;
};

// RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc).
const Ed25519Case kEd25519[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2"
     "a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad"
     "9bef1177331a704"},
};

TEST(digital_signature, gives_and_takes_the_ed25519_values_of_rfc_8032) {
  for (const Ed25519Case& c : kEd25519) {
    const auto key = PrivateKey::from_ed25519_seed(hex(c.seed));
    EXPECT_EQ(base::to_hex(*key->ipseckey_key()), c.key);
    EXPECT_EQ(key->ipseckey_algorithm(), 4U);
    const Auth auth(*key->sign_auth(std::array{HashAlgorithm::identity}, hex(c.message)));
    EXPECT_EQ(base::to_hex(auth.signature()), c.signature);
    EXPECT_TRUE(verify_digital_signature(public_half(*key), hex("300506032b6570"), hex(c.signature), hex(c.message)));
  }
}

TEST(private_key, signs_with_the_strongest_hash_that_the_peer_has) {
  const std::array all{HashAlgorithm::sha1, HashAlgorithm::sha2_256, HashAlgorithm::sha2_512, HashAlgorithm::identity};
  const auto scheme = [&](const PrivateKey& key) {
    return scheme_of(Auth(*key.sign_auth(all, kOctets)).identifier())->name;
  };
  EXPECT_EQ(scheme(rsa()), "RSA-PSS-SHA512");
  EXPECT_EQ(scheme(p256()), "ECDSA-SHA512");
  EXPECT_EQ(scheme(ed25519()), "Ed25519");
}

TEST(private_key, never_signs_with_sha1_or_a_hash_that_the_peer_lacks) {
  EXPECT_EQ(rsa().sign_auth(std::array{HashAlgorithm::sha1}, kOctets).error().code, Errc::mismatch);
  EXPECT_EQ(rsa().sign_auth(std::array{HashAlgorithm::identity}, kOctets).error().code, Errc::mismatch);
  EXPECT_EQ(ed25519().sign_auth(std::array{HashAlgorithm::sha2_512}, kOctets).error().code, Errc::mismatch);
  EXPECT_EQ(p256().sign_auth({}, kOctets).error().code, Errc::mismatch);
}

}  // namespace
}  // namespace latchkey::crypto
