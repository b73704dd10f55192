// What AUTH covers of IKE_INTERMEDIATE: the same for whoever sends and whoever receives, in fragments or whole.
#include "ike-engine/session/intermediate.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/prf.h"
#include "ike-engine/session/fragments.h"
#include "tests/support/octets.h"

namespace latchkey::session {
namespace {

constexpr base::PrfId kPrf = base::PrfId::hmac_sha2_256;
const base::Buffer kSkP(32, 3);

Protection side(std::uint8_t out, std::uint8_t in, base::EncrId encr, base::IntegId integ) {
  const std::size_t salt = integ == base::IntegId::none ? 4 : 0;
  const std::size_t mac = integ == base::IntegId::none ? 0 : 32;
  const auto keys = [&](std::uint8_t fill) {
    return DirectionKeys{base::SecretBytes(base::Buffer(32 + salt, fill)), base::SecretBytes(base::Buffer(mac, fill))};
  };
  return Protection::make(encr, 256, integ, keys(out), keys(in)).value();
}

wire::PayloadChain chain_of(std::size_t octets) {
  wire::PayloadChain chain;
  chain.add(base::PayloadType::ke, [&](base::Writer& out) { out.bytes(base::Buffer(octets, 0x5a)); });
  return chain;
}

wire::Header request_header() {
  wire::Header header;
  header.spi_i = base::IkeSpi{0x0102030405060708};
  header.spi_r = base::IkeSpi{0x1112131415161718};
  header.exchange = base::ExchangeType::ike_intermediate;
  header.initiator = true;
  header.message_id = base::MessageId{1};
  return header;
}

/// Opens datagrams of one message; the whole.
Opened opened_by(const Protection& receiver, const std::vector<base::Buffer>& datagrams) {
  Reassembly parts;
  for (const base::Buffer& datagram : datagrams) {
    auto opened = receiver.open(wire::parse_message(datagram).value()).value();
    if (opened.total == 0) return opened;
    if (auto whole = parts.add(base::MessageId{1}, std::move(opened), {})) return std::move(*whole);
  }
  return {};
}

base::Buffer octets(const base::SecretBytes& secret) { return base::to_buffer(secret.view()); }

// RFC 9242 section 3.3.2, Figure 1: with what it says typed out.
TEST(cover, takes_header_generic_header_and_payloads_with_lengths_as_if_there_were_no_encryption) {
  const auto expected = crypto::prf(kPrf, kSkP,
                                    {support::hex("0102030405060708 1112131415161718 2e 20 2b 08 00000001 00000028"),
                                     support::hex("22 00 000c"), support::hex("00 00 0008 5a5a5a5a")});
  using enum base::EncrId;
  using base::IntegId;
  for (const auto& [encr, integ] :
       {std::pair{aes_gcm_16, IntegId::none}, std::pair{aes_cbc, IntegId::hmac_sha2_256_128}}) {
    Protection sender = side(1, 2, encr, integ);
    const auto datagrams = sender.seal(request_header(), chain_of(4), 0).value();
    base::SecretBytes auth;
    ASSERT_TRUE(cover(auth, kPrf, kSkP, sealed_head(datagrams.front()), chain_of(4).view()));
    EXPECT_EQ(octets(auth), octets(*expected));
  }
}

TEST(cover, is_the_same_for_both_sides_in_fragments_of_any_size_or_whole) {
  using enum base::EncrId;
  using base::IntegId;
  for (const auto& [encr, integ] :
       {std::pair{aes_gcm_16, IntegId::none}, std::pair{aes_cbc, IntegId::hmac_sha2_256_128}}) {
    std::vector<base::Buffer> seen;
    const Protection receiver = side(2, 1, encr, integ);
    for (const std::size_t size : {0u, 160u, 576u, 1200u}) {
      Protection sender = side(1, 2, encr, integ);
      const auto datagrams = sender.seal(request_header(), chain_of(1184), size).value();
      EXPECT_EQ(datagrams.size() == 1, size == 0) << size;
      base::SecretBytes ours, theirs;
      ASSERT_TRUE(cover(ours, kPrf, kSkP, sealed_head(datagrams.front()), chain_of(1184).view()));
      const Opened opened = opened_by(receiver, datagrams);
      ASSERT_TRUE(cover(theirs, kPrf, kSkP, opened.head, opened.content));
      seen.push_back(octets(ours));
      seen.push_back(octets(theirs));
    }
    for (const base::Buffer& one : seen) EXPECT_EQ(one, seen.front());
  }
}

TEST(cover, goes_on_from_the_message_before) {
  const base::Buffer head = support::hex("0102030405060708 1112131415161718 2e202b08 00000001 00000000 22000000");
  base::SecretBytes auth;
  ASSERT_TRUE(cover(auth, kPrf, kSkP, head, base::Buffer{1}));
  const base::Buffer first = octets(auth);
  ASSERT_TRUE(cover(auth, kPrf, kSkP, head, {}));
  base::Buffer adjusted = head;
  adjusted[27] = 32;
  adjusted[31] = 4;
  EXPECT_EQ(octets(auth), octets(*crypto::prf(kPrf, kSkP, {first, adjusted})));
}

TEST(intermediate, counts_its_exchanges_and_says_nothing_to_auth_where_there_were_none) {
  Intermediate none;
  EXPECT_TRUE(none.over());
  EXPECT_EQ(none.next_id(), base::MessageId{1});
  EXPECT_TRUE(none.covered().empty());

  Intermediate two{.methods = {base::KeMethod{1024}, base::KeMethod{1025}}};
  EXPECT_FALSE(two.over());
  EXPECT_EQ(two.due(), base::KeMethod{1024});
  two.done = 2;
  two.auth_i = base::SecretBytes(base::Buffer{1, 2});
  two.auth_r = base::SecretBytes(base::Buffer{3, 4});
  EXPECT_TRUE(two.over());
  EXPECT_EQ(two.covered(), support::hex("0102 0304 00000003"));
}

}  // namespace
}  // namespace latchkey::session
