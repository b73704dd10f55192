#include "host/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace latchkey::host {
namespace {

using base::Bytes;
using base::SecretBytes;

struct File {
  int fd;
  explicit File(int descriptor) : fd(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

std::unexpected<std::string> failure(const std::string& path, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", path, what));
}

std::unexpected<std::string> failure(const std::string& path) { return failure(path, std::strerror(errno)); }

bool write_all(int fd, Bytes data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data = data.subspan(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

/// What is wrong with how a secret is kept; nothing if all is well.
std::string complaint(const std::string& path, const struct stat& status) {
  if ((status.st_mode & 077) != 0) {
    return fmt::format("others may use this file (its mode is {:04o}), and it holds a secret: chmod 600 {}",
                       status.st_mode & 07777, path);
  }
  const uid_t self = ::geteuid();
  if (self != 0 && status.st_uid != 0 && status.st_uid != self) return "the file belongs to somebody else";
  return {};
}

std::expected<SecretBytes, std::string> read_whole(const std::string& path, bool kept) {
  // Not to wait for the other end of a pipe.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) return failure(path);
  if (!S_ISREG(status.st_mode)) return failure(path, "this is no regular file");
  if (status.st_size > static_cast<off_t>(kMaxSecretFile)) return failure(path, "the file is beyond 64 KiB");
  if (const auto wrong = kept ? complaint(path, status) : ""; !wrong.empty()) return failure(path, wrong);
  SecretBytes secret(static_cast<std::size_t>(status.st_size));
  for (auto left = secret.mutable_view(); !left.empty();) {
    const ssize_t got = ::read(file.fd, left.data(), left.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path);
    if (got == 0) return failure(path, "the file became shorter while it was read");
    left = left.subspan(static_cast<std::size_t>(got));
  }
  return secret;
}

}  // namespace

std::expected<SecretBytes, std::string> read_secret_file(const std::string& path) { return read_whole(path, false); }

std::expected<SecretBytes, std::string> read_kept_secret_file(const std::string& path) {
  return read_whole(path, true);
}

std::expected<void, std::string> write_secret_file(const std::string& path, Bytes secret) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd < 0 && errno == EEXIST) return failure(path, "there is a file already, and it stays as it is");
  if (file.fd < 0) return failure(path);
  // The umask can only have taken bits away.
  if (::fchmod(file.fd, 0600) == 0 && write_all(file.fd, secret)) return {};
  const int why = errno;
  ::unlink(path.c_str());
  return failure(path, std::strerror(why));
}

}  // namespace latchkey::host
