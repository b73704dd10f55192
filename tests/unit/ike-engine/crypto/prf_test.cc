#include "ike-engine/crypto/prf.h"

#include <gtest/gtest.h>

#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

using base::PrfId;
using support::hex;

struct PrfCase {
  std::string_view key, data, sha2_256, sha2_384, sha2_512;
};

// RFC 4868 section 2.7.1, test cases PRF-1 to PRF-6 (which are those of RFC 4231).
const PrfCase kCases[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4"
     "be9d914eeb61f1702e696c203a126854"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
     "caeab1a34d4a6b4b636e070a38bce737"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807"
     "b946a337bee8942674278859e13292fb"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
     "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
     "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063"
     "a5f19741120c4f2de2adebeb10a298dd"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579"
     "204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
     "95e64f73f63f0aec8b915a985d786598"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65"
     "7920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c"
     "676f726974686d2e",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
     "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
     "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15"
     "134676fb6de0446065c97440fa8c6a58"},
};

std::string prf_hex(PrfId id, const PrfCase& c) { return base::to_hex(prf(id, hex(c.key), {hex(c.data)})->view()); }

TEST(prf, gives_the_values_of_rfc_4868) {
  for (const PrfCase& c : kCases) {
    EXPECT_EQ(prf_hex(PrfId::hmac_sha2_256, c), c.sha2_256);
    EXPECT_EQ(prf_hex(PrfId::hmac_sha2_384, c), c.sha2_384);
    EXPECT_EQ(prf_hex(PrfId::hmac_sha2_512, c), c.sha2_512);
  }
}

TEST(prf, takes_its_data_in_parts) {
  const auto key = base::as_bytes("Jefe");
  const auto whole = prf(PrfId::hmac_sha2_256, key, {base::as_bytes("what do ya want for nothing?")});
  const auto parts =
      prf(PrfId::hmac_sha2_256, key, {base::as_bytes("what do ya want "), {}, base::as_bytes("for nothing?")});
  EXPECT_TRUE(base::same_secret(whole->view(), parts->view()));
}

TEST(prf, with_an_empty_key_does_not_remember_the_one_before) {
  const auto data = base::as_bytes("x");
  const auto first = prf(PrfId::hmac_sha2_256, {}, {data});
  ASSERT_TRUE(prf(PrfId::hmac_sha2_256, base::as_bytes("another key"), {data}));
  const auto second = prf(PrfId::hmac_sha2_256, {}, {data});
  EXPECT_TRUE(base::same_secret(first->view(), second->view()));
}

TEST(prf, refuses_what_it_does_not_have) {
  EXPECT_EQ(prf(PrfId::hmac_md5, {}, {}).error().code, base::Errc::unsupported);
  EXPECT_EQ(prf_plus(static_cast<PrfId>(99), {}, {}, 1).error().code, base::Errc::unsupported);
  EXPECT_EQ(prf(PrfId::hmac_sha1, {}, {}).error().code, base::Errc::unsupported);
  EXPECT_EQ(prf_size(PrfId::hmac_md5), 0U);
  EXPECT_EQ(prf_size(PrfId::hmac_sha1), 0U);
}

// RFC 7296 section 2.13: T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), ...
TEST(prf_plus, is_the_chain_of_rfc_7296) {
  for (const PrfId id : {PrfId::hmac_sha2_256, PrfId::hmac_sha2_384, PrfId::hmac_sha2_512}) {
    const base::Buffer key = hex("000102030405060708090a0b0c0d0e0f");
    const base::Buffer seed = hex("f0f1f2");
    base::Buffer chain;
    base::Buffer last;
    for (std::uint8_t counter = 1; counter <= 5; ++counter) {
      const auto block = prf(id, key, {last, seed, base::Bytes(&counter, 1)});
      last = base::to_buffer(block->view());
      chain.insert(chain.end(), last.begin(), last.end());
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, prf_size(id), prf_size(id) + 1, 5 * prf_size(id)}) {
      const auto stream = prf_plus(id, key, {seed}, size);
      EXPECT_EQ(base::to_hex(stream->view()), base::to_hex(base::Bytes(chain).first(size)));
    }
  }
}

TEST(prf_plus, ends_at_255_blocks) {
  EXPECT_EQ(prf_plus(PrfId::hmac_sha2_256, {}, {}, std::size_t{255} * 32)->size(), 8160U);
  EXPECT_EQ(prf_plus(PrfId::hmac_sha2_256, {}, {}, 8161).error().code, base::Errc::malformed);
}

}  // namespace
}  // namespace latchkey::crypto
