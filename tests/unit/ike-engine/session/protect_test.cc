#include "ike-engine/session/protect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ike-engine/wire/nonce.h"

namespace latchkey::session {
namespace {

base::SecretBytes key(std::size_t size, std::uint8_t fill) { return base::SecretBytes(base::Buffer(size, fill)); }

struct Cipher {
  base::EncrId encr;
  std::uint16_t bits;
  base::IntegId integ;
  std::size_t encr_key, integ_key, block;
};

// Every combination that IKE may have, with the octets that it takes of SK_e and SK_a.
using enum base::EncrId;
using base::IntegId;
constexpr Cipher kGcm256{aes_gcm_16, 256, IntegId::none, 36, 0, 1};
const Cipher kCiphers[] = {
    kGcm256,
    {aes_gcm_16, 128, IntegId::none, 20, 0, 1},
    {chacha20_poly1305, 256, IntegId::none, 36, 0, 1},
    {aes_ccm_8, 128, IntegId::none, 19, 0, 1},
    {aes_ccm_12, 128, IntegId::none, 19, 0, 1},
    {aes_ccm_16, 128, IntegId::none, 19, 0, 1},
    {aes_ccm_8, 256, IntegId::none, 35, 0, 1},
    {aes_ccm_12, 256, IntegId::none, 35, 0, 1},
    {aes_ccm_16, 256, IntegId::none, 35, 0, 1},
    {aes_cbc, 128, IntegId::hmac_sha2_256_128, 16, 32, 16},
    {aes_cbc, 128, IntegId::hmac_sha2_384_192, 16, 48, 16},
    {aes_cbc, 128, IntegId::hmac_sha2_512_256, 16, 64, 16},
    {aes_cbc, 256, IntegId::hmac_sha2_256_128, 32, 32, 16},
    {aes_cbc, 256, IntegId::hmac_sha2_384_192, 32, 48, 16},
    {aes_cbc, 256, IntegId::hmac_sha2_512_256, 32, 64, 16},
    {aes_ctr, 128, IntegId::hmac_sha2_256_128, 20, 32, 1},
    {aes_ctr, 128, IntegId::hmac_sha2_384_192, 20, 48, 1},
    {aes_ctr, 128, IntegId::hmac_sha2_512_256, 20, 64, 1},
    {aes_ctr, 256, IntegId::hmac_sha2_256_128, 36, 32, 1},
    {aes_ctr, 256, IntegId::hmac_sha2_384_192, 36, 48, 1},
    {aes_ctr, 256, IntegId::hmac_sha2_512_256, 36, 64, 1},
};

std::string name_of(const Cipher& c) {
  return std::to_string(static_cast<int>(c.encr)) + "/" + std::to_string(c.bits) + "/" +
         std::to_string(static_cast<int>(c.integ));
}

DirectionKeys keys_of(const Cipher& c, std::uint8_t fill) {
  return {key(c.encr_key, fill), key(c.integ_key, static_cast<std::uint8_t>(fill + 100))};
}

Protection side(std::uint8_t out, std::uint8_t in, const Cipher& c = kGcm256) {
  return *Protection::make(c.encr, c.bits, c.integ, keys_of(c, out), keys_of(c, in));
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
  for (const Cipher& c : kCiphers) {
    Protection a = side(1, 2, c);
    const Protection b = side(2, 1, c);
    for (std::size_t size = 16; size < 50; ++size) {
      const auto chain = chain_of(size);
      const auto sealed = a.seal(header(), chain, 0);
      ASSERT_TRUE(sealed);
      ASSERT_EQ(sealed->size(), 1u);
      const auto message = wire::parse_message(sealed->front());
      ASSERT_TRUE(message);
      const auto opened = b.open(*message);
      ASSERT_TRUE(opened) << name_of(c) << " " << size;
      EXPECT_EQ(opened->first, base::PayloadType::nonce);
      EXPECT_TRUE(base::same(opened->content, chain.view()));
    }
  }
}

/// An SK message with that much padding, made without Protection.
base::Buffer padded_message(const Cipher& c, const wire::PayloadChain& chain, std::size_t padding) {
  const auto encryption = crypto::Encryption::find(c.encr, c.bits, c.integ).value();
  const crypto::CipherSizes& sizes = encryption.sizes();
  wire::Header h = header();
  h.next_payload = base::PayloadType::sk;
  const std::size_t size = 4 + sizes.iv + chain.view().size() + padding + 1 + sizes.icv;
  h.length = static_cast<std::uint32_t>(wire::kHeaderSize + size);
  base::Writer out;
  write(out, h);
  out.u8(static_cast<std::uint8_t>(chain.first()));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(size));
  const base::Buffer iv(sizes.iv, 0x77), pad(padding, 0xab);
  const std::array<std::uint8_t, 1> pad_length{static_cast<std::uint8_t>(padding)};
  const base::Buffer plain = base::concat({chain.view(), pad, pad_length});
  const auto sealed = encryption.seal(keys_of(c, 1), iv, out.view(), plain).value();
  out.bytes(iv);
  out.bytes(sealed);
  return out.take();
}

// RFC 7296 section 3.14
TEST(protect, takes_padding_of_any_length_and_content) {
  const auto chain = chain_of(40);  // 44 octets with its header: 3 octets of padding make whole blocks
  for (const Cipher& c : kCiphers) {
    for (const std::size_t padding : {0u, 1u, 3u, 15u, 19u, 243u, 255u}) {
      if ((chain.view().size() + padding + 1) % c.block != 0) continue;
      const base::Buffer message = padded_message(c, chain, padding);
      const auto opened = side(2, 1, c).open(*wire::parse_message(message));
      ASSERT_TRUE(opened) << name_of(c) << " " << padding;
      EXPECT_TRUE(base::same(opened->content, chain.view())) << name_of(c) << " " << padding;
    }
  }
}

TEST(protect, never_uses_an_iv_twice) {
  for (const Cipher& c : kCiphers) {
    Protection a = side(1, 2, c);
    const std::size_t size = crypto::cipher_sizes(c.encr, c.bits, c.integ)->iv;
    std::set<base::Buffer> ivs;
    for (int i = 0; i < 100; ++i) {
      const base::Buffer sealed = a.seal(header(), chain_of(40), 0)->front();
      ivs.insert(base::to_buffer(base::Bytes(sealed).subspan(wire::kHeaderSize + 4, size)));
    }
    EXPECT_EQ(ivs.size(), 100u) << name_of(c);
  }
}

TEST(protect, pads_cbc_to_whole_blocks_and_no_further) {
  const Cipher cbc{aes_cbc, 128, IntegId::hmac_sha2_256_128, 16, 32, 16};
  Protection a = side(1, 2, cbc);
  const std::size_t frame = wire::kHeaderSize + 4 + 16 + 16;                 // headers, IV, ICV
  EXPECT_EQ(a.seal(header(), chain_of(27), 0)->front().size(), frame + 32);  // 4 + 27 octets and the pad length
  EXPECT_EQ(a.seal(header(), chain_of(28), 0)->front().size(), frame + 48);
}

TEST(protect, refuses_a_message_with_any_octet_changed) {
  for (const Cipher& c : kCiphers) {
    Protection a = side(1, 2, c);
    const Protection b = side(2, 1, c);
    const base::Buffer good = a.seal(header(), chain_of(16), 0)->front();
    for (std::size_t at = 0; at < good.size(); ++at) {
      base::Buffer bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0x01);
      const auto message = wire::parse_message(bad);
      if (!message) continue;  // no longer a message at all
      EXPECT_FALSE(b.open(*message)) << name_of(c) << " octet " << at;
    }
  }
}

TEST(protect, does_not_open_its_own_direction) {
  Protection a = side(1, 2);
  const auto sealed = a.seal(header(), chain_of(16), 0);
  EXPECT_EQ(a.open(*wire::parse_message(sealed->front())).error().code, base::Errc::bad_icv);
}

void expect_fragments(const Cipher& c, std::size_t fragment_size) {
  Protection a = side(1, 2, c);
  const Protection b = side(2, 1, c);
  const auto chain = chain_of(256);
  const auto sealed = a.seal(header(), chain, fragment_size);
  ASSERT_TRUE(sealed);
  ASSERT_GT(sealed->size(), 1u);
  base::Buffer joined;
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    EXPECT_LE((*sealed)[i].size(), fragment_size);
    const bool last = i + 1 == sealed->size();
    EXPECT_TRUE(last || (*sealed)[i].size() + c.block > fragment_size) << "room is left";
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

TEST(protect, splits_what_is_longer_than_a_fragment_may_be) {
  for (const Cipher& c : kCiphers) {
    SCOPED_TRACE(name_of(c));
    for (std::size_t size = 130; size < 170; ++size) expect_fragments(c, size);
  }
}

TEST(protect, makes_no_fragments_in_which_nothing_fits) {
  for (const Cipher& c : kCiphers) {
    Protection a = side(1, 2, c);
    const auto sizes = crypto::cipher_sizes(c.encr, c.bits, c.integ);
    // Headers, IV and ICV, and a block that has room for more than the pad length.
    const std::size_t least = wire::kHeaderSize + 4 + 4 + sizes->iv + std::max<std::size_t>(c.block, 2) + sizes->icv;
    EXPECT_FALSE(a.seal(header(), chain_of(64), least - 1)) << name_of(c);
    EXPECT_TRUE(a.seal(header(), chain_of(64), least)) << name_of(c);
  }
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

TEST(protect, takes_each_cipher_with_its_own_key_sizes_only) {
  for (const Cipher& c : kCiphers) {
    const auto made = [&](std::size_t encr, std::size_t integ) {
      return Protection::make(c.encr, c.bits, c.integ, {key(encr, 1), key(integ, 2)}, keys_of(c, 3)).has_value() &&
             Protection::make(c.encr, c.bits, c.integ, keys_of(c, 3), {key(encr, 1), key(integ, 2)}).has_value();
    };
    EXPECT_TRUE(made(c.encr_key, c.integ_key)) << name_of(c);
    EXPECT_FALSE(made(c.encr_key + 1, c.integ_key)) << name_of(c);
    EXPECT_FALSE(made(c.encr_key - 1, c.integ_key)) << name_of(c);
    EXPECT_FALSE(made(c.encr_key, c.integ_key + 1)) << name_of(c);
  }
  EXPECT_EQ(Protection::make(des3, 192, IntegId::hmac_sha2_256_128, {key(24, 1), key(32, 1)}, {key(24, 2), key(32, 2)})
                .error()
                .code,
            base::Errc::unsupported);
}

}  // namespace
}  // namespace latchkey::session
