#include "xfrm/events.h"

#include <fmt/format.h>
#include <linux/xfrm.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace latchkey::xfrm {
namespace {

/// An expiry takes 232 octets; the kernel sends each in a datagram of its own.
constexpr std::size_t kLongest = 4096;
constexpr int kAtOnce = 256;
/// Room for some thousand expiries.
constexpr int kSocketBuffer = 4 << 20;

}  // namespace

base::Result<std::unique_ptr<EventSocket>> EventSocket::open(std::string& why) {
  auto socket = connect_netlink(why);
  if (!socket) return std::unexpected(socket.error());
  const int failure = nl_socket_add_membership(socket->get(), XFRMNLGRP_EXPIRE);
  if (failure < 0) {
    why = failure == -NLE_PERM ? std::string(kNoNetAdmin)
                               : fmt::format("the kernel does not tell when SAs expire: {}", nl_geterror(failure));
    return base::fail(base::Errc::kernel, "XFRM netlink events");
  }
  // Beyond net.core.rmem_max, which CAP_NET_ADMIN allows; what that does not give is no error.
  const int size = kSocketBuffer;
  setsockopt(nl_socket_get_fd(socket->get()), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  return std::unique_ptr<EventSocket>(new EventSocket(std::move(*socket)));
}

int EventSocket::fd() const { return nl_socket_get_fd(socket_.get()); }

bool EventSocket::take(const Visit& visit) {
  alignas(nlmsghdr) std::array<std::uint8_t, kLongest> buffer;
  bool whole = true;
  for (int i = 0; i < kAtOnce; ++i) {
    const ssize_t got = recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == ENOBUFS) whole = false;
    if (got < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (got < 0) break;
    int left = static_cast<int>(got);
    auto* header = reinterpret_cast<nlmsghdr*>(buffer.data());
    for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
      visit(header->nlmsg_type,
            {static_cast<const std::uint8_t*>(nlmsg_data(header)), static_cast<std::size_t>(nlmsg_datalen(header))});
    }
  }
  return whole;
}

}  // namespace latchkey::xfrm
