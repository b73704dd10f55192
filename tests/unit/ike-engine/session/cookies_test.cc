#include "ike-engine/session/cookies.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace latchkey::session {
namespace {

using std::chrono::seconds;

struct Desk {
  support::SeededRandom random{1};
  Cookies cookies;
  base::Buffer nonce = base::Buffer(32, 7);
  base::TimePoint now{std::chrono::hours(1)};
  CookieFor whom{nonce, *base::Address::parse("192.0.2.1"), base::IkeSpi{5}};
};

TEST(cookies, are_known_again_from_who_got_them) {
  Desk desk;
  const base::Buffer cookie = desk.cookies.make(desk.whom, desk.now, desk.random);
  EXPECT_EQ(cookie.size(), 33u);
  EXPECT_TRUE(desk.cookies.knows(cookie, desk.whom, desk.now));
}

TEST(cookies, are_nobody_elses) {
  Desk desk;
  const base::Buffer cookie = desk.cookies.make(desk.whom, desk.now, desk.random);
  const base::Buffer other_nonce(32, 8);
  for (const CookieFor& other : {CookieFor{other_nonce, desk.whom.address, desk.whom.spi_i},
                                 CookieFor{desk.nonce, *base::Address::parse("192.0.2.2"), desk.whom.spi_i},
                                 CookieFor{desk.nonce, desk.whom.address, base::IkeSpi{6}}}) {
    EXPECT_FALSE(desk.cookies.knows(cookie, other, desk.now));
  }
}

TEST(cookies, altered_cut_or_made_up_are_not_known) {
  Desk desk;
  EXPECT_FALSE(desk.cookies.knows(base::Buffer(33), desk.whom, desk.now)) << "before any was made";
  const base::Buffer cookie = desk.cookies.make(desk.whom, desk.now, desk.random);
  for (std::size_t i = 0; i < cookie.size(); ++i) {
    base::Buffer altered = cookie;
    altered[i] ^= 1;
    EXPECT_FALSE(desk.cookies.knows(altered, desk.whom, desk.now)) << i;
    EXPECT_FALSE(desk.cookies.knows(base::Bytes(cookie).first(i), desk.whom, desk.now)) << i;
  }
}

TEST(cookies, outlive_one_change_of_the_secret_and_not_two_minutes) {
  Desk desk;
  const base::Buffer cookie = desk.cookies.make(desk.whom, desk.now, desk.random);
  const base::Buffer next = desk.cookies.make(desk.whom, desk.now + seconds(61), desk.random);
  EXPECT_NE(cookie, next);
  EXPECT_TRUE(desk.cookies.knows(cookie, desk.whom, desk.now + seconds(119)));
  EXPECT_TRUE(desk.cookies.knows(next, desk.whom, desk.now + seconds(119)));
  EXPECT_FALSE(desk.cookies.knows(cookie, desk.whom, desk.now + seconds(120)));
}

}  // namespace
}  // namespace latchkey::session
