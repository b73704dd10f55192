#include "ike-engine/session/unknown_sa.h"

#include <gtest/gtest.h>

#include "ike-engine/wire/notify.h"

namespace latchkey::session {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::TimePoint kNow{seconds(1000)};

wire::Header request() {
  wire::Header header;
  header.spi_i.value = 0x1111;
  header.spi_r.value = 0x2222;
  header.exchange = ExchangeType::create_child_sa;
  header.initiator = true;
  header.message_id.value = 7;
  return header;
}

base::Buffer message_of(const wire::Header& header, PayloadType type = PayloadType::sk, std::size_t octets = 40) {
  wire::PayloadChain chain;
  chain.add(type, [&](base::Writer& out) { out.bytes(base::Buffer(octets, 0x5a)); });
  return write_message(header, chain);
}

std::optional<base::Buffer> answer(UnknownSa& unknown, const base::Buffer& datagram, base::TimePoint now = kNow) {
  return unknown.answer(wire::parse_message(datagram).value(), now);
}

void expect_answer(const std::optional<base::Buffer>& octets, const wire::Header& asked, NotifyType type) {
  ASSERT_TRUE(octets);
  const auto message = wire::parse_message(*octets);
  ASSERT_TRUE(message);
  const wire::Header& header = message->header;
  EXPECT_EQ(header.spi_i, asked.spi_i);
  EXPECT_EQ(header.spi_r, asked.spi_r);
  EXPECT_EQ(header.exchange, asked.exchange);
  EXPECT_EQ(header.message_id, asked.message_id);
  EXPECT_TRUE(header.response);
  EXPECT_NE(header.initiator, asked.initiator);
  EXPECT_EQ(header.version, 0x20);
  ASSERT_EQ(message->payloads.size(), 1u);
  const auto notify = wire::parse_notify(message->payloads.front().body);
  ASSERT_TRUE(notify);
  EXPECT_EQ(notify->type, type);
  EXPECT_TRUE(notify->data.empty() && notify->spi.empty());
}

TEST(unknown_sa, is_named_to_who_sends_a_protected_request_from_either_role) {
  UnknownSa unknown;
  for (const bool initiator : {false, true}) {
    for (const auto exchange : {ExchangeType::informational, ExchangeType::create_child_sa, ExchangeType::ike_auth}) {
      wire::Header header = request();
      header.initiator = initiator;
      header.exchange = exchange;
      expect_answer(answer(unknown, message_of(header)), header, NotifyType::invalid_ike_spi);
    }
  }
}

TEST(unknown_sa, is_not_named_to_anything_else) {
  UnknownSa unknown;
  wire::Header response = request();
  response.response = true;
  EXPECT_FALSE(answer(unknown, message_of(response)));
  EXPECT_FALSE(answer(unknown, message_of(request(), PayloadType::notify))) << "unprotected";
  wire::Header without_spis = request();
  without_spis.spi_i = without_spis.spi_r = {};
  EXPECT_FALSE(answer(unknown, message_of(without_spis)));
}

TEST(unknown_sa, gets_no_answer_longer_than_the_request) {
  UnknownSa unknown;
  for (std::size_t octets = 0; octets < 20; ++octets) {
    const auto datagram = message_of(request(), PayloadType::sk, octets);
    const auto reply = answer(unknown, datagram);
    EXPECT_EQ(reply.has_value(), datagram.size() >= 36) << octets;
    if (reply) {
      EXPECT_LE(reply->size(), datagram.size());
    }
  }
}

TEST(unknown_sa, answers_are_fifty_at_once_and_ten_a_second) {
  UnknownSa unknown;
  const auto count = [&](base::TimePoint now) {
    std::size_t answers = 0;
    for (int i = 0; i < 1000; ++i) answers += answer(unknown, message_of(request()), now) ? 1u : 0u;
    return answers;
  };
  EXPECT_EQ(count(kNow), 50u);
  EXPECT_EQ(count(kNow + milliseconds(50)), 0u);
  EXPECT_EQ(count(kNow + seconds(1)), 10u);
  EXPECT_EQ(count(kNow + seconds(1000)), 50u);
}

base::Buffer of_version(std::uint8_t version, bool response = false) {
  base::Buffer datagram = message_of(request());
  datagram[17] = version;
  if (response) datagram[19] |= 0x20;
  return datagram;
}

TEST(major_version, that_is_higher_is_told_ours) {
  UnknownSa unknown;
  for (const std::uint8_t version : {std::uint8_t{0x30}, std::uint8_t{0xf1}}) {
    expect_answer(unknown.answer_version(of_version(version), kNow), request(), NotifyType::invalid_major_version);
  }
  EXPECT_FALSE(unknown.answer_version(of_version(0x30, true), kNow)) << "a response";
  for (const std::uint8_t version : {std::uint8_t{0x00}, std::uint8_t{0x10}, std::uint8_t{0x20}, std::uint8_t{0x2f}}) {
    EXPECT_FALSE(unknown.answer_version(of_version(version), kNow)) << version;
  }
  EXPECT_FALSE(unknown.answer_version(base::Buffer(27, 0x30), kNow)) << "no header";
  base::Buffer header_only = of_version(0x30);
  header_only.resize(28);
  EXPECT_FALSE(unknown.answer_version(header_only, kNow)) << "shorter than the answer";
}

}  // namespace
}  // namespace latchkey::session
