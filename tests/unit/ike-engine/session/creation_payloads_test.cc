#include "ike-engine/session/creation_payloads.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/suites.h"

namespace latchkey::session {
namespace {

using base::NotifyType;
using base::PayloadType;

const base::Buffer kNonce(32, 0x11);
const base::Address kOurs = *base::Address::parse("192.0.2.1");
const base::Address kTheirs = *base::Address::parse("2001:db8::1");

std::vector<wire::RawPayload> payloads_of(const wire::PayloadChain& chain) {
  return wire::parse_payloads(chain.first(), chain.view()).value();
}

TEST(creation_payloads, of_a_child_are_read_as_they_were_written) {
  const auto key = crypto::KeyExchange::from_private(base::KeMethod::x25519, base::Buffer(32, 7)).value();
  const wire::Sa sa = policy::offer_esp(policy::default_esp_suites(), base::Spi{0x1234}, std::array{key.method()});
  const auto chain = write_creation({.sa = sa,
                                     .nonce = kNonce,
                                     .key_exchange = &key,
                                     .hosts = Hosts{kOurs, kTheirs},
                                     .rekeyed = base::Spi{0xabcdef01},
                                     .transport = true});
  const auto read = parse_creation(payloads_of(chain));
  ASSERT_TRUE(read && read->sa && read->ke && read->nonce && read->tsi && read->tsr && read->rekey);
  EXPECT_EQ(*read->sa, sa);
  EXPECT_TRUE(base::same(read->nonce->value, kNonce));
  EXPECT_EQ(read->ke->method, key.method());
  EXPECT_TRUE(base::same(read->ke->value, key.public_value()));
  EXPECT_EQ(*read->tsi, std::vector{wire::TrafficSelector::host(kOurs)});
  EXPECT_EQ(*read->tsr, std::vector{wire::TrafficSelector::host(kTheirs)});
  EXPECT_EQ(read->rekey->protocol, base::ProtocolId::esp);
  EXPECT_EQ(base::to_buffer(read->rekey->spi), *base::from_hex("abcdef01"));
  EXPECT_TRUE(read->transport);
  EXPECT_FALSE(read->error);
  EXPECT_FALSE(read->is_for_ike());
}

TEST(creation_payloads, of_an_ike_sa_have_no_selectors) {
  const wire::Sa sa = policy::offer_ike(policy::default_ike_suites(), base::Buffer(8, 9));
  const auto read = parse_creation(payloads_of(write_creation({.sa = sa, .nonce = kNonce})));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->is_for_ike());
  EXPECT_FALSE(read->tsi || read->tsr || read->rekey || read->ke || read->transport);
}

TEST(creation_payloads, tell_the_first_error) {
  wire::PayloadChain chain;
  for (const auto type :
       {NotifyType::additional_ts_possible, NotifyType::temporary_failure, NotifyType::invalid_syntax}) {
    chain.add(PayloadType::notify, [&](base::Writer& out) {
      write(out, wire::Notify{base::ProtocolId::none, {}, type, {}});
    });
  }
  const auto read = parse_creation(payloads_of(chain));
  ASSERT_TRUE(read && read->error);
  EXPECT_EQ(read->error->type, NotifyType::temporary_failure);
}

TEST(creation_payloads, are_refused_when_malformed_or_there_twice) {
  for (const auto type : {PayloadType::sa, PayloadType::ke, PayloadType::nonce, PayloadType::tsi, PayloadType::tsr,
                          PayloadType::notify}) {
    wire::PayloadChain chain;
    chain.add(type, [](base::Writer& out) { out.u8(0); });
    EXPECT_FALSE(parse_creation(payloads_of(chain))) << static_cast<int>(type);
  }
  wire::PayloadChain twice;
  for (int i = 0; i < 2; ++i) twice.add(PayloadType::nonce, [](base::Writer& out) { out.bytes(kNonce); });
  EXPECT_FALSE(parse_creation(payloads_of(twice)));
}

TEST(creation_payloads, that_are_unknown_are_skipped_unless_critical) {
  base::Buffer chain = *base::from_hex("00 00 0005 ff");
  const auto unknown = static_cast<PayloadType>(200);
  EXPECT_TRUE(parse_creation(wire::parse_payloads(unknown, chain).value()));
  chain[1] = 0x80;
  EXPECT_FALSE(parse_creation(wire::parse_payloads(unknown, chain).value()));
}

}  // namespace
}  // namespace latchkey::session
