// The payloads that are a few fixed octets and a rest: AUTH, ID, KE, nonce, SK, SKF, CP.

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/sk.h"
#include "ike-engine/wire/ts.h"
#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using support::hex;
using support::written;

TEST(auth, is_what_section_3_8_draws) {
  const base::Buffer body = hex("0d 000000 aabb");
  const Auth auth = parse_auth(body).value();
  EXPECT_EQ(auth.method, base::AuthMethod::null);
  EXPECT_EQ(base::to_hex(auth.data), "aabb");
  EXPECT_EQ(written(auth), body);
  support::expect_every_truncation_refused(hex("0d 000000"), parse_auth);
}

// RFC 7427 section 3, figure 1; the identifier is sha256WithRSAEncryption of its appendix A.1.1.
TEST(signature_auth, is_what_rfc_7427_section_3_draws) {
  const base::Buffer data = hex("0f 300d06092a864886f70d01010b0500 0102030405");
  const SignatureAuth auth = parse_signature_auth(data).value();
  EXPECT_EQ(base::to_hex(auth.algorithm_identifier), "300d06092a864886f70d01010b0500");
  EXPECT_EQ(base::to_hex(auth.signature), "0102030405");
  EXPECT_EQ(written(auth), data);
}

TEST(signature_auth, needs_an_identifier_and_a_signature) {
  EXPECT_FALSE(parse_signature_auth({}));
  EXPECT_EQ(parse_signature_auth(hex("00 010203")).error().code, Errc::malformed);
  EXPECT_EQ(parse_signature_auth(hex("03 0102")).error().code, Errc::truncated);
  EXPECT_EQ(parse_signature_auth(hex("03 010203")).error().code, Errc::truncated);
  EXPECT_TRUE(parse_signature_auth(hex("03 010203 04")));
}

TEST(id, is_what_section_3_5_draws) {
  const base::Buffer body = hex("01 000000 c0000201");
  const Id id = parse_id(body).value();
  EXPECT_EQ(id.type, base::IdType::ipv4_addr);
  EXPECT_EQ(base::to_hex(id.data), "c0000201");
  EXPECT_EQ(written(id), body);
  support::expect_every_truncation_refused(body, parse_id);
}

TEST(id, of_an_address_has_the_addresses_size) {
  for (std::size_t size = 0; size <= 20; ++size) {
    EXPECT_EQ(parse_id(written(Id{base::IdType::ipv4_addr, base::Buffer(size)})).has_value(), size == 4) << size;
    EXPECT_EQ(parse_id(written(Id{base::IdType::ipv6_addr, base::Buffer(size)})).has_value(), size == 16) << size;
    EXPECT_TRUE(parse_id(written(Id{base::IdType::fqdn, base::Buffer(size)}))) << size;
  }
}

TEST(id, has_a_bound) {
  EXPECT_TRUE(parse_id(written(Id{base::IdType::fqdn, base::Buffer(kMaxIdData)})));
  EXPECT_EQ(parse_id(written(Id{base::IdType::fqdn, base::Buffer(kMaxIdData + 1)})).error().code, Errc::exhausted);
}

TEST(id, null_is_empty) {  // RFC 7619 section 2.2
  EXPECT_TRUE(parse_id(hex("0d 000000")));
  EXPECT_EQ(parse_id(hex("0d 000000 00")).error().code, Errc::malformed);
}

TEST(ke, is_what_section_3_4_draws) {
  const base::Buffer body = hex("001f 0000 aabbcc");
  const Ke ke = parse_ke(body).value();
  EXPECT_EQ(ke.method, base::KeMethod::x25519);
  EXPECT_EQ(base::to_hex(ke.value), "aabbcc");
  EXPECT_EQ(written(ke), body);
  support::expect_every_truncation_refused(hex("001f 0000"), parse_ke);
}

TEST(nonce, has_16_to_256_octets) {
  for (const std::size_t size : {0U, 1U, 15U, 257U, 1000U}) {
    EXPECT_EQ(parse_nonce(base::Buffer(size)).error().code, Errc::malformed) << size;
  }
  for (const std::size_t size : {16U, 32U, 256U}) {
    const base::Buffer value(size, 9);
    EXPECT_EQ(written(parse_nonce(value).value()), value);
  }
}

TEST(sk, is_iv_then_ciphertext_with_icv) {
  const base::Buffer body = hex("0102030405060708 aabb 00112233445566778899aabbccddeeff");
  const Encrypted encrypted = parse_sk(body, 8, 16).value();
  EXPECT_EQ(base::to_hex(encrypted.iv), "0102030405060708");
  EXPECT_EQ(encrypted.ciphertext.size(), 18U);
  EXPECT_EQ(encrypted.total, 0);
}

TEST(sk, needs_room_for_iv_and_icv) {
  EXPECT_TRUE(parse_sk(base::Buffer(24), 8, 16));
  support::expect_every_truncation_refused(base::Buffer(24), [](base::Bytes body) { return parse_sk(body, 8, 16); });
}

// RFC 9242 section 3.3.2, with a payload before the Encrypted one.
TEST(sk, as_if_it_were_not_encrypted_has_other_lengths_and_no_fragments) {
  const base::Buffer fragment = support::hex(
      "0102030405060708 1112131415161718 c8 20 2b 08 00000001 00000222"
      "35 80 0008 01020304"
      "22 05 01fe");
  EXPECT_EQ(plain_head(fragment, 300), support::hex("0102030405060708 1112131415161718 c8 20 2b 08 00000001 00000154"
                                                    "2e 80 0008 01020304"
                                                    "22 05 0130"));
  const base::Buffer whole = support::hex("0102030405060708 1112131415161718 2e 20 2b 08 00000001 00000222 22 00 0206");
  EXPECT_EQ(plain_head(whole, 0), support::hex("0102030405060708 1112131415161718 2e 20 2b 08 00000001 00000020"
                                               "22 00 0004"));
}

TEST(skf, has_its_fragment_numbers_in_front) {
  const base::Buffer body = base::concat({hex("0002 0003"), base::Buffer(24)});
  const Encrypted encrypted = parse_skf(body, 8, 16).value();
  EXPECT_EQ(encrypted.fragment, 2);
  EXPECT_EQ(encrypted.total, 3);
  EXPECT_EQ(encrypted.iv.size(), 8U);
  EXPECT_EQ(encrypted.ciphertext.size(), 16U);
  support::expect_every_truncation_refused(body, [](base::Bytes shorter) { return parse_skf(shorter, 8, 16); });
}

TEST(skf, counts_from_one_and_not_beyond_the_total) {
  for (const char* numbers : {"0000 0000", "0000 0001", "0001 0000", "0004 0003", "ffff 0001"}) {
    EXPECT_EQ(parse_skf(base::concat({hex(numbers), base::Buffer(24)}), 8, 16).error().code, Errc::malformed)
        << numbers;
  }
  EXPECT_TRUE(parse_skf(base::concat({hex("ffff ffff"), base::Buffer(24)}), 8, 16));
}

TEST(cp, is_what_section_3_15_draws) {
  const base::Buffer body = hex("02 000000  0001 0004 c0000264  0003 0000");
  const Cp cp = parse_cp(body).value();
  EXPECT_EQ(cp.type, 2);
  ASSERT_EQ(cp.attributes.size(), 2U);
  EXPECT_EQ(cp.attributes[0].type, 1);
  EXPECT_EQ(base::to_hex(cp.attributes[0].value), "c0000264");
  EXPECT_TRUE(cp.attributes[1].value.empty());
  EXPECT_EQ(written(cp), body);
}

TEST(cp, refuses_truncated_attributes_and_lying_lengths) {
  const base::Buffer one = hex("02 000000  0001 0004 c0000264");
  for (std::size_t size = 0; size < one.size(); ++size) {
    if (size == 4) continue;  // a payload without attributes is whole
    EXPECT_FALSE(parse_cp(base::to_buffer(base::Bytes(one).first(size)))) << size;
  }
  EXPECT_FALSE(parse_cp(support::with_octet(one, 7, 5)));
}

TEST(cp, ignores_the_reserved_bit) { EXPECT_EQ(parse_cp(hex("01 000000  8001 0000"))->attributes[0].type, 1); }

TEST(cp, holds_at_most_32_attributes) {
  Cp cp{1, std::vector<CpAttribute>(kMaxAttributes)};
  EXPECT_TRUE(parse_cp(written(cp)));
  cp.attributes.emplace_back();
  EXPECT_EQ(parse_cp(written(cp)).error().code, Errc::exhausted);
}

// RFC 7296 section 2.5: what a later version puts there must not matter to this one.
TEST(reserved_octets, are_ignored_and_written_as_zeros) {
  EXPECT_EQ(written(parse_auth(hex("0d ffffff aabb")).value()), hex("0d 000000 aabb"));
  EXPECT_EQ(written(parse_id(hex("01 ffffff c0000201")).value()), hex("01 000000 c0000201"));
  EXPECT_EQ(written(parse_ke(hex("0013 ffff 0102")).value()), hex("0013 0000 0102"));
  EXPECT_EQ(written(parse_cp(hex("01 ffffff 8001 0000")).value()), hex("01 000000 0001 0000"));
  const std::string_view selector = "07 00 0010 0000 ffff c0000201 c0000201";
  EXPECT_EQ(written(parse_ts(hex("01 ffffff" + std::string(selector))).value()),
            hex("01 000000" + std::string(selector)));
}

}  // namespace
}  // namespace latchkey::wire
