#include "ike-engine/session/init_payloads.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/suites.h"

namespace latchkey::session {
namespace {

using base::NotifyType;
using base::PayloadType;

/// A message of these payloads as it stands in a datagram.
struct Sent {
  explicit Sent(const wire::PayloadChain& chain) : octets(write_message({}, chain)) {}
  std::optional<InitPayloads> read() const { return parse_init_payloads(wire::parse_message(octets).value()); }

  base::Buffer octets;
};

wire::PayloadChain honest() {
  static const base::Buffer value(32, 7), nonce(32, 9);
  wire::PayloadChain chain;
  chain.add(PayloadType::sa,
            [](base::Writer& out) { write(out, policy::offer_ike(policy::default_ike_suites(), {})); });
  chain.add(PayloadType::ke, [](base::Writer& out) { write(out, wire::Ke{base::KeMethod::x25519, value}); });
  chain.add(PayloadType::nonce, [](base::Writer& out) { write(out, wire::Nonce{nonce}); });
  return chain;
}

TEST(init_payloads, are_read_as_they_were_written) {
  wire::PayloadChain chain = honest();
  add_notify(chain, NotifyType::fragmentation_supported);
  add_hash_algorithms(chain);
  const Sent sent(chain);
  const auto read = sent.read();
  ASSERT_TRUE(read && read->sa && read->ke && read->nonce);
  EXPECT_EQ(read->ke->method, base::KeMethod::x25519);
  EXPECT_EQ(read->nonce->value.size(), 32u);
  EXPECT_EQ(read->notifies.size(), 2u);
  EXPECT_NE(read->find(NotifyType::fragmentation_supported), nullptr);
  EXPECT_EQ(read->find(NotifyType::cookie), nullptr);
}

TEST(init_payloads, need_not_be_there) {
  wire::PayloadChain chain;
  add_notify(chain, NotifyType::no_proposal_chosen);
  const Sent sent(chain);
  const auto read = sent.read();
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->sa || read->ke || read->nonce);
}

TEST(init_payloads, are_refused_when_malformed) {
  for (const auto type : {PayloadType::sa, PayloadType::ke, PayloadType::nonce, PayloadType::notify}) {
    wire::PayloadChain chain;
    chain.add(type, [](base::Writer& out) { out.u8(0); });
    EXPECT_FALSE(Sent(chain).read()) << static_cast<int>(type);
  }
}

TEST(init_payloads, are_refused_when_there_twice) {
  for (const auto which : {PayloadType::sa, PayloadType::ke, PayloadType::nonce}) {
    const Sent once(honest());
    const auto message = wire::parse_message(once.octets).value();
    wire::PayloadChain chain = honest();
    chain.add(which, [&](base::Writer& out) { out.bytes(message.find(which)->body); });
    EXPECT_FALSE(Sent(chain).read()) << static_cast<int>(which);
  }
}

// RFC 7296 section 2.5
TEST(init_payloads, that_are_unknown_are_skipped_unless_critical) {
  wire::PayloadChain chain = honest();
  chain.add(PayloadType{200}, [](base::Writer& out) { out.u8(1); });
  Sent sent(chain);
  EXPECT_TRUE(sent.read());
  sent.octets[sent.octets.size() - 4] |= 0x80;
  EXPECT_FALSE(sent.read());
}

// RFC 7296 section 2.23: there may be several sources, and the destination is one.
TEST(init_payloads, name_the_hashes_of_nat_detection) {
  wire::PayloadChain chain = honest();
  for (const auto& hash : {base::Buffer(20, 1), base::Buffer(20, 2)}) {
    add_notify(chain, NotifyType::nat_detection_source_ip, hash);
  }
  add_notify(chain, NotifyType::nat_detection_destination_ip, base::Buffer(20, 3));
  const Sent sent(chain);
  const auto read = sent.read();
  ASSERT_TRUE(read);
  const NatNotifies nat = read->nat_notifies();
  ASSERT_EQ(nat.sources.size(), 2u);
  EXPECT_EQ(base::to_buffer(nat.sources[1]), base::Buffer(20, 2));
  EXPECT_EQ(base::to_buffer(nat.destination), base::Buffer(20, 3));
  EXPECT_TRUE(Sent(honest()).read()->nat_notifies().destination.empty());
}

// Security rule 7
TEST(hash_algorithms, are_those_that_we_verify_and_never_sha_1) {
  wire::PayloadChain chain;
  add_hash_algorithms(chain);
  const Sent sent(chain);
  const auto read = sent.read();
  ASSERT_TRUE(read);
  const auto* notify = read->find(NotifyType::signature_hash_algorithms);
  ASSERT_NE(notify, nullptr);
  EXPECT_EQ(base::to_buffer(notify->data), *base::from_hex("0002 0003 0004 0005"));
}

}  // namespace
}  // namespace latchkey::session
