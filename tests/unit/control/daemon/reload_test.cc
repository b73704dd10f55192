#include "control/daemon/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/pki.h"
#include "tests/unit/control/daemon/fake_services.h"

namespace latchkey::control {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOne = "identities: [{id: a.example, key: k.pem}]\n";
constexpr std::string_view kTwo = "identities: [{id: a.example, key: k.pem}, {id: b.example, key: k.pem}]\n";

class reloading : public testing::Test {
 protected:
  reloading() {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "k.pem") << support::private_pem(support::make_key("ed25519"));
    fs::permissions(folder_ / "k.pem", fs::perms{0600});
    write(kOne);
    auto loaded = load(path_);
    first_ = loaded->config;
    daemon_.emplace(std::move(loaded->setup), log_);
    daemon_->start(services_, now_);
  }
  ~reloading() override { fs::remove_all(folder_); }

  void write(std::string_view text) { std::ofstream(path_) << text; }
  void reload_now() {
    reload(path_, first_, log_, *daemon_);
    daemon_->woken(now_);
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("lk_reload_" + std::to_string(::getpid()));
  const std::string path_ = folder_ / "d.yaml";
  FakeServices services_;
  std::vector<std::string> lines_;
  host::Log log_{[this](host::Level, std::string_view line) { lines_.emplace_back(line); }};
  base::TimePoint now_{};
  host::DaemonConfig first_;
  std::optional<Daemon> daemon_;
};

TEST_F(reloading, hands_the_daemon_what_the_file_says_now) {
  write(kTwo);
  reload_now();
  EXPECT_THAT(services_.served, ElementsAre(1U, 2U));
  EXPECT_THAT(lines_, Contains(HasSubstr("event=reloaded")));
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("event=reload "))));
}

TEST_F(reloading, of_a_bad_file_changes_nothing_and_says_why) {
  for (const char* text : {"identites: []\n", "identities: [{id: a, key: none.pem}]\n", "a: ["}) {
    write(text);
    lines_.clear();
    reload_now();
    EXPECT_THAT(services_.served, ElementsAre(1U));
    EXPECT_THAT(lines_, Contains(HasSubstr("event=reload_refused reason=\"" + path_ + ":1:"))) << text;
  }
}

TEST_F(reloading, says_what_needs_a_restart) {
  for (const char* text : {"listen: {ike_port: 501}\n", "lifetime: {child_s: 100}\n", "limits: {sessions: 5}\n",
                           "encapsulation: native\n", "user: root\n", "pfs: yes\n"}) {
    write(std::string(kOne) + text);
    lines_.clear();
    reload_now();
    EXPECT_THAT(lines_, Contains(HasSubstr("only at a restart"))) << text;
  }
  for (const char* text : {"pools: [100.64.0.0/24]\n", "limits: {cookies_from: 5}\n", "mode: transport\n"}) {
    write(std::string(kOne) + text);
    lines_.clear();
    reload_now();
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("only at a restart")))) << text;
  }
}

TEST_F(reloading, changes_the_log_level_at_once) {
  write(std::string(kOne) + "log_level: error\n");
  reload_now();
  EXPECT_FALSE(log_.wants(host::Level::info));
}

TEST_F(reloading, will_fail_where_a_file_can_not_be_read_and_the_start_says_so) {
  warn_of_unreadable(first_, log_);
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("event=unreadable"))));
  fs::remove(folder_ / "k.pem");
  warn_of_unreadable(first_, log_);
  EXPECT_THAT(lines_, Contains(HasSubstr("event=unreadable file=" + (folder_ / "k.pem").string())));
}

}  // namespace
}  // namespace latchkey::control
