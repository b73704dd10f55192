#include "host/control_socket.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

namespace latchkey::host {
namespace {

/// Octets of replies that a client has not read, beyond which its next question waits. A single reply may be larger.
constexpr std::size_t kMostUnread = 1U << 20;

struct FreeClient {
  void operator()(bufferevent* client) const { ::bufferevent_free(client); }
};
using Client = std::unique_ptr<bufferevent, FreeClient>;

std::unexpected<std::string> failure(const std::string& path, std::string_view what, int error) {
  return std::unexpected(fmt::format("control socket {}: {}: {}", path, what, std::strerror(error)));
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int unix_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

/// Takes a socket that nobody listens on out of the way.
std::expected<void, std::string> clear_the_way(const std::string& path, const sockaddr_un& name) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) {
    return std::unexpected(fmt::format("control socket {}: another file is there; it stays", path));
  }
  const Fd probe(unix_socket());
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 || errno != ECONNREFUSED) {
    return std::unexpected(
        fmt::format("control socket {}: another process answers there; is Latchkey running twice? LATCHKEY_SOCKET "
                    "names another place",
                    path));
  }
  if (::unlink(path.c_str()) != 0) return failure(path, "the old one cannot be removed", errno);
  return {};
}

std::expected<int, std::string> listen_at(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return failure(path, "cannot be made", ENAMETOOLONG);
  std::memcpy(name.sun_path, path.data(), path.size());
  std::error_code error;
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
    std::filesystem::create_directories(folder, error);
    if (error) {
      return failure(path,
                     "its folder cannot be made (RuntimeDirectory=latchkey in Unbound's service makes it; or "
                     "LATCHKEY_SOCKET names another place)",
                     error.value());
    }
  }
  if (auto clear = clear_the_way(path, name); !clear) return std::unexpected(clear.error());
  Fd fd(unix_socket());
  // Before bind, so that it never has more than this; the umask can only take away, which chmod gives back.
  if (fd.get() < 0 || ::fchmod(fd.get(), 0660) != 0) return failure(path, "cannot be made", errno);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || ::listen(fd.get(), 16) != 0) {
    return failure(path, "cannot be made", errno);
  }
  return fd.take();
}

}  // namespace

struct ControlSocket::Impl {
  Loop& loop;
  std::string path;
  Handler handler;
  int fd = -1;
  struct stat made {};
  std::set<Client, std::less<>> clients;

  void accept_all();
  void add(int client_fd);
  void read_lines(bufferevent* client);
  void wait_for_reader(bufferevent* client);
  void go_on(bufferevent* client);
  void ended(bufferevent* client);
  void drop(bufferevent* client);
  static void on_read(bufferevent* client, void* context) { static_cast<Impl*>(context)->read_lines(client); }
  static void on_event(bufferevent* client, short what, void* context) {
    auto* impl = static_cast<Impl*>(context);
    (what & BEV_EVENT_EOF) != 0 ? impl->ended(client) : impl->drop(client);
  }
  static void on_caught_up(bufferevent* client, void* context) { static_cast<Impl*>(context)->go_on(client); }
  static void on_drained(bufferevent* client, void* context) { static_cast<Impl*>(context)->drop(client); }
};

void ControlSocket::Impl::accept_all() {
  for (;;) {
    const int client = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    if (clients.size() >= kMostClients) {
      ::close(client);
    } else {
      add(client);
    }
  }
}

void ControlSocket::Impl::add(int client_fd) {
  Client client(::bufferevent_socket_new(loop.base(), client_fd, BEV_OPT_CLOSE_ON_FREE));
  if (!client) {
    ::close(client_fd);
    return;
  }
  const timeval patience{kPatience.count(), 0};
  ::bufferevent_setcb(client.get(), on_read, nullptr, on_event, this);
  ::bufferevent_set_timeouts(client.get(), &patience, &patience);
  ::bufferevent_enable(client.get(), EV_READ | EV_WRITE);
  clients.insert(std::move(client));
}

/// Every whole line that is there, as long as the client reads what it is answered.
void ControlSocket::Impl::read_lines(bufferevent* client) {
  evbuffer* in = ::bufferevent_get_input(client);
  for (;;) {
    if (::evbuffer_get_length(::bufferevent_get_output(client)) > kMostUnread) return wait_for_reader(client);
    std::size_t size = 0;
    char* text = ::evbuffer_readln(in, &size, EVBUFFER_EOL_LF);
    if (!text) break;
    std::string reply;
    if (size <= kLongestRequest) reply = handler({text, size}) + "\n";
    std::free(text);
    if (reply.empty()) return drop(client);
    ::bufferevent_write(client, reply.data(), reply.size());
  }
  if (::evbuffer_get_length(in) > kLongestRequest) drop(client);
}

/// Nothing more is read of a client until it has read all that it was answered; if it does not, its time ends.
void ControlSocket::Impl::wait_for_reader(bufferevent* client) {
  ::bufferevent_disable(client, EV_READ);
  ::bufferevent_setcb(client, on_read, on_caught_up, on_event, this);
}

void ControlSocket::Impl::go_on(bufferevent* client) {
  ::bufferevent_setcb(client, on_read, nullptr, on_event, this);
  ::bufferevent_enable(client, EV_READ);
  read_lines(client);
}

/// No further request will come, but the last one's reply may still be on its way.
void ControlSocket::Impl::ended(bufferevent* client) {
  if (::evbuffer_get_length(::bufferevent_get_output(client)) == 0) return drop(client);
  ::bufferevent_disable(client, EV_READ);
  ::bufferevent_setcb(client, nullptr, on_drained, on_event, this);
}

void ControlSocket::Impl::drop(bufferevent* client) {
  for (auto place = clients.begin(); place != clients.end(); ++place) {
    if (place->get() != client) continue;
    clients.erase(place);
    return;
  }
}

ControlSocket::ControlSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlSocket::~ControlSocket() {
  ::close(impl_->fd);
  struct stat found {};
  const bool ours = ::lstat(impl_->path.c_str(), &found) == 0 && found.st_ino == impl_->made.st_ino &&
                    found.st_dev == impl_->made.st_dev;
  if (ours) ::unlink(impl_->path.c_str());
}

std::expected<std::unique_ptr<ControlSocket>, std::string> ControlSocket::open(Loop& loop, const std::string& path,
                                                                               Handler handler) {
  const auto fd = listen_at(path);
  if (!fd) return std::unexpected(fd.error());
  auto impl = std::make_unique<Impl>(Impl{loop, path, std::move(handler), *fd, {}, {}});
  ::lstat(path.c_str(), &impl->made);
  Impl* raw = impl.get();
  std::unique_ptr<ControlSocket> socket(new ControlSocket(std::move(impl)));
  loop.on_readable(*fd, [raw] { raw->accept_all(); });
  return socket;
}

std::string control_socket_path() {
  const char* path = std::getenv("LATCHKEY_SOCKET");
  return path && *path ? path : "/run/latchkey/control.sock";
}

}  // namespace latchkey::host
