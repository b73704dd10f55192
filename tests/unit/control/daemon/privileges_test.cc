#include "control/daemon/privileges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>

namespace latchkey::control {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kKept = (1ULL << CAP_NET_ADMIN) | (1ULL << CAP_NET_BIND_SERVICE);

/// /proc/self/status, a line a key.
std::map<std::string, std::string> own_status() {
  std::map<std::string, std::string> out;
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon + 2 <= line.size()) out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

std::uint64_t hex(const std::string& text) { return std::stoull(text, nullptr, 16); }

/// Runs `body` in a process of its own, which it changes for good; its text comes back.
std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = body();
    const ssize_t written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t got = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

TEST(privileges, are_two_capabilities_at_most_and_nothing_that_could_get_more) {
  const auto before = own_status();
  const std::string text = in_child([&]() -> std::string {
    if (const auto done = drop_privileges("nobody"); !done) return done.error();
    const auto after = own_status();
    std::string wrong;
    const auto want = [&](const char* key, std::uint64_t value) {
      if (hex(after.at(key)) != value) wrong += std::string(key) + " is " + after.at(key) + "; ";
    };
    want("CapPrm", hex(before.at("CapPrm")) & kKept);
    want("CapEff", hex(before.at("CapPrm")) & kKept);
    want("CapInh", 0);
    want("CapAmb", 0);
    if (after.at("NoNewPrivs") != "1") wrong += "privileges may grow; ";
    if (::getuid() == 0) wrong += "still root; ";
    return wrong + "checked";
  });
  EXPECT_EQ(text, "checked");
}

TEST(privileges, of_root_are_given_up_with_groups_and_bounding_set) {
  const bool root = ::geteuid() == 0;
  const auto before = own_status();
  const std::string text = in_child([&]() -> std::string {
    if (const auto done = drop_privileges("nobody"); !done) return done.error();
    const auto after = own_status();
    const bool may_limit = (hex(before.at("CapEff")) >> CAP_SETPCAP & 1) != 0;
    std::string wrong;
    if (root && !after.at("Groups").empty() && after.at("Groups") != " ") wrong += "groups " + after.at("Groups");
    if (root && may_limit && (hex(after.at("CapBnd")) & ~kKept) != 0) wrong += "CapBnd " + after.at("CapBnd");
    if (root && ::setuid(0) == 0) wrong += "can become root again";
    return wrong + "checked";
  });
  EXPECT_EQ(text, "checked");
}

TEST(privileges, are_not_given_to_a_user_that_there_is_not) {
  const std::string text = in_child([]() -> std::string {
    const auto done = drop_privileges("no-such-user");
    return done ? "no error" : done.error();
  });
  if (::geteuid() == 0) {
    EXPECT_THAT(text, HasSubstr("there is no user no-such-user"));
  } else {
    EXPECT_EQ(text, "no error");  // nobody can be become
  }
}

}  // namespace
}  // namespace latchkey::control
