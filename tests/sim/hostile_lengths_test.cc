// Lengths and counts inside of payloads that lie: traffic selectors, DELETE, REKEY_SA (RFC 7296 sections 3.10, 3.11 and
// 3.13). The parsers alone are in tests/unit/ike-engine/wire/.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/notify.h"
#include "tests/sim/creations.h"
#include "tests/sim/siege.h"
#include "tests/support/octets.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::Buffer;
using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using std::chrono::seconds;
using support::Behaviour;
using support::Create;
using support::hex;
using support::Payloads;

struct Lie {
  const char* name;
  Buffer body;
};

std::vector<Lie> selector_lies() {
  const Buffer host = hex("07 00 0010 0000 ffff c0000201 c0000201");
  const auto of = [&](std::string_view front) { return base::concat({hex(front), host}); };
  return {{"nothing", {}},
          {"only a count", hex("01 000000")},
          {"no selector", hex("00 000000")},
          {"a selector that is not counted", of("00 000000")},
          {"one of two", of("02 000000")},
          {"one of 255", of("ff 000000")},
          {"length 0", hex("01 000000  07 00 0000 0000 ffff c0000201 c0000201")},
          {"length of the header alone", hex("01 000000  07 00 0008 0000 ffff c0000201 c0000201")},
          {"length short by one", hex("01 000000  07 00 000f 0000 ffff c0000201 c0000201")},
          {"length long by one", hex("01 000000  07 00 0011 0000 ffff c0000201 c0000201")},
          {"length 65535", hex("01 000000  07 00 ffff 0000 ffff c0000201 c0000201")},
          {"IPv6 with IPv4's length", hex("01 000000  08 00 0010 0000 ffff c0000201 c0000201")},
          {"an unknown type of length 0", hex("01 000000  f0 00 0000 0000 ffff c0000201 c0000201")},
          {"an unknown type of length 3", hex("01 000000  f0 00 0003 0000 ffff c0000201 c0000201")},
          {"a range that goes downwards", hex("01 000000  07 00 0010 0000 ffff c0000202 c0000201")},
          {"octets behind the last", base::concat({of("01 000000"), hex("00")})}};
}

TEST(selectors, whose_lengths_lie_let_nobody_in) {
  for (const Lie& lie : selector_lies()) {
    for (const PayloadType type : {PayloadType::tsi, PayloadType::tsr}) {
      SCOPED_TRACE(lie.name);
      Server server(open_to_all());
      Stranger stranger(server);
      ASSERT_TRUE(stranger.agree());
      Payloads claim = stranger.claim();
      with(type, lie.body)(claim);
      const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
      ASSERT_TRUE(answer);
      EXPECT_NE(first_notify(answer->payloads()), NotifyType{});
      EXPECT_EQ(harm_by_clients(server, 0), "");

      World world(ed25519_key(), Behaviour{.edit_auth = with(type, lie.body)});
      world.connect(seconds(10));
      ASSERT_TRUE(world.run_until_settled());
      EXPECT_EQ(harm_by_server(world), "");
    }
  }
}

/// A tunnel whose server says something hostile in CREATE_CHILD_SA or INFORMATIONAL.
class hostile_server : public Creations {
 protected:
  /// Nothing of the server's has made a child; the tunnel that is up is there, or has ended and is said to have.
  std::string harm() {
    world.run(seconds(1));
    if (world.kernel.live() > 1) return "a child that nobody has agreed on";
    if (world.kernel.live() != world.engine.sessions()) return "a session without a child";
    if (world.kernel.live() + world.count<api::Down>() != 1) return "an end that is not told";
    if (world.kernel.reserved() != 0) return "an SPI that stays reserved";
    return "";
  }
  /// A world of its own for another case.
  template <class Case>
  static std::string harm_of(Case&& hostile) {
    struct Other : hostile_server {
      void TestBody() override {}
      using hostile_server::SetUp;
    } other;
    other.SetUp();
    hostile(static_cast<hostile_server&>(other));
    return other.harm();
  }

 public:
  using Creations::answer;
  using Creations::ask;
  using Creations::wear_out;
  using Creations::world;
};

TEST_F(hostile_server, lies_about_selectors_when_it_asks_for_a_child) {
  for (const Lie& lie : selector_lies()) {
    SCOPED_TRACE(lie.name);
    const auto ask_so = [&](hostile_server& other) {
      const auto answer = other.ask(Create::new_child, with(PayloadType::tsi, lie.body));
      EXPECT_EQ(first_notify(answer), NotifyType::invalid_syntax);
    };
    EXPECT_EQ(harm_of(ask_so), "");
  }
}

TEST_F(hostile_server, lies_about_selectors_when_it_is_asked_for_a_child) {
  for (const Lie& lie : selector_lies()) {
    SCOPED_TRACE(lie.name);
    const auto answer_so = [&](hostile_server& other) {
      other.world.responder.behaviour().edit_creation = with(PayloadType::tsr, lie.body);
      other.wear_out();
      other.world.run(seconds(1));
      EXPECT_EQ(other.world.count<api::Rekeyed>(), 0u);
    };
    EXPECT_EQ(harm_of(answer_so), "");
  }
}

/// N(REKEY_SA) as it stands in the payload's body: protocol, SPI size, type, SPI and whatever else.
std::vector<Lie> rekey_lies() {
  return {{"no protocol and no SPI", hex("00 00 4009")},
          {"no protocol and an SPI", hex("00 04 4009 01020304")},
          {"protocol IKE", hex("01 08 4009 0102030405060708")},
          {"protocol IKE without SPI", hex("01 00 4009")},
          {"protocol AH", hex("02 04 4009 01020304")},
          {"protocol 255", hex("ff 04 4009 01020304")},
          {"ESP without SPI", hex("03 00 4009")},
          {"ESP with an SPI of 3 octets", hex("03 03 4009 010203")},
          {"ESP with an SPI of 5 octets", hex("03 05 4009 0102030405")},
          {"ESP with an SPI of 8 octets", hex("03 08 4009 0102030405060708")},
          {"ESP with SPI 0", hex("03 04 4009 00000000")},
          {"an SPI size that overruns the payload", hex("03 ff 4009 01020304")},
          {"nothing at all", {}},
          {"half a type", hex("03 04 40")}};
}

TEST_F(hostile_server, asks_for_the_rekeying_of_what_is_not_there) {
  for (const Lie& lie : rekey_lies()) {
    SCOPED_TRACE(lie.name);
    const auto ask_so = [&](hostile_server& other) {
      const auto answer = other.ask(Create::rekey_child, [&](Payloads& all) { all.front().body = lie.body; });
      const NotifyType told = first_notify(answer);
      EXPECT_TRUE(told == NotifyType::child_sa_not_found || told == NotifyType::invalid_syntax);
      EXPECT_EQ(other.world.kernel.installed().size(), 1u);
    };
    EXPECT_EQ(harm_of(ask_so), "");
  }
}

// Where an IKE SA is rekeyed, no REKEY_SA is looked for.
TEST_F(hostile_server, names_a_child_where_it_rekeys_the_ike_sa) {
  for (const Lie& lie : rekey_lies()) {
    SCOPED_TRACE(lie.name);
    const auto ask_so = [&](hostile_server& other) {
      (void)other.ask(Create::rekey_ike, [&](Payloads& all) {
        all.insert(all.begin(), {PayloadType::notify, lie.body});
      });
    };
    EXPECT_EQ(harm_of(ask_so), "");
  }
}

std::vector<Lie> delete_lies() {
  return {{"two SPIs of which one is there", hex("03 04 0002 01020304")},
          {"one SPI of which two are there", hex("03 04 0001 01020304 01020304")},
          {"65535 SPIs", hex("03 04 ffff 01020304")},
          {"SPIs of no octets", hex("03 00 ffff")},
          {"SPIs of 255 octets", hex("03 ff 0001 01020304")},
          {"an IKE SA with SPIs", hex("01 08 0001 0102030405060708")},
          {"an IKE SA with a count", hex("01 00 0001")},
          {"half a header", hex("03 04")},
          {"nothing", {}}};
}

TEST_F(hostile_server, deletes_with_a_count_that_lies) {
  for (const Lie& lie : delete_lies()) {
    SCOPED_TRACE(lie.name);
    const auto send_so = [&](hostile_server& other) {
      const auto answer = other.answer(
          other.world.responder.send_request(ExchangeType::informational, {{PayloadType::delete_, lie.body}}));
      EXPECT_EQ(first_notify(answer), NotifyType::invalid_syntax);
    };
    EXPECT_EQ(harm_of(send_so), "");
  }
}

// RFC 7296 section 1.4.1: what is not there can't be deleted, and is not named in the answer.
TEST_F(hostile_server, deletes_thousands_of_children_that_are_not_there) {
  base::Writer out;
  constexpr std::uint16_t kCount = 10000;
  out.u8(3);
  out.u8(4);
  out.u16(kCount);
  for (std::uint32_t i = 1; i <= kCount; ++i) out.u32(i);
  const auto told =
      answer(world.responder.send_request(ExchangeType::informational, {{PayloadType::delete_, out.take()}}));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(world.kernel.live(), 1u);
  EXPECT_EQ(harm(), "");
}

}  // namespace
}  // namespace latchkey::sim
