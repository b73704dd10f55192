// INITIAL_CONTACT (RFC 7296 section 2.4): a client that has forgotten everything says so, and what is left of it with
// us ends at once. It comes from another address each time, so that nothing but the notify can end what it had before.

#include <gtest/gtest.h>

#include <algorithm>

#include "ike-engine/wire/delete.h"
#include "tests/sim/stranger.h"
#include "tests/sim/world.h"
#include "tests/support/responder.h"

namespace latchkey::sim {
namespace {

using base::ExchangeType;
using base::NotifyType;
using support::Payloads;

constexpr int kLaptop = 2, kPhone = 3;

/// The owners of two keys may come, and whoever has no name.
api::ResponderConfig for_two() {
  auto responder = open_to_all();
  for (const int key : {kLaptop, kPhone}) {
    responder.peers.push_back({.name = "key " + std::to_string(key),
                               .kind = api::ProofKind::raw_key,
                               .keys = {dns_key_of(ed25519_key(key))}});
  }
  return responder;
}

enum class Says { nothing, initial_contact };

/// A client at an address of its own.
struct Visit {
  Visit(Server& server, std::uint8_t number) : stranger(server, number) {
    stranger.path.remote.address = *base::Address::from_bytes(std::array<std::uint8_t, 4>{192, 0, 2, number});
    EXPECT_TRUE(stranger.agree());
  }
  /// Without a key it is nobody. Whether it was let in.
  bool come(std::optional<int> key, Says says = Says::nothing, bool childless = false) {
    const base::Buffer name = *base::from_hex("02 000000 6c6170746f70");  // FQDN "laptop"
    Payloads claim = key ? stranger.claim(name, ed25519_key(*key)) : stranger.claim();
    if (childless) claim.resize(2);
    if (says == Says::initial_contact) claim.push_back(support::notify_payload(NotifyType::initial_contact));
    const auto answer = stranger.ask(ExchangeType::ike_auth, claim);
    return answer && first_notify(answer->payloads()) == NotifyType{};
  }
  /// Whether it was sent the DELETE of its IKE SA.
  bool is_dismissed(const Server& server) const {
    return std::ranges::any_of(server.sent, [&](const api::Datagram& datagram) {
      if (datagram.path.remote.address != stranger.path.remote.address) return false;
      const auto request = stranger.open(datagram.bytes);
      if (!request || request->header.response || request->first != base::PayloadType::delete_) return false;
      return wire::parse_delete(request->payloads().front().body)->protocol == base::ProtocolId::ike;
    });
  }

  Stranger stranger;
};

TEST(initial_contact, ends_all_older_ike_sas_of_its_client_at_once_and_nobody_elses) {
  Server server(for_two());
  Visit first(server, 1), second(server, 2), childless(server, 3), phone(server, 4), nobody(server, 5);
  ASSERT_TRUE(first.come(kLaptop));
  ASSERT_TRUE(second.come(kLaptop));
  ASSERT_TRUE(childless.come(kLaptop, Says::nothing, true));
  ASSERT_TRUE(phone.come(kPhone));
  ASSERT_TRUE(nobody.come({}));
  ASSERT_EQ(server.kernel.live(), 4u) << "without INITIAL_CONTACT a client may have several";
  Visit again(server, 6);
  ASSERT_TRUE(again.come(kLaptop, Says::initial_contact));
  EXPECT_EQ(replaced(server), 2u);
  ASSERT_EQ(server.kernel.installed().size(), 5u);
  const auto lives = [&](std::size_t child) { return server.kernel.installed()[child].live; };
  EXPECT_FALSE(lives(0) || lives(1));
  EXPECT_TRUE(lives(2) && lives(3)) << "somebody else's";
  EXPECT_TRUE(lives(4)) << "its own";
  EXPECT_EQ(server.engine.sessions(), 3u);
  for (const Visit* gone : {&first, &second, &childless}) EXPECT_TRUE(gone->is_dismissed(server));
  for (const Visit* here : {&phone, &nobody, &again}) EXPECT_FALSE(here->is_dismissed(server));
}

// RFC 7619 section 2.3: there is no telling one nobody from another.
TEST(initial_contact, of_nobody_is_ignored) {
  Server server(for_two());
  Visit laptop(server, 1), nobody(server, 2);
  ASSERT_TRUE(laptop.come(kLaptop));
  ASSERT_TRUE(nobody.come({}));
  Visit another(server, 3);
  ASSERT_TRUE(another.come({}, Says::initial_contact));
  EXPECT_EQ(replaced(server), 0u);
  EXPECT_EQ(server.kernel.live(), 3u);
  EXPECT_EQ(server.engine.sessions(), 3u);
}

}  // namespace
}  // namespace latchkey::sim
