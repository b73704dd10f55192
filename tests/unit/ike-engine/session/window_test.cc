#include "ike-engine/session/window.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace latchkey::session {
namespace {

using std::chrono::milliseconds;
constexpr Patience kPatience{milliseconds(500), 6};
constexpr base::TimePoint kStart{base::Duration(1000000)};

TEST(backoff, doubles_and_adds_at_most_a_quarter) {
  support::SeededRandom random(1);
  for (unsigned sent = 1; sent <= 8; ++sent) {
    const base::Duration least = milliseconds(500) * (1 << (sent - 1));
    for (int i = 0; i < 100; ++i) {
      const auto wait = backoff(kPatience, sent, random);
      EXPECT_GE(wait, least);
      EXPECT_LE(wait, least + least / 4);
    }
  }
}

TEST(backoff, differs_from_client_to_client) {
  support::SeededRandom one(1), two(2);
  EXPECT_NE(backoff(kPatience, 3, one), backoff(kPatience, 3, two));
}

TEST(backoff, does_not_overflow) {
  support::SeededRandom random(1);
  EXPECT_LE(backoff(kPatience, 1000, random), milliseconds(500) * 1024 * 5 / 4);
}

TEST(pending_request, is_due_after_the_first_wait_and_keeps_its_octets) {
  support::SeededRandom random(1);
  PendingRequest request;
  EXPECT_EQ(request.next(), base::kNever);
  request.begin(base::MessageId{1}, {{1, 2}, {3}}, kPatience, kStart, random);
  EXPECT_GE(request.next(), kStart + kPatience.first);
  const auto before = request.datagrams();
  request.sent_again(kPatience, request.next(), random);
  EXPECT_EQ(request.datagrams(), before);
  EXPECT_EQ(request.sent(), 2u);
  request.end();
  EXPECT_FALSE(request.pending());
  EXPECT_EQ(request.next(), base::kNever);
}

TEST(pending_request, is_exhausted_after_its_last_retransmission) {
  support::SeededRandom random(1);
  PendingRequest request;
  request.begin(base::MessageId{1}, {{1}}, kPatience, kStart, random);
  for (unsigned i = 0; i < kPatience.max_retransmits; ++i) {
    EXPECT_FALSE(request.exhausted(kPatience));
    request.sent_again(kPatience, kStart, random);
  }
  EXPECT_TRUE(request.exhausted(kPatience));
}

TEST(pending_request, rests_while_paused) {
  support::SeededRandom random(1);
  PendingRequest request;
  request.begin(base::MessageId{0}, {{1}}, kPatience, kStart, random);
  request.pause();
  EXPECT_TRUE(request.paused());
  EXPECT_EQ(request.next(), base::kNever);
  request.resume(kStart);
  EXPECT_EQ(request.next(), kStart);
}

TEST(peer_window, takes_requests_in_order_and_knows_the_last_again) {
  using enum PeerWindow::Arrival;
  PeerWindow window;
  EXPECT_EQ(window.classify(base::MessageId{0}), fresh);
  EXPECT_EQ(window.classify(base::MessageId{1}), above);
  window.answered({{7}});
  EXPECT_EQ(window.classify(base::MessageId{0}), repeated);
  EXPECT_EQ(window.classify(base::MessageId{1}), fresh);
  window.answered({{8}});
  EXPECT_EQ(window.classify(base::MessageId{0}), forgotten);
  EXPECT_EQ(window.last_response(), (std::vector<base::Buffer>{{8}}));
}

TEST(peer_window, takes_no_id_that_is_far_ahead) {
  PeerWindow window;
  EXPECT_EQ(window.classify(base::MessageId{0xffffffff}), PeerWindow::Arrival::above);
}

}  // namespace
}  // namespace latchkey::session
