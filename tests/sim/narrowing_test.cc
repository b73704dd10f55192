// What a responder leaves out of a wider offer (RFC 7296 section 2.9): nothing that it would take in a child of its
// own, so it never says ADDITIONAL_TS_POSSIBLE; and never what its initiator wanted first, if it takes that at all.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/ts.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"
#include "tests/support/selectors.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using base::PayloadType;
using support::payload;
using support::Payloads;
using support::selector;
using Selectors = std::vector<wire::TrafficSelector>;

constexpr std::string_view kOurs = "198.51.100.7";
constexpr std::string_view kTheirs = "192.0.2.1";
constexpr std::string_view kLease = "100.64.0.2";

wire::TrafficSelector host(std::string_view address) { return selector(address, address); }
// A packet's: TCP from or to a port.
wire::TrafficSelector packet(std::string_view address) { return selector(address, address, 6, 443); }
const wire::TrafficSelector kAll4 = selector("0.0.0.0", "255.255.255.255");
const wire::TrafficSelector kAll6 = selector("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

struct Case {
  std::string_view name = {};
  Selectors tsi, tsr;
  std::string_view granted = kTheirs;
  bool asks = false;       ///< the client asks for addresses of both families, and there are some
  bool known = false;      ///< it has proven a name
  bool transport = false;  ///< the server's children are in transport mode
  bool childless = false;  ///< the first child is made by CREATE_CHILD_SA
};

std::vector<Case> cases() {
  const wire::TrafficSelector elsewhere = packet("10.0.0.1");
  return {
      {.name = "exactly the two hosts", .tsi = {host(kTheirs)}, .tsr = {host(kOurs)}},
      {.name = "everything", .tsi = {kAll4}, .tsr = {kAll4}},
      {.name = "both families", .tsi = {kAll4, kAll6}, .tsr = {kAll6, kAll4}},
      {.name = "a packet first", .tsi = {packet(kTheirs), kAll4}, .tsr = {packet(kOurs), kAll4}},
      {.name = "a packet of another host first", .tsi = {elsewhere, kAll4}, .tsr = {elsewhere, kAll4}},
      {.name = "protocols and ports one by one",
       .tsi = {packet(kTheirs), selector(kTheirs, kTheirs, 17), host(kTheirs)},
       .tsr = {packet(kOurs), selector(kOurs, kOurs, 17), host(kOurs)}},
      {.name = "several hosts",
       .tsi = {host("192.0.2.2"), host(kTheirs), host("192.0.2.3")},
       .tsr = {host("198.51.100.8"), host(kOurs)}},
      {.name = "everything, of a client with a name", .tsi = {kAll4}, .tsr = {kAll4}, .known = true},
      {.name = "everything, and no address wanted of those that there are", .tsi = {kAll4, kAll6}, .tsr = {kAll4}},
      {.name = "everything, with an address", .tsi = {kAll4}, .tsr = {kAll4}, .granted = kLease, .asks = true},
      {.name = "both families, with an address",
       .tsi = {kAll6, kAll4},
       .tsr = {kAll6, kAll4},
       .granted = kLease,
       .asks = true},
      {.name = "both families, with an address, of a client with a name",
       .tsi = {kAll4, kAll6},
       .tsr = {kAll4, kAll6},
       .granted = kLease,
       .asks = true,
       .known = true},
      {.name = "a packet first, with an address",
       .tsi = {packet(kTheirs), kAll4},
       .tsr = {packet(kOurs), kAll4},
       .granted = kLease,
       .asks = true},
      {.name = "everything, in transport mode", .tsi = {kAll4}, .tsr = {kAll4}, .transport = true},
      {.name = "everything, after IKE_AUTH", .tsi = {kAll4, kAll6}, .tsr = {kAll4, kAll6}, .childless = true},
      {.name = "everything, after IKE_AUTH, with an address",
       .tsi = {kAll4},
       .tsr = {kAll4},
       .granted = kLease,
       .asks = true,
       .childless = true},
  };
}

api::ResponderConfig config_for(const Case& c) {
  auto responder = open_to_all();
  responder.pools.push_back({*base::Address::parse(kLease), *base::Address::parse("100.64.0.9")});
  responder.pools.push_back({*base::Address::parse("fd00::2"), *base::Address::parse("fd00::9")});
  if (c.transport) responder.mode = api::Mode::transport;
  if (c.known) {
    responder.peers.front() = {.name = "laptop", .kind = api::ProofKind::raw_key, .keys = {dns_key_of(ed25519_key(2))}};
  }
  return responder;
}

// Up to the first child, and beyond it.
struct Client {
  explicit Client(const Case& asked) : c(asked), server(config_for(asked)) {
    EXPECT_TRUE(stranger.agree());
    claim = c.known ? stranger.claim(*base::from_hex("02 000000 6c6170746f70"), ed25519_key(2)) : stranger.claim();
    Payloads auth(claim.begin(), claim.begin() + 2);
    if (!c.childless) append(auth, child(c.tsi, c.tsr));
    const auto answer = stranger.ask(ExchangeType::ike_auth, auth);
    first = c.childless ? create(c.tsi, c.tsr) : answer.value_or(support::Plain{});
  }
  static void append(Payloads& payloads, Payloads more) { std::ranges::move(more, std::back_inserter(payloads)); }
  // CP?, N(USE_TRANSPORT_MODE)?, SA, TSi, TSr
  Payloads child(const Selectors& tsi, const Selectors& tsr) const {
    Payloads payloads;
    if (c.asks) payloads.push_back(payload(PayloadType::cp, wire::Cp{1, {{1, {}}, {8, {}}}}));
    if (c.transport) payloads.push_back(support::notify_payload(NotifyType::use_transport_mode));
    append(payloads, {claim[2], payload(PayloadType::tsi, tsi), payload(PayloadType::tsr, tsr)});
    return payloads;
  }
  support::Plain create(const Selectors& tsi, const Selectors& tsr) {
    Payloads payloads = child(tsi, tsr);
    payloads.insert(payloads.end() - 2, payload(PayloadType::nonce, wire::Nonce{nonce}));
    return stranger.ask(ExchangeType::create_child_sa, payloads).value_or(support::Plain{});
  }

  const Case c;
  const base::Buffer nonce = base::Buffer(32, 7);
  Server server;
  Stranger stranger{server};
  Payloads claim;
  support::Plain first;
};

Selectors selectors(const support::Plain& answer, PayloadType type) {
  const auto payloads = answer.payloads();
  const auto found = std::ranges::find(payloads, type, &wire::RawPayload::type);
  return found == payloads.end() ? Selectors{} : wire::parse_ts(found->body).value();
}

bool holds(const Selectors& granted, const wire::TrafficSelector& part) {
  return std::ranges::any_of(granted, [&](const wire::TrafficSelector& each) {
    return (each.protocol == 0 || each.protocol == part.protocol) && each.start_port <= part.start_port &&
           part.end_port <= each.end_port && each.start <= part.start && part.end <= each.end;
  });
}

// The offer's own parts, and parts of these.
Selectors parts_of(const Selectors& offer) {
  Selectors parts = offer;
  for (const auto& part : {host(kTheirs), host(kOurs), host(kLease), packet(kTheirs), packet(kOurs), packet(kLease),
                           host("192.0.2.2"), selector("192.0.2.128", "192.0.2.255"), host("100.64.0.3"),
                           host("10.0.0.1"), host("fd00::2"), host("2001:db8::1"), packet("fd00::2")}) {
    if (holds(offer, part)) parts.push_back(part);
  }
  return parts;
}

TEST(narrowing, leaves_out_nothing_that_would_be_taken_in_another_child) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    Client client(c);
    const auto tsi = selectors(client.first, PayloadType::tsi), tsr = selectors(client.first, PayloadType::tsr);
    ASSERT_EQ(tsi, Selectors{host(c.granted)});
    ASSERT_EQ(tsr, Selectors{host(kOurs)});
    EXPECT_FALSE(support::find_notify(client.first.payloads(), NotifyType::additional_ts_possible));
    std::size_t asked = 0;
    for (const auto& one : parts_of(c.tsi)) {
      for (const auto& other : parts_of(c.tsr)) {
        // What holds all of what was granted is narrowed to it once more.
        if (holds({one}, tsi.front()) && holds({other}, tsr.front())) continue;
        ++asked;
        EXPECT_EQ(first_notify(client.create({one}, {other}).payloads()), NotifyType::ts_unacceptable)
            << one.start.to_string() << "/" << int{one.protocol} << " " << other.start.to_string();
      }
    }
    EXPECT_EQ(client.server.kernel.live(), 1u);
    EXPECT_GT(asked, 0u);
  }
}

TEST(narrowing, grants_what_the_initiator_wants_first_if_it_may) {
  for (const bool childless : {false, true}) {
    const Case c{.tsi = {packet(kTheirs), kAll4}, .tsr = {packet(kOurs), kAll4}, .childless = childless};
    Client client(c);
    for (const auto& answer : {client.first, client.create(c.tsi, c.tsr)}) {
      EXPECT_TRUE(holds(selectors(answer, PayloadType::tsi), c.tsi.front())) << childless;
      EXPECT_TRUE(holds(selectors(answer, PayloadType::tsr), c.tsr.front())) << childless;
    }
    EXPECT_EQ(client.server.kernel.live(), 2u);
  }
}

}  // namespace
}  // namespace latchkey::sim
