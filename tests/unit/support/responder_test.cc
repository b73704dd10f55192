// The test responder against the engine: what they agree on is the same on both sides, and each scripted behaviour
// shows.

#include "tests/support/responder.h"

#include <gtest/gtest.h>

#include <deque>

#include "ike-engine/api/engine.h"
#include "ike-engine/wire/notify.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/seeded_random.h"

namespace latchkey::support {
namespace {

using std::chrono::milliseconds;

base::Address ip(std::string_view text) { return base::Address::parse(text).value(); }

crypto::PrivateKey key_of(crypto::KeyType type) {
  static const auto rsa = crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048).value();
  if (type == crypto::KeyType::rsa) return rsa;
  return crypto::PrivateKey::generate(type).value();
}

/// One client and one server on a wire without loss.
class Pair {
 public:
  explicit Pair(Behaviour behaviour, crypto::KeyType type = crypto::KeyType::ed25519)
      : engine_({}, random_, kernel),
        server(key_of(type), std::move(behaviour), [this](base::MutableBytes out) { random_.fill(out); }) {}

  void connect() {
    api::ConnectRequest request;
    request.local = {ip("198.18.0.1"), 500};
    request.remote = ip("198.18.0.2");
    request.keys = {server.dns_key()};
    ASSERT_TRUE(engine_.connect(request, now_));
    settle();
  }

  /// Lets everything that is under way arrive, then lets time pass up to `span`.
  void settle(milliseconds span = milliseconds(0)) {
    const base::TimePoint end = now_ + span;
    for (;;) {
      exchange();
      const base::TimePoint next = engine_.next_deadline();
      if (next > end) break;
      now_ = std::max(now_, next);
      engine_.expire(now_);
    }
    now_ = end;
  }

  void deliver(std::vector<api::Datagram> from_server) {
    for (auto& datagram : from_server) {
      const api::Path path{datagram.path.remote, datagram.path.local, datagram.path.nat_port};
      engine_.receive(datagram.bytes, path, now_);
    }
    exchange();
  }

  template <class T>
  const T* event() const {
    for (const auto& one : events) {
      if (const T* found = std::get_if<T>(&one)) return found;
    }
    return nullptr;
  }

  FakeKernel kernel;
  std::vector<api::Event> events;

 private:
  void exchange() {
    for (auto out = engine_.take_output(); !out.datagrams.empty() || !out.events.empty(); out = engine_.take_output()) {
      for (auto& one : out.events) events.push_back(std::move(one));
      for (const auto& datagram : out.datagrams) {
        const api::Path path{datagram.path.remote, datagram.path.local, datagram.path.nat_port};
        for (const auto& reply : server.receive(datagram.bytes, path)) {
          engine_.receive(reply.bytes, {reply.path.remote, reply.path.local, reply.path.nat_port}, now_);
        }
      }
    }
  }

  SeededRandom random_{1};
  base::TimePoint now_{};
  api::Engine engine_;

 public:
  Responder server;
};

void expect_same_child(Pair& pair) {
  ASSERT_NE(pair.event<api::Established>(), nullptr);
  ResponderSa* sa = pair.server.take_established();
  ASSERT_NE(sa, nullptr);
  const api::ChildSa& theirs = *sa->child;
  const api::ChildSa& ours = pair.kernel.installed().back().child;
  EXPECT_EQ(ours.spi_in, theirs.spi_out);
  EXPECT_EQ(ours.spi_out, theirs.spi_in);
  EXPECT_TRUE(base::same(ours.key_in.view(), theirs.key_out.view()));
  EXPECT_TRUE(base::same(ours.key_out.view(), theirs.key_in.view()));
  EXPECT_EQ(ours.mode, theirs.mode);
  EXPECT_EQ(ours.suite, theirs.suite);
  EXPECT_EQ(ours.encapsulated, theirs.encapsulated);
  EXPECT_EQ(ours.local, theirs.remote);
}

void expect_agreement(Behaviour behaviour, crypto::KeyType type = crypto::KeyType::ed25519) {
  Pair pair(std::move(behaviour), type);
  pair.connect();
  pair.settle(std::chrono::seconds(3));
  expect_same_child(pair);
}

void expect_failure(Behaviour behaviour, crypto::KeyType type = crypto::KeyType::ed25519) {
  Pair pair(std::move(behaviour), type);
  pair.connect();
  pair.settle(std::chrono::minutes(5));
  EXPECT_EQ(pair.event<api::Established>(), nullptr);
  EXPECT_NE(pair.event<api::Failed>(), nullptr);
  EXPECT_EQ(pair.kernel.live(), 0U);
}

TEST(responder, agrees_with_the_engine_on_every_key_type) {
  for (const auto type :
       {crypto::KeyType::ed25519, crypto::KeyType::ecdsa_p256, crypto::KeyType::ecdsa_p384, crypto::KeyType::rsa}) {
    SCOPED_TRACE(crypto::to_string(type));
    expect_agreement({}, type);
  }
}

TEST(responder, demands_a_cookie) { expect_agreement({.cookies = 1}); }
TEST(responder, demands_three_cookies) { expect_agreement({.cookies = 3}); }
TEST(responder, wants_another_group) { expect_agreement({.ke = base::KeMethod::ecp256}); }
TEST(responder, serves_transport_mode_alone) { expect_agreement({.transport = Transport::only}); }
TEST(responder, sends_its_reply_in_fragments) { expect_agreement({.fragment_size = 300, .ballast = 1000}); }
TEST(responder, sends_every_reply_three_times) { expect_agreement({.copies = 3}); }
TEST(responder, says_that_it_is_behind_a_nat) { expect_agreement({.behind_nat = true}); }
TEST(responder, signs_with_pkcs1) { expect_agreement({.signing = Signing::pkcs1}, crypto::KeyType::rsa); }
TEST(responder, signs_as_rfc_4754_says) {
  expect_agreement({.signing = Signing::ecdsa_method}, crypto::KeyType::ecdsa_p256);
}

TEST(responder, is_preceded_by_each_forgery) {
  for (const auto forgery : {Forgery::init_reply, Forgery::same_spi, Forgery::no_proposal, Forgery::invalid_ke,
                             Forgery::cookie, Forgery::garbage}) {
    SCOPED_TRACE(static_cast<int>(forgery));
    expect_agreement({.forgeries = {forgery}});
  }
}

TEST(responder, fails_a_negotiation_in_each_way) {
  expect_failure({.silent_init = true});
  expect_failure({.silent_auth = true});
  expect_failure({.always_invalid_ke = base::KeMethod::modp2048});
  expect_failure({.init_error = base::NotifyType::no_proposal_chosen});
  expect_failure({.auth_error = base::NotifyType::authentication_failed});
  expect_failure({.child_error = base::NotifyType::ts_unacceptable});
  for (const auto way : {Selectors::wide, Selectors::narrowed, Selectors::other_host, Selectors::several}) {
    SCOPED_TRACE(static_cast<int>(way));
    expect_failure({.selectors = way});
  }
}

TEST(responder, signs_in_ways_that_are_refused) {
  expect_failure({.signing = Signing::broken});
  expect_failure({.signing = Signing::null});
  expect_failure({.signing = Signing::sha1_ecdsa}, crypto::KeyType::ecdsa_p256);
  for (const auto way : {Signing::sha1_rsa, Signing::sha1_pkcs1, Signing::sha1_pss}) {
    SCOPED_TRACE(static_cast<int>(way));
    expect_failure({.signing = way}, crypto::KeyType::rsa);
  }
}

TEST(responder, sends_requests_of_its_own) {
  Pair pair({});
  pair.connect();
  ASSERT_NE(pair.event<api::Established>(), nullptr);
  pair.deliver(pair.server.send_liveness_check());
  ASSERT_EQ(pair.server.newest()->responses.size(), 1U);
  EXPECT_TRUE(pair.server.newest()->responses[0].payloads().empty());
  pair.deliver(pair.server.send_create_child(Create::new_child));
  EXPECT_EQ(pair.server.newest()->former.size(), 1U);
  pair.deliver(pair.server.send_create_child(Create::rekey_child, true));
  EXPECT_EQ(pair.server.newest()->former.size(), 2U);
  pair.deliver(pair.server.send_create_child(Create::rekey_ike));
  EXPECT_EQ(pair.server.sas().size(), 2U);
  pair.deliver(pair.server.send_delete_ike());
  EXPECT_NE(pair.event<api::Down>(), nullptr);
}

}  // namespace
}  // namespace latchkey::support
