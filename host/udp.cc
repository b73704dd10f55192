#include "host/udp.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace latchkey::host {
namespace {

constexpr unsigned kBatch = 32;
constexpr unsigned kBatchesATurn = 4;
// RFC 7296 section 2
//= The UDP payload of all packets containing IKE messages sent on port 4500 MUST begin with the prefix of four zeros
constexpr std::array<std::uint8_t, 4> kMarker{};

int domain(base::Family family) { return family == base::Family::ipv4 ? AF_INET : AF_INET6; }

socklen_t to_sockaddr(const base::Endpoint& endpoint, sockaddr_storage& out) {
  const base::Bytes octets = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(endpoint.port);
    std::memcpy(&name.sin_addr, octets.data(), octets.size());
    std::memcpy(&out, &name, sizeof name);
    return sizeof name;
  }
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(endpoint.port);
  std::memcpy(&name.sin6_addr, octets.data(), octets.size());
  std::memcpy(&out, &name, sizeof name);
  return sizeof name;
}

base::Address from_octets(const void* octets, std::size_t count) {
  return *base::Address::from_bytes({static_cast<const std::uint8_t*>(octets), count});
}

base::Endpoint from_sockaddr(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    sockaddr_in name{};
    std::memcpy(&name, &from, sizeof name);
    return {from_octets(&name.sin_addr, 4), ntohs(name.sin_port)};
  }
  sockaddr_in6 name{};
  std::memcpy(&name, &from, sizeof name);
  return {from_octets(&name.sin6_addr, 16), ntohs(name.sin6_port)};
}

bool set_option(int fd, int level, int name) {
  const int on = 1;
  return ::setsockopt(fd, level, name, &on, sizeof on) == 0;
}

std::string why_not_bound(std::uint16_t port, int error) {
  if (error == EADDRINUSE) {
    return fmt::format(
        "UDP port {0} is taken: strongSwan's charon, Libreswan's pluto or another resolver with Latchkey may hold it "
        "(`ss -ulpn sport = :{0}` shows who); stop it, or give Latchkey other ports with `listen` in its configuration",
        port);
  }
  if (error == EACCES) return fmt::format("UDP port {} needs CAP_NET_BIND_SERVICE, which this process lacks", port);
  return fmt::format("UDP port {} cannot be bound: {}", port, std::strerror(error));
}

/// The local address that a datagram came to.
std::optional<base::Address> destination(const msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(const_cast<msghdr*>(&message), c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return from_octets(&info.ipi_addr, 4);
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return from_octets(&info.ipi6_addr, 16);
    }
  }
  return std::nullopt;
}

template <class Info>
void put_control(msghdr& message, int level, int type, const Info& info) {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(c), &info, sizeof info);
}

/// Makes the datagram leave from `local`, whatever the routing table would choose.
void put_source(msghdr& message, const base::Address& local) {
  const base::Bytes octets = local.bytes();
  if (local.is_v4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, octets.data(), octets.size());
    put_control(message, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, octets.data(), octets.size());
    put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

bool UdpSocket::has(base::Family family) {
  const int fd = ::socket(domain(family), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

std::expected<UdpSocket, std::string> UdpSocket::open(base::Family family, std::uint16_t port, bool nat_port) {
  const int fd = ::socket(domain(family), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(fmt::format("no UDP socket: {}", std::strerror(errno)));
  UdpSocket socket(fd, family, nat_port);
  const bool is_v4 = family == base::Family::ipv4;
  const bool options =
      is_v4 ? set_option(fd, IPPROTO_IP, IP_PKTINFO)
            : set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) && set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
  if (!options) return std::unexpected(fmt::format("UDP port {}: {}", port, std::strerror(errno)));
  sockaddr_storage name{};
  socklen_t size = to_sockaddr({base::Address::any(family), port}, name);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), size) != 0) {
    return std::unexpected(why_not_bound(port, errno));
  }
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  socket.port_ = from_sockaddr(name).port;
  return socket;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), family_(other.family_), port_(other.port_), nat_port_(other.nat_port_) {}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool UdpSocket::send(const api::Datagram& datagram) const {
  sockaddr_storage to{};
  const socklen_t size = to_sockaddr(datagram.path.remote, to);
  std::array<iovec, 2> parts{
      {{const_cast<std::uint8_t*>(kMarker.data()), nat_port_ && !datagram.keepalive ? kMarker.size() : 0},
       {const_cast<std::uint8_t*>(datagram.bytes.data()), datagram.bytes.size()}}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = size;
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  put_source(message, datagram.path.local.address);
  return ::sendmsg(fd_, &message, MSG_NOSIGNAL) >= 0;
}

struct UdpReceiver::Batch {
  std::array<std::array<std::uint8_t, kLongest>, kBatch> data;
  std::array<sockaddr_storage, kBatch> from;
  alignas(cmsghdr) std::array<std::array<char, 128>, kBatch> control;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages;

  void prepare() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {data[i].data(), data[i].size()};
      msghdr header{};
      header.msg_name = &from[i];
      header.msg_namelen = sizeof from[i];
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_control = control[i].data();
      header.msg_controllen = control[i].size();
      messages[i] = {header, 0};
    }
  }
};

UdpReceiver::UdpReceiver() : batch_(std::make_unique<Batch>()) {}
UdpReceiver::~UdpReceiver() = default;

void UdpReceiver::receive(const UdpSocket& socket, const Handler& handler) {
  for (unsigned turn = 0; turn < kBatchesATurn; ++turn) {
    batch_->prepare();
    const int got = ::recvmmsg(socket.fd(), batch_->messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (got <= 0) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
      const mmsghdr& message = batch_->messages[i];
      const auto local = destination(message.msg_hdr);
      if (!local || (message.msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
      base::Bytes body = base::Bytes(batch_->data[i]).first(message.msg_len);
      if (socket.nat_port()) {
        if (body.size() <= kMarker.size() || !base::same(body.first(kMarker.size()), kMarker)) continue;
        body = body.subspan(kMarker.size());
      }
      handler(body, {{*local, socket.port()}, from_sockaddr(batch_->from[i]), socket.nat_port()});
    }
    if (static_cast<unsigned>(got) < kBatch) return;
  }
}

}  // namespace latchkey::host
