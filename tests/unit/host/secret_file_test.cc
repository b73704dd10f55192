#include "host/secret_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/vectors.h"

namespace latchkey::host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class SecretFile : public testing::Test {
 protected:
  SecretFile() { fs::create_directories(folder_); }
  ~SecretFile() override { fs::remove_all(folder_); }
  std::string path(std::string_view name) const { return folder_ / name; }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("lk_secret_" + std::to_string(::getpid()));
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

TEST_F(SecretFile, is_read_as_it_was_written) {
  ASSERT_TRUE(write_secret_file(path("key"), base::as_bytes("open sesame")));
  const auto secret = read_secret_file(path("key"));
  ASSERT_TRUE(secret) << secret.error();
  EXPECT_TRUE(base::same_secret(secret->view(), base::as_bytes("open sesame")));
}

TEST_F(SecretFile, is_its_owners_alone_whatever_the_umask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const mode_t before = ::umask(mask);
    const std::string name = path("key" + std::to_string(mask));
    const auto written = write_secret_file(name, base::as_bytes("x"));
    ::umask(before);
    ASSERT_TRUE(written) << written.error();
    EXPECT_EQ(mode_of(name), 0600U) << mask;
  }
}

TEST_F(SecretFile, counts_as_kept_only_if_nobody_else_may_use_it) {
  ASSERT_TRUE(write_secret_file(path("key"), base::as_bytes("open sesame")));
  for (const mode_t mode : {0600U, 0400U}) {
    fs::permissions(path("key"), fs::perms{mode});
    const auto secret = read_kept_secret_file(path("key"));
    EXPECT_TRUE(secret && base::same_secret(secret->view(), base::as_bytes("open sesame"))) << mode;
  }
  for (const mode_t mode : {0640U, 0604U, 0620U, 0610U, 0644U}) {
    fs::permissions(path("key"), fs::perms{mode});
    const auto secret = read_kept_secret_file(path("key"));
    ASSERT_FALSE(secret) << mode;
    EXPECT_THAT(secret.error(), StartsWith(path("key") + ": others may use this file (its mode is 06"));
    EXPECT_THAT(secret.error(), HasSubstr("chmod 600 " + path("key")));
  }
}

TEST_F(SecretFile, replaces_nothing) {
  std::ofstream(path("there")) << "precious";
  fs::create_symlink(path("there"), path("link"));
  fs::create_symlink(path("nowhere"), path("dangling"));
  for (const char* name : {"there", "link", "dangling"}) {
    const auto written = write_secret_file(path(name), base::as_bytes("key"));
    ASSERT_FALSE(written) << name;
    EXPECT_THAT(written.error(), HasSubstr("already")) << name;
  }
  EXPECT_EQ(support::read_text(path("there")), "precious");
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(SecretFile, says_why_it_cannot_be_made_or_read) {
  const auto made = write_secret_file(path("no/folder"), base::as_bytes("key"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), StartsWith(path("no/folder")));
  EXPECT_THAT(read_secret_file(path("missing")).error(), HasSubstr("No such file"));
  EXPECT_THAT(read_secret_file(folder_).error(), HasSubstr("no regular file"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(read_secret_file(path("pipe")).error(), HasSubstr("no regular file"));
}

TEST_F(SecretFile, has_a_bound) {
  const auto size_read = [&](std::size_t size) {
    std::ofstream(path("big")) << std::string(size, 'x');
    const auto secret = read_secret_file(path("big"));
    return secret ? secret->size() : 0;
  };
  EXPECT_EQ(size_read(kMaxSecretFile), kMaxSecretFile);
  EXPECT_EQ(size_read(kMaxSecretFile + 1), 0U);
  EXPECT_EQ(size_read(0), 0U);
}

TEST_F(SecretFile, that_could_not_be_written_whole_is_taken_away) {
  // A disk that is full: /dev/full is none of ours to replace, so a limit on this process stands for it.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto written = write_secret_file(path("key"), base::as_bytes("open sesame"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_FALSE(written);
  EXPECT_FALSE(fs::exists(path("key")));
}

}  // namespace
}  // namespace latchkey::host
