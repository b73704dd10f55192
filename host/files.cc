#include "host/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace latchkey::host {
namespace {

constexpr std::size_t kLargestFile = 1U << 20;
constexpr std::size_t kLargestSecret = 64U << 10;

std::unexpected<std::string> unreadable(const std::string& path, int error) {
  return std::unexpected(fmt::format("{}: cannot be read: {}", path, std::strerror(error)));
}

struct OpenFile {
  int fd;
  explicit OpenFile(const std::string& path) : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
};

/// What is wrong with a file for a secret; nothing if all is well.
std::string complaint(const std::string& path, const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return fmt::format("{}: is not a plain file", path);
  if ((file.st_mode & 077) != 0) {
    return fmt::format("{0}: others may use it (its mode is {1:04o}), and it holds a secret: chmod 600 {0}", path,
                       file.st_mode & 07777);
  }
  if (file.st_uid != 0 && file.st_uid != ::geteuid() && ::geteuid() != 0) {
    return fmt::format("{0}: belongs to somebody else, and it holds a secret", path);
  }
  if (file.st_size <= 0 || static_cast<std::size_t>(file.st_size) > kLargestSecret) {
    return fmt::format("{}: is empty or larger than 64 KiB", path);
  }
  return {};
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) return unreadable(path, errno);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) return std::unexpected(fmt::format("{}: is larger than 1 MiB", path));
  return text;
}

std::expected<base::SecretBytes, std::string> read_secret_file(const std::string& path) {
  const OpenFile file(path);
  struct stat found {};
  if (file.fd < 0 || ::fstat(file.fd, &found) != 0) return unreadable(path, errno);
  if (auto wrong = complaint(path, found); !wrong.empty()) return std::unexpected(std::move(wrong));
  base::SecretBytes secret(static_cast<std::size_t>(found.st_size));
  std::size_t have = 0;
  while (have < secret.size()) {
    const ssize_t got = ::read(file.fd, secret.mutable_view().data() + have, secret.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    if (got == 0) return std::unexpected(fmt::format("{}: has become shorter while it was read", path));
    have += static_cast<std::size_t>(got);
  }
  return secret;
}

}  // namespace latchkey::host
