#include "ike-engine/wire/sa.h"

#include <gmock/gmock.h>

#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using base::ProtocolId;
using base::TransformType;
using support::hex;
using support::with_octet;
using support::written;
using testing::ElementsAre;

// RFC 7296 sections 3.3.1 to 3.3.5, typed by hand: one ESP proposal with SPI 0x35a1d6f2, AES-GCM-16 of 256 bits, ESN.
const base::Buffer kEsp =
    hex("00 00 0020 01 03 04 02 35a1d6f2"
        "  03 00 000c 01 00 0014 800e 0100"
        "  00 00 0008 05 00 0001");

const Sa kEspValue{{{.number = 1,
                     .protocol = ProtocolId::esp,
                     .spi = {0x35, 0xa1, 0xd6, 0xf2},
                     .transforms = {{TransformType::encr, 20, 256, false}, {TransformType::esn, 1, {}, false}}}}};

Errc error_of(base::Bytes body) { return parse_sa(body).error().code; }

// A proposal of IKE with `count` key exchange transforms, marked as the RFC wants it.
Proposal ike_proposal(std::uint8_t number, std::size_t count) {
  Proposal proposal{number, ProtocolId::ike, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    proposal.transforms.push_back({TransformType::ke, static_cast<std::uint16_t>(i), {}, false});
  }
  return proposal;
}

TEST(sa, is_what_section_3_3_draws) {
  EXPECT_EQ(parse_sa(kEsp).value(), kEspValue);
  EXPECT_EQ(written(kEspValue), kEsp);
}

TEST(sa, reads_back_several_proposals) {
  Sa sa{{ike_proposal(1, 5), ike_proposal(2, 1), kEspValue.proposals[0]}};
  EXPECT_EQ(parse_sa(written(sa)).value(), sa);
}

TEST(sa, refuses_every_truncation) {
  support::expect_every_truncation_refused(kEsp, parse_sa);
  // Also when the proposal's own length agrees with what is left.
  support::expect_every_truncation_refused(kEsp, [](base::Bytes shorter) {
    base::Buffer honest = base::to_buffer(shorter);
    if (honest.size() >= 4) honest[3] = static_cast<std::uint8_t>(honest.size());
    return parse_sa(honest);
  });
}

TEST(sa, refuses_octets_behind_the_last_proposal) { EXPECT_FALSE(parse_sa(base::concat({kEsp, hex("00")}))); }

TEST(sa, refuses_markers_that_lie) {
  EXPECT_EQ(error_of(with_octet(kEsp, 0, 2)), Errc::malformed);  // more proposals: there are none
  EXPECT_EQ(error_of(with_octet(kEsp, 0, 3)), Errc::malformed);
  EXPECT_EQ(error_of(with_octet(kEsp, 12, 0)), Errc::malformed);  // the last transform: one follows
  EXPECT_EQ(error_of(with_octet(kEsp, 24, 3)), Errc::malformed);  // more transforms: there are none
  const base::Buffer two = base::concat({kEsp, kEsp});
  EXPECT_EQ(error_of(two), Errc::malformed);
  EXPECT_EQ(parse_sa(with_octet(two, 0, 2))->proposals.size(), 2U);
}

TEST(sa, refuses_lengths_that_lie) {
  for (const int length : {0, 3, 4, 7, 31, 33}) EXPECT_FALSE(parse_sa(with_octet(kEsp, 3, length))) << length;
  for (const int length : {0, 3, 4, 11, 13, 255}) EXPECT_FALSE(parse_sa(with_octet(kEsp, 15, length))) << length;
  EXPECT_FALSE(parse_sa(with_octet(kEsp, 14, 0xff)));
}

TEST(sa, refuses_a_number_of_transforms_that_lies) {
  for (const int count : {0, 1, 3}) EXPECT_EQ(error_of(with_octet(kEsp, 7, count)), Errc::malformed) << count;
  EXPECT_EQ(error_of(with_octet(kEsp, 7, kMaxTransforms + 1)), Errc::exhausted);
}

TEST(sa, refuses_an_spi_of_the_wrong_size) {
  struct Case {
    ProtocolId protocol;
    std::size_t size;
    bool good;
  };
  const Case cases[] = {{ProtocolId::ike, 0, true}, {ProtocolId::ike, 8, true},  {ProtocolId::ike, 4, false},
                        {ProtocolId::esp, 4, true}, {ProtocolId::esp, 0, false}, {ProtocolId::esp, 8, false},
                        {ProtocolId::ah, 4, true},  {ProtocolId::ah, 3, false},  {ProtocolId{9}, 0, true},
                        {ProtocolId{9}, 255, true}};
  for (const Case& c : cases) {
    const Sa sa{{{1, c.protocol, base::Buffer(c.size), {{TransformType::encr, 20, 256, false}}}}};
    EXPECT_EQ(parse_sa(written(sa)).has_value(), c.good) << static_cast<int>(c.protocol) << " " << c.size;
  }
}

TEST(sa, marks_a_transform_with_an_attribute_that_it_does_not_know) {
  const auto sa = parse_sa(hex("00 00 0018 01 01 00 01  00 00 0010 01 00 000c 800f 0001 800e 0080")).value();
  EXPECT_TRUE(sa.proposals[0].transforms[0].unknown_attribute);
  EXPECT_EQ(sa.proposals[0].transforms[0].key_bits, 128);
  EXPECT_THAT(sa.proposals[0].transforms[0].unknown_attributes, ElementsAre(TransformAttribute{15, hex("0001")}));
}

TEST(sa, keeps_an_unknown_attribute_of_variable_length) {
  const auto sa = parse_sa(hex("00 00 0017 01 01 00 01  00 00 000f 01 00 000c 0010 0003 aabbcc")).value();
  EXPECT_TRUE(sa.proposals[0].transforms[0].unknown_attribute);
  EXPECT_FALSE(sa.proposals[0].transforms[0].key_bits);
  EXPECT_THAT(sa.proposals[0].transforms[0].unknown_attributes, ElementsAre(TransformAttribute{16, hex("aabbcc")}));
  EXPECT_EQ(error_of(hex("00 00 0017 01 01 00 01  00 00 000f 01 00 000c 0010 0004 aabbcc")), Errc::truncated);
}

TEST(sa, holds_at_most_16_unknown_attributes_a_transform) {
  base::Buffer body = hex("00 00 0050 01 01 00 01  00 00 0048 01 00 000c");
  for (std::size_t i = 0; i < kMaxUnknownAttributes; ++i) body = base::concat({body, hex("8010 0001")});
  EXPECT_TRUE(parse_sa(body));
  body = base::concat({body, hex("8010 0001")});
  body = with_octet(with_octet(body, 3, 0x54), 11, 0x4c);
  EXPECT_EQ(error_of(body), Errc::exhausted);
}

TEST(sa, refuses_a_key_length_that_comes_twice_or_with_a_length) {
  EXPECT_EQ(error_of(hex("00 00 0018 01 01 00 01  00 00 0010 01 00 000c 800e 0080 800e 0100")), Errc::malformed);
  EXPECT_EQ(error_of(hex("00 00 0016 01 01 00 01  00 00 000e 01 00 000c 000e 0002 0080")), Errc::malformed);
}

TEST(sa, holds_at_least_one_proposal) { EXPECT_FALSE(parse_sa({})); }

TEST(sa, holds_at_most_32_proposals_and_64_transforms) {
  Sa sa;
  for (std::size_t i = 0; i < kMaxProposals; ++i) sa.proposals.push_back(ike_proposal(1, 1));
  EXPECT_TRUE(parse_sa(written(sa)));
  sa.proposals.push_back(ike_proposal(1, 1));
  EXPECT_EQ(error_of(written(sa)), Errc::exhausted);

  EXPECT_TRUE(parse_sa(written(Sa{{ike_proposal(1, kMaxTransforms)}})));
  EXPECT_EQ(error_of(written(Sa{{ike_proposal(1, kMaxTransforms + 1)}})), Errc::exhausted);
}

TEST(sa, ignores_reserved_octets) {
  EXPECT_EQ(parse_sa(with_octet(with_octet(with_octet(kEsp, 1, 0xff), 13, 0xff), 17, 0xff)).value(), kEspValue);
}

}  // namespace
}  // namespace latchkey::wire
