#include "control/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "host/control_socket.h"

namespace latchkey::control {
namespace {

using testing::HasSubstr;

TEST(client, brings_a_long_reply_whole) {
  const std::string path = testing::TempDir() + "lk_client_" + std::to_string(::getpid());
  const std::string longest(900000, 'x');
  host::Loop loop;
  auto socket = host::ControlSocket::open(loop, path, [&](std::string_view) { return longest; });
  ASSERT_TRUE(socket) << socket.error();
  std::thread server([&] { loop.run(); });
  const auto reply = ask(path, "{}");
  loop.stop();
  server.join();
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(*reply, longest);
}

TEST(client, says_when_nobody_answers) {
  const auto reply = ask(testing::TempDir() + "lk_nobody_there", "{}");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error(), HasSubstr("nobody answers"));
}

TEST(client, gives_up_when_the_reply_does_not_come) {
  const std::string path = testing::TempDir() + "lk_silent_" + std::to_string(::getpid());
  host::Loop never_runs;
  auto socket = host::ControlSocket::open(never_runs, path, [](std::string_view) { return ""; });
  ASSERT_TRUE(socket) << socket.error();
  const auto reply = ask(path, "{}", std::chrono::milliseconds(50));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error(), HasSubstr("within the time"));
}

}  // namespace
}  // namespace latchkey::control
