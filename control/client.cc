#include "control/client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace latchkey::control {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kLargestReply = 256U << 20;

struct Socket {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }
};

std::unexpected<std::string> failure(const std::string& path, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", path, what));
}

std::string why_not_connected(int error) {
  if (error == ENOENT || error == ECONNREFUSED) {
    return "nobody answers: Unbound with Latchkey is not running, or LATCHKEY_SOCKET names another place";
  }
  if (error == EACCES) return "no permission: ask as root or as a member of the socket's group";
  return std::strerror(error);
}

bool wait_readable(int fd, Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd poll{fd, POLLIN, 0};
  return left > 0 && ::poll(&poll, 1, static_cast<int>(left)) > 0;
}

}  // namespace

std::expected<std::string, std::string> ask(const std::string& path, std::string_view request,
                                            std::chrono::milliseconds patience) {
  const Socket socket;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return failure(path, "the path is too long for a socket");
  std::memcpy(name.sun_path, path.data(), path.size());
  if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    return failure(path, why_not_connected(errno));
  }
  const std::string line = std::string(request) + "\n";
  if (::send(socket.fd, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return failure(path, "the request could not be sent");
  }
  const auto until = Clock::now() + patience;
  std::string reply;
  std::array<char, 65536> part;
  while (reply.size() < kLargestReply && wait_readable(socket.fd, until)) {
    const ssize_t got = ::recv(socket.fd, part.data(), part.size(), 0);
    if (got <= 0) return failure(path, "the connection ended before the reply did");
    reply.append(part.data(), static_cast<std::size_t>(got));
    if (reply.back() == '\n') {
      reply.pop_back();
      return reply;
    }
  }
  return failure(path, "no whole reply within the time");
}

}  // namespace latchkey::control
