#include "ike-engine/wire/message.h"

#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "tests/support/octets.h"

namespace latchkey::wire {
namespace {

using base::Errc;
using base::PayloadType;
using support::hex;

// Notify COOKIE "abc", then a vendor ID of one octet.
const base::Buffer kChain = hex("2b 00 000b 00 00 4006 616263  00 00 0005 ff");

Errc error_of(PayloadType first, base::Bytes chain) { return parse_payloads(first, chain).error().code; }

TEST(payload_chain, is_taken_apart_in_order) {
  const auto payloads = parse_payloads(PayloadType::notify, kChain).value();
  ASSERT_EQ(payloads.size(), 2U);
  EXPECT_EQ(payloads[0].type, PayloadType::notify);
  EXPECT_EQ(base::to_hex(payloads[0].body), "00004006616263");
  EXPECT_EQ(payloads[1].type, PayloadType::vendor_id);
  EXPECT_EQ(base::to_hex(payloads[1].body), "ff");
}

TEST(payload_chain, may_be_empty) {
  EXPECT_TRUE(parse_payloads(PayloadType::none, {}).value().empty());
  EXPECT_EQ(error_of(PayloadType::none, hex("00")), Errc::malformed);
}

TEST(payload_chain, is_refused_at_every_truncation) {
  support::expect_every_truncation_refused(
      kChain, [](base::Bytes chain) { return parse_payloads(PayloadType::notify, chain); });
}

TEST(payload_chain, is_refused_when_a_length_lies) {
  for (const int length : {0, 1, 2, 3}) {
    EXPECT_EQ(error_of(PayloadType::notify, support::with_octet(kChain, 3, length)), Errc::malformed) << length;
  }
  EXPECT_EQ(error_of(PayloadType::notify, support::with_octet(kChain, 2, 1)), Errc::truncated);
  EXPECT_EQ(error_of(PayloadType::notify, support::with_octet(kChain, 14, 6)), Errc::truncated);
  EXPECT_EQ(error_of(PayloadType::notify, support::with_octet(kChain, 14, 4)), Errc::malformed);
}

TEST(payload_chain, shows_what_stands_before_a_mistake) {
  const auto read = read_payloads(PayloadType::notify, base::Bytes(kChain).first(kChain.size() - 1));
  ASSERT_EQ(read.payloads.size(), 1U);
  EXPECT_EQ(base::to_hex(read.payloads[0].body), "00004006616263");
  EXPECT_EQ(read.end.error().code, Errc::truncated);
  EXPECT_TRUE(read_payloads(PayloadType::notify, kChain).end);
}

TEST(payload_chain, ends_with_the_encrypted_payload_whose_next_payload_is_inside) {
  const base::Buffer chain = hex("23 00 0008 01020304");
  for (const PayloadType type : {PayloadType::sk, PayloadType::skf}) {
    const auto payloads = parse_payloads(type, chain).value();
    ASSERT_EQ(payloads.size(), 1U);
    EXPECT_EQ(payloads[0].next, PayloadType::idi);
    EXPECT_EQ(payloads[0].body.size(), 4U);
  }
  const base::Buffer more = base::concat({chain, hex("00 00 0004")});
  EXPECT_EQ(error_of(PayloadType::sk, more), Errc::malformed);
}

TEST(payload_chain, holds_at_most_64_payloads) {
  base::Buffer chain;
  for (std::size_t count = 1; count <= kMaxPayloads + 1; ++count) {
    const base::Buffer one = hex("2b 00 0004");
    chain.insert(chain.end(), one.begin(), one.end());
    base::Buffer ended = chain;
    ended[ended.size() - 4] = 0;
    const auto payloads = parse_payloads(PayloadType::vendor_id, ended);
    if (count <= kMaxPayloads) {
      ASSERT_TRUE(payloads) << count;
    } else {
      EXPECT_EQ(payloads.error().code, Errc::exhausted);
    }
  }
}

TEST(payload_chain, says_which_critical_payload_is_unknown) {
  const auto critical = [](PayloadType type) {
    return RawPayload{.type = type, .critical = true, .next = PayloadType::none, .body = {}};
  };
  const RawPayload known[] = {critical(PayloadType::sa), critical(PayloadType::eap), critical(PayloadType::skf)};
  EXPECT_EQ(first_unknown_critical(known), PayloadType::none);
  RawPayload unknown[] = {critical(PayloadType{49}), critical(PayloadType{200})};
  EXPECT_EQ(first_unknown_critical(unknown), PayloadType{49});
  unknown[0].critical = false;
  EXPECT_EQ(first_unknown_critical(unknown), PayloadType{200});
  EXPECT_EQ(first_unknown_critical({}), PayloadType::none);
}

TEST(payload_chain, reads_the_critical_bit_and_ignores_the_reserved_ones) {
  const auto payloads = parse_payloads(PayloadType{200}, hex("c8 80 0004  00 7f 0004")).value();
  EXPECT_TRUE(payloads[0].critical);
  EXPECT_FALSE(payloads[1].critical);
}

TEST(message, reads_back_what_it_wrote) {
  PayloadChain chain;
  const base::Buffer value(32, 7);
  const Notify cookie{.protocol = {}, .spi = {}, .type = base::NotifyType::cookie, .data = base::as_bytes("abc")};
  chain.add(PayloadType::notify, [&](base::Writer& out) { write(out, cookie); });
  chain.add(PayloadType::nonce, [&](base::Writer& out) { write(out, Nonce{value}); });
  Header header;
  header.exchange = base::ExchangeType::ike_sa_init;
  header.initiator = true;
  const base::Buffer datagram = write_message(header, chain);

  const Message message = parse_message(datagram).value();
  EXPECT_EQ(message.header.length, datagram.size());
  EXPECT_EQ(message.header.next_payload, PayloadType::notify);
  ASSERT_EQ(message.payloads.size(), 2U);
  EXPECT_TRUE(base::same(parse_nonce(message.find(PayloadType::nonce)->body)->value, value));
  EXPECT_EQ(message.find(PayloadType::sa), nullptr);
  EXPECT_EQ(message.datagram.data(), datagram.data());
}

TEST(message, without_payloads_is_a_header) {
  const base::Buffer datagram = write_message(Header{}, PayloadChain{});
  EXPECT_EQ(datagram.size(), kHeaderSize);
  EXPECT_TRUE(parse_message(datagram).value().payloads.empty());
}

TEST(message, is_refused_at_every_truncation_even_if_the_header_agrees) {
  PayloadChain chain;
  chain.add(PayloadType::vendor_id, [](base::Writer& out) { out.u32(1); });
  chain.add(PayloadType::vendor_id, [](base::Writer& out) { out.u32(2); });
  const base::Buffer datagram = write_message(Header{}, chain);
  support::expect_every_truncation_refused(datagram, [](base::Bytes shorter) {
    base::Buffer honest = base::to_buffer(shorter);
    if (honest.size() >= kHeaderSize) honest[27] = static_cast<std::uint8_t>(honest.size());
    return parse_message(honest);
  });
}

}  // namespace
}  // namespace latchkey::wire
