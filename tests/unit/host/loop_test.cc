#include "host/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace latchkey::host {
namespace {

using namespace std::chrono_literals;

TEST(loop, calls_the_timer_at_its_time_and_not_when_it_was_put_off) {
  Loop loop;
  int called = 0;
  const auto begun = monotonic_now();
  loop.on_timer([&] {
    ++called;
    loop.stop();
  });
  loop.arm(begun + 1h, begun);
  loop.arm(begun + 20ms, begun);
  loop.run();
  EXPECT_EQ(called, 1);
  EXPECT_GE(monotonic_now() - begun, 20ms);
}

TEST(loop, tells_of_readable_descriptors_until_another_thread_stops_it) {
  Loop loop;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  int called = 0;
  std::promise<void> both;
  loop.on_readable(ends[0], [&] {
    char octet = 0;
    EXPECT_EQ(::read(ends[0], &octet, 1), 1);
    if (++called == 2) both.set_value();
  });
  EXPECT_EQ(::write(ends[1], "ab", 2), 2);
  std::thread stopper([&] {
    both.get_future().wait_for(60s);
    loop.stop();
  });
  loop.run();
  stopper.join();
  EXPECT_EQ(called, 2);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace latchkey::host
