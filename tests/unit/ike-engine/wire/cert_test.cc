#include "ike-engine/wire/cert.h"

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::CertEncoding;
using base::Errc;
using support::hex;
using support::written;

// RFC 7296 figure 12.
TEST(cert, is_what_section_3_6_draws) {
  const base::Buffer body = hex("04 3003020100");
  const Cert cert = parse_cert(body).value();
  EXPECT_EQ(cert.encoding, CertEncoding::x509_signature);
  EXPECT_EQ(base::to_hex(cert.data), "3003020100");
  EXPECT_EQ(written(cert), body);
}

TEST(cert, has_an_encoding_and_a_certificate) {
  EXPECT_EQ(parse_cert({}).error().code, Errc::truncated);
  EXPECT_EQ(parse_cert(hex("04")).error().code, Errc::malformed);
}

TEST(cert, of_an_unknown_encoding_is_carried) {
  const base::Buffer body = hex("c8 01");
  EXPECT_EQ(parse_cert(body)->encoding, CertEncoding{200});
  EXPECT_EQ(written(*parse_cert(body)), body);
}

const std::string kFirst(40, 'a');
const std::string kSecond(40, 'b');

// RFC 7296 figure 13.
TEST(certreq, is_what_section_3_7_draws) {
  const base::Buffer body = hex("04" + kFirst + kSecond);
  const CertReq request = parse_certreq(body).value();
  EXPECT_EQ(request.encoding, CertEncoding::x509_signature);
  EXPECT_EQ(base::to_hex(request.authorities), kFirst + kSecond);
  EXPECT_EQ(written(request), body);
}

TEST(certreq, names_whole_hashes_only) {
  EXPECT_EQ(parse_certreq({}).error().code, Errc::truncated);
  for (std::size_t size = 1; size <= 61; ++size) {
    const base::Buffer body = base::concat({hex("04"), base::Buffer(size - 1)});
    EXPECT_EQ(parse_certreq(body).has_value(), (size - 1) % kAuthorityHash == 0) << size;
  }
  EXPECT_TRUE(parse_certreq(hex("04"))) << "any authority";
}

TEST(certreq, of_an_encoding_without_a_syntax_is_carried) {
  const base::Buffer body = hex("0f 010203");
  EXPECT_EQ(parse_certreq(body)->encoding, CertEncoding::raw_public_key);
  EXPECT_EQ(written(*parse_certreq(body)), body);
}

TEST(certreq, has_a_bound) {
  const auto code = [](std::size_t authorities) {
    const auto request = parse_certreq(base::concat({hex("04"), base::Buffer(authorities * kAuthorityHash)}));
    return request ? Errc::not_found : request.error().code;
  };
  EXPECT_EQ(code(kMaxAuthorities), Errc::not_found);
  EXPECT_EQ(code(kMaxAuthorities + 1), Errc::exhausted);
}

TEST(certreq, is_searched_by_whole_hashes) {
  const base::Buffer body = hex("04" + kFirst + kSecond);
  const CertReq request = parse_certreq(body).value();
  EXPECT_TRUE(asks_for(request, hex(kFirst)));
  EXPECT_TRUE(asks_for(request, hex(kSecond)));
  EXPECT_FALSE(asks_for(request, hex(std::string(20, 'a') + std::string(20, 'b')))) << "stands across two";
  EXPECT_FALSE(asks_for(request, hex(std::string(40, 'c'))));
  EXPECT_FALSE(asks_for(parse_certreq(hex("04")).value(), hex(kFirst)));
  EXPECT_FALSE(asks_for(parse_certreq(hex("0f" + kFirst)).value(), hex(kFirst))) << "not for X.509";
}

}  // namespace
}  // namespace latchkey::wire
