#include "ike-engine/session/auth_payloads.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/suites.h"
#include "ike-engine/policy/traffic_selectors.h"
#include "ike-engine/session/inner_address.h"
#include "ike-engine/wire/id.h"

namespace latchkey::session {
namespace {

using base::NotifyType;
using base::PayloadType;

std::optional<AuthPayloads> read(const wire::PayloadChain& chain) {
  const auto payloads = wire::parse_payloads(chain.first(), chain.view());
  return payloads ? parse_auth_payloads(*payloads) : std::nullopt;
}

void add(wire::PayloadChain& chain, PayloadType type, const base::Buffer& body) {
  chain.add(type, [&](base::Writer& out) { out.bytes(body); });
}

base::Buffer id_of(std::string_view name) {
  base::Writer out;
  write(out, wire::Id{base::IdType::fqdn, base::as_bytes(name)});
  return out.take();
}

const base::Address kHost = *base::Address::parse("192.0.2.1");

/// A body that is right, of each type that may be there once.
base::Buffer body_of(PayloadType type) {
  base::Writer out;
  switch (type) {
    case PayloadType::idi:
    case PayloadType::idr: return id_of("a.example");
    case PayloadType::auth: write(out, wire::Auth{base::AuthMethod::null, base::as_bytes("proof")}); break;
    case PayloadType::cp: return address_request(base::Family::ipv4);
    case PayloadType::sa: write(out, policy::offer_esp(policy::default_esp_suites(), base::Spi{0x1000})); break;
    default: write(out, policy::host_selectors(kHost));
  }
  return out.take();
}
constexpr PayloadType kOnce[] = {PayloadType::idi, PayloadType::idr, PayloadType::auth, PayloadType::cp,
                                 PayloadType::sa,  PayloadType::tsi, PayloadType::tsr};

TEST(auth_payloads, are_read_as_they_were_written) {
  wire::PayloadChain chain;
  for (const auto type : kOnce) add(chain, type, body_of(type));
  add(chain, PayloadType::cert, *base::from_hex("04 3000"));
  add(chain, PayloadType::certreq, *base::from_hex("04"));
  add_notify(chain, NotifyType::initial_contact);
  const auto found = read(chain);
  ASSERT_TRUE(found && found->auth && found->cp && found->sa && found->tsi && found->tsr && found->certreq);
  EXPECT_EQ(base::to_buffer(found->idi), id_of("a.example")) << "the whole body, which AUTH covers";
  EXPECT_EQ(base::to_buffer(found->idr), id_of("a.example"));
  EXPECT_EQ(found->auth->method, base::AuthMethod::null);
  ASSERT_EQ(found->certificates.size(), 1u);
  EXPECT_EQ(base::to_buffer(found->certificates.front().data), *base::from_hex("3000"));
  EXPECT_EQ(*found->tsi, policy::host_selectors(kHost));
  EXPECT_TRUE(found->has(NotifyType::initial_contact));
  EXPECT_FALSE(found->has(NotifyType::use_transport_mode));
  EXPECT_EQ(found->error(), NotifyType{});
}

TEST(auth_payloads, need_not_be_there) {
  const auto found = read({});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->idi.empty() && found->idr.empty() && found->certificates.empty() && found->notifies.empty());
  EXPECT_FALSE(found->auth || found->certreq || found->cp || found->sa || found->tsi || found->tsr);
}

TEST(auth_payloads, are_refused_when_there_twice) {
  for (const auto type : kOnce) {
    wire::PayloadChain chain;
    add(chain, type, body_of(type));
    EXPECT_TRUE(read(chain)) << static_cast<int>(type);
    add(chain, type, body_of(type));
    EXPECT_FALSE(read(chain)) << static_cast<int>(type);
  }
}

TEST(auth_payloads, are_refused_when_malformed) {
  for (const auto type :
       {PayloadType::idi, PayloadType::idr, PayloadType::auth, PayloadType::cp, PayloadType::sa, PayloadType::tsi,
        PayloadType::tsr, PayloadType::cert, PayloadType::certreq, PayloadType::notify}) {
    wire::PayloadChain chain;
    add(chain, type, {});
    EXPECT_FALSE(read(chain)) << static_cast<int>(type);
  }
}

// RFC 7296 section 3.5: an address of the wrong size is no identity.
TEST(auth_payloads, are_refused_when_the_identity_is_none) {
  wire::PayloadChain chain;
  add(chain, PayloadType::idi, *base::from_hex("01 000000 c00002"));
  EXPECT_FALSE(read(chain));
}

TEST(auth_payloads, hold_no_more_certificates_than_are_looked_at) {
  wire::PayloadChain chain;
  for (std::size_t i = 0; i < kMaxCertificates; ++i) add(chain, PayloadType::cert, *base::from_hex("04 3000"));
  ASSERT_TRUE(read(chain));
  EXPECT_EQ(read(chain)->certificates.size(), kMaxCertificates);
  add(chain, PayloadType::cert, *base::from_hex("04 3000"));
  EXPECT_FALSE(read(chain));
}

TEST(auth_payloads, may_ask_for_certificates_several_times) {
  wire::PayloadChain chain;
  add(chain, PayloadType::certreq, *base::from_hex("04"));
  add(chain, PayloadType::certreq, *base::from_hex("0c"));
  const auto found = read(chain);
  ASSERT_TRUE(found && found->certreq);
  EXPECT_EQ(found->certreq->encoding, base::CertEncoding::x509_signature);
}

TEST(auth_payloads, tell_the_first_error_and_the_first_notify_of_a_kind) {
  wire::PayloadChain chain;
  add_notify(chain, NotifyType::additional_ts_possible);
  add_notify(chain, NotifyType::ts_unacceptable, base::Buffer{1});
  add_notify(chain, NotifyType::ts_unacceptable, base::Buffer{2});
  add_notify(chain, NotifyType::invalid_syntax);
  const auto found = read(chain);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->error(), NotifyType::ts_unacceptable);
  EXPECT_EQ(base::to_buffer(found->find(NotifyType::ts_unacceptable)->data), base::Buffer{1});
}

TEST(auth_payloads, that_are_unknown_are_left_out) {
  wire::PayloadChain chain;
  add(chain, PayloadType{200}, {1, 2, 3});
  add(chain, PayloadType::vendor_id, {1, 2, 3});
  EXPECT_TRUE(read(chain));
}

}  // namespace
}  // namespace latchkey::session
