#include "xfrm/sockets.h"

#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace latchkey::xfrm {
namespace {

constexpr std::uint16_t kAnyPort = 4500;  // nothing is sent

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    const int kept = errno;
    if (fd_ >= 0) close(fd_);
    errno = kept;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

socklen_t to_sockaddr(const base::Address& address, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(kAnyPort);
    std::memcpy(&v4.sin_addr, address.bytes().data(), sizeof v4.sin_addr);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(kAnyPort);
  std::memcpy(&v6.sin6_addr, address.bytes().data(), sizeof v6.sin6_addr);
  return sizeof v6;
}

base::Result<base::Address> local_address(int fd, bool v4) {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) < 0)
    return base::fail(base::Errc::kernel, "getsockname");
  const void* const octets = v4 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(local).sin_addr)
                                : &reinterpret_cast<const sockaddr_in6&>(local).sin6_addr;
  return *base::Address::from_bytes({static_cast<const std::uint8_t*>(octets), v4 ? 4U : 16U});
}

}  // namespace

base::Result<void> bypass_socket(int fd, base::Family family) {
  const bool v4 = family == base::Family::ipv4;
  xfrm_userpolicy_info policy{};
  policy.action = XFRM_POLICY_ALLOW;
  policy.sel.family = v4 ? AF_INET : AF_INET6;
  for (const std::uint8_t direction : {XFRM_POLICY_IN, XFRM_POLICY_OUT}) {
    policy.dir = direction;
    const int done =
        setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_XFRM_POLICY : IPV6_XFRM_POLICY, &policy, sizeof policy);
    if (done < 0) return base::fail(base::Errc::kernel, "a socket's bypass policy");
  }
  return {};
}

base::Result<void> take_esp_from_socket(int fd) {
  const int type = UDP_ENCAP_ESPINUDP;
  if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof type) < 0)
    return base::fail(base::Errc::kernel, "ESP in UDP");
  return {};
}

base::Result<base::Address> find_source_address(const base::Address& remote) {
  const Fd fd(socket(remote.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return base::fail(base::Errc::kernel, "a socket for finding a route");
  if (auto spared = bypass_socket(fd.get(), remote.family()); !spared) return std::unexpected(spared.error());
  sockaddr_storage peer{};
  const socklen_t size = to_sockaddr(remote, peer);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer), size) < 0)
    return base::fail(base::Errc::not_found, "no route");
  return local_address(fd.get(), remote.is_v4());
}

}  // namespace latchkey::xfrm
