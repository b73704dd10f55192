#include "ike-engine/session/protect.h"

#include <gtest/gtest.h>

#include "ike-engine/wire/nonce.h"

namespace latchkey::session {
namespace {

base::SecretBytes key(std::size_t size, std::uint8_t fill) { return base::SecretBytes(base::Buffer(size, fill)); }

Protection side(std::uint8_t out, std::uint8_t in) {
  return *Protection::make(base::EncrId::aes_gcm_16, 256, key(36, out), key(36, in));
}

wire::Header header() {
  wire::Header h;
  h.spi_i = base::IkeSpi{1};
  h.spi_r = base::IkeSpi{2};
  h.exchange = base::ExchangeType::informational;
  h.initiator = true;
  h.message_id = base::MessageId{7};
  return h;
}

wire::PayloadChain chain_of(std::size_t nonce) {
  wire::PayloadChain chain;
  const base::Buffer octets(nonce, 0x5a);
  chain.add(base::PayloadType::nonce, [&](base::Writer& out) { write(out, wire::Nonce{octets}); });
  return chain;
}

TEST(protect, opens_what_the_other_side_sealed) {
  Protection a = side(1, 2);
  const Protection b = side(2, 1);
  const auto chain = chain_of(40);
  const auto sealed = a.seal(header(), chain, 0);
  ASSERT_TRUE(sealed);
  ASSERT_EQ(sealed->size(), 1u);
  const auto message = wire::parse_message(sealed->front());
  ASSERT_TRUE(message);
  const auto opened = b.open(*message);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->first, base::PayloadType::nonce);
  EXPECT_TRUE(base::same(opened->content, chain.view()));
}

// RFC 7296 section 3.14
TEST(protect, takes_padding_of_any_length_and_content) {
  const auto chain = chain_of(40);
  for (const std::size_t padding : {0u, 1u, 15u, 255u}) {
    wire::Header h = header();
    h.next_payload = base::PayloadType::sk;
    const std::size_t size = 4 + 8 + chain.view().size() + padding + 1 + 16;
    h.length = static_cast<std::uint32_t>(wire::kHeaderSize + size);
    base::Writer out;
    write(out, h);
    out.u8(static_cast<std::uint8_t>(chain.first()));
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(size));
    const base::Buffer iv(8, 0x77), pad(padding, 0xab);
    const std::array<std::uint8_t, 1> pad_length{static_cast<std::uint8_t>(padding)};
    const base::Buffer plain = base::concat({chain.view(), pad, pad_length});
    const auto sealed = crypto::aead_seal(base::EncrId::aes_gcm_16, key(36, 1).view(), iv, out.view(), plain);
    ASSERT_TRUE(sealed);
    out.bytes(iv);
    out.bytes(*sealed);
    const auto opened = side(2, 1).open(*wire::parse_message(out.view()));
    ASSERT_TRUE(opened) << padding;
    EXPECT_TRUE(base::same(opened->content, chain.view())) << padding;
  }
}

TEST(protect, never_uses_an_iv_twice) {
  Protection a = side(1, 2);
  const auto first = a.seal(header(), chain_of(40), 0);
  const auto second = a.seal(header(), chain_of(40), 0);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->front(), second->front());
}

TEST(protect, refuses_a_message_with_any_octet_changed) {
  Protection a = side(1, 2);
  const Protection b = side(2, 1);
  const base::Buffer good = a.seal(header(), chain_of(16), 0)->front();
  for (std::size_t at = 0; at < good.size(); ++at) {
    base::Buffer bad = good;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0x01);
    const auto message = wire::parse_message(bad);
    if (!message) continue;  // no longer a message at all
    EXPECT_FALSE(b.open(*message)) << "octet " << at;
  }
}

TEST(protect, does_not_open_its_own_direction) {
  Protection a = side(1, 2);
  const auto sealed = a.seal(header(), chain_of(16), 0);
  EXPECT_EQ(a.open(*wire::parse_message(sealed->front())).error().code, base::Errc::bad_icv);
}

TEST(protect, splits_what_is_longer_than_a_fragment_may_be) {
  Protection a = side(1, 2);
  const Protection b = side(2, 1);
  const auto chain = chain_of(256);
  const auto sealed = a.seal(header(), chain, 150);
  ASSERT_TRUE(sealed);
  ASSERT_GT(sealed->size(), 2u);
  base::Buffer joined;
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    EXPECT_LE((*sealed)[i].size(), 150u);
    const auto opened = b.open(*wire::parse_message((*sealed)[i]));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->fragment, i + 1);
    EXPECT_EQ(opened->total, sealed->size());
    // RFC 7383 section 2.5: the type of the first payload stands in the first fragment only.
    EXPECT_EQ(opened->first, i == 0 ? base::PayloadType::nonce : base::PayloadType::none);
    joined.insert(joined.end(), opened->content.begin(), opened->content.end());
  }
  EXPECT_TRUE(base::same(joined, chain.view()));
}

TEST(protect, leaves_whole_what_just_fits) {
  Protection a = side(1, 2);
  const std::size_t size = a.seal(header(), chain_of(100), 0)->front().size();
  EXPECT_EQ(a.seal(header(), chain_of(100), size)->size(), 1u);
  EXPECT_EQ(a.seal(header(), chain_of(100), size - 1)->size(), 2u);
}

TEST(protect, refuses_a_changed_fragment_number) {
  Protection a = side(1, 2);
  const Protection b = side(2, 1);
  base::Buffer fragment = a.seal(header(), chain_of(256), 150)->front();
  fragment[wire::kHeaderSize + 4 + 1] = 2;  // Fragment Number, low octet
  EXPECT_EQ(b.open(*wire::parse_message(fragment)).error().code, base::Errc::bad_icv);
}

TEST(protect, finds_no_encrypted_payload_in_a_plain_message) {
  const Protection b = side(2, 1);
  const auto plain = wire::write_message(header(), chain_of(16));
  EXPECT_EQ(b.open(*wire::parse_message(plain)).error().code, base::Errc::not_found);
}

TEST(protect, takes_each_cipher_with_its_key_size_only) {
  struct Case {
    base::EncrId encr;
    std::uint16_t bits;
    std::size_t size;
    bool good;
  };
  const Case cases[] = {
      {base::EncrId::aes_gcm_16, 256, 36, true},         {base::EncrId::aes_gcm_16, 128, 20, true},
      {base::EncrId::chacha20_poly1305, 256, 36, true},  {base::EncrId::aes_gcm_16, 128, 36, false},
      {base::EncrId::chacha20_poly1305, 256, 32, false}, {base::EncrId::aes_cbc, 256, 32, false},
  };
  for (const Case& c : cases) {
    const auto made = Protection::make(c.encr, c.bits, key(c.size, 1), key(c.size, 2));
    EXPECT_EQ(made.has_value(), c.good) << static_cast<int>(c.encr) << " " << c.bits << " " << c.size;
  }
}

}  // namespace
}  // namespace latchkey::session
