#include "tests/unit/xfrm/lab_hosts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "xfrm/messages.h"
#include "xfrm/netlink.h"

namespace latchkey::xfrm_lab {
namespace {

constexpr std::uint16_t kNatPort = 4500;
constexpr int kPatienceMs = 250;

void require(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

socklen_t to_sockaddr(const base::Address& address, std::uint16_t port, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes().data(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, address.bytes().data(), 16);
  return sizeof v6;
}

bool readable(const Fd& fd, int wait_ms) {
  pollfd one{fd.get(), POLLIN, 0};
  return poll(&one, 1, wait_ms) > 0;
}

/// Counts one IP packet (no link header).
void classify(base::Bytes packet, Frames& frames) {
  if (packet.size() < 40) return;
  const bool v4 = packet[0] >> 4 == 4;
  const std::uint8_t protocol = v4 ? packet[9] : packet[6];
  const base::Bytes body = packet.subspan(v4 ? 20 : 40);
  const std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
  if (text.find(kMarker) != text.npos) ++frames.clear;
  if (protocol == IPPROTO_ESP) ++frames.esp;
  const bool long_enough = body.size() > 12;
  if (protocol == IPPROTO_UDP && long_enough && (body[2] << 8 | body[3]) == kNatPort) ++frames.udp_esp;
}

Fd packet_socket(const Host& host) {
  const Inside here(host.space);
  Fd out(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)));
  require(out.get() >= 0, "packet socket");
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  at.sll_protocol = htons(ETH_P_ALL);
  at.sll_ifindex = static_cast<int>(if_nametoindex("eth0"));
  require(bind(out.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "bind to eth0");
  return out;
}

}  // namespace

void SystemRandom::fill(base::MutableBytes out) {
  require(getrandom(out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()), "getrandom");
}

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Inside::Inside(const Fd& space) : home_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  require(setns(space.get(), CLONE_NEWNET) == 0, "setns");
}

Inside::~Inside() {
  if (setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
}

Host::Host(const std::string& space_path, const std::string& v4_text, const std::string& v6_text,
           xfrm::XfrmConfig config)
    : space(open(space_path.c_str(), O_RDONLY | O_CLOEXEC)),
      v4(base::Address::parse(v4_text).value()),
      v6(base::Address::parse(v6_text).value()) {
  const Inside here(space);
  kernel = std::make_unique<xfrm::XfrmKernel>(random, config);
}

Fd Host::udp(const base::Address& local, std::uint16_t port) const {
  const Inside here(space);
  Fd fd(socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage at{};
  const socklen_t size = to_sockaddr(local, port, at);
  require(bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), size) == 0, "bind");
  return fd;
}

void Host::open_nat_port() {
  nat4 = open_nat_port(base::Family::ipv4, kNatPort);
  nat6 = open_nat_port(base::Family::ipv6, kNatPort);
}

Fd Host::open_nat_port(base::Family family, std::uint16_t port) const {
  Fd fd = udp(address(family), port);
  const Inside here(space);
  require(kernel->bypass(fd.get(), family) && kernel->enable_udp_encap(fd.get()), "socket options");
  return fd;
}

void connect_to(const Fd& fd, const base::Address& address, std::uint16_t port) {
  sockaddr_storage peer{};
  const socklen_t size = to_sockaddr(address, port, peer);
  require(connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer), size) == 0, "connect");
}

KernelState Host::state() const {
  const Inside here(space);
  std::string why;
  const auto netlink = xfrm::NetlinkSocket::open(why).value();
  KernelState out;
  netlink->query(xfrm::dump_sas(), [&](std::uint16_t, base::Bytes) { ++out.sas; });
  netlink->query(xfrm::dump_policies(), [&](std::uint16_t, base::Bytes body) {
    xfrm_userpolicy_info info;
    std::memcpy(&info, body.data(), sizeof info);
    if (info.dir <= XFRM_POLICY_FWD) ++out.policies;
  });
  return out;
}

Tap::Tap(const Host& one, const Host& other) : sockets_{packet_socket(one), packet_socket(other)} {}

Frames Tap::take() {
  Frames out;
  std::uint8_t packet[2048];
  for (const Fd& socket : sockets_) {
    while (readable(socket, 50)) {
      sockaddr_ll from{};
      socklen_t size = sizeof from;
      const ssize_t got = recvfrom(socket.get(), packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got > 0 && from.sll_pkttype == PACKET_OUTGOING) classify({packet, static_cast<std::size_t>(got)}, out);
    }
  }
  return out;
}

int exchange(const Host& client, const base::Address& from, const Host& server, const base::Address& to,
             std::uint16_t port, int count) {
  const Fd asking = client.udp(from, 0);
  const Fd answering = server.udp(to, port);
  sockaddr_storage peer{};
  socklen_t size = to_sockaddr(to, port, peer);
  int answered = 0;
  for (int i = 0; i < count; ++i) {
    if (sendto(asking.get(), kMarker.data(), kMarker.size(), 0, reinterpret_cast<const sockaddr*>(&peer), size) < 0)
      continue;
    if (!readable(answering, kPatienceMs)) continue;
    char text[64];
    sockaddr_storage asker{};
    socklen_t asker_size = sizeof asker;
    const ssize_t got =
        recvfrom(answering.get(), text, sizeof text, 0, reinterpret_cast<sockaddr*>(&asker), &asker_size);
    if (got < 0) continue;
    if (sendto(answering.get(), text, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&asker),
               asker_size) < 0)
      continue;
    if (readable(asking, kPatienceMs) && recv(asking.get(), text, sizeof text, 0) > 0) ++answered;
  }
  return answered;
}

}  // namespace latchkey::xfrm_lab
