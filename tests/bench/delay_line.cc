// A line between two interfaces on which every frame takes its time: what netem does, for kernels without it.
//
//   delay_line INTERFACE INTERFACE MILLISECONDS
//
// Forwards what arrives at one to the other, MILLISECONDS (each way) after it arrived, until it is killed.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kHeader = 10;  // struct virtio_net_hdr, in a header that C++ can't read

struct Frame {
  Clock::time_point due;
  std::vector<std::uint8_t> octets;  // behind the header in which the kernel says what is left to do about checksums
};

struct Port {
  int socket = -1;
  std::deque<Frame> leaving;
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int packet_socket(const char* interface) {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
  if (fd < 0) die("AF_PACKET");
  const int yes = 1;
  if (::setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof yes) < 0) die("PACKET_VNET_HDR");
  if (::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) < 0) die("PACKET_IGNORE_OUTGOING");
  sockaddr_ll where{};
  where.sll_family = AF_PACKET;
  where.sll_protocol = htons(ETH_P_ALL);
  where.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
  if (where.sll_ifindex == 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0) die(interface);
  return fd;
}

void take(const Port& in, Port& out, Clock::duration delay) {
  static std::array<std::uint8_t, kHeader + 65536> buffer;
  for (ssize_t n; (n = ::recv(in.socket, buffer.data(), buffer.size(), 0)) > 0;) {
    out.leaving.push_back({Clock::now() + delay, {buffer.begin(), buffer.begin() + n}});
  }
}

/// Sends what is due; when the next frame is.
std::optional<Clock::time_point> send_due(Port& port) {
  while (!port.leaving.empty() && port.leaving.front().due <= Clock::now()) {
    const auto& octets = port.leaving.front().octets;
    (void)::send(port.socket, octets.data(), octets.size(), 0);  // a line may lose a frame
    port.leaving.pop_front();
  }
  if (port.leaving.empty()) return std::nullopt;
  return port.leaving.front().due;
}

void wait(const std::array<Port, 2>& ports, const std::array<std::optional<Clock::time_point>, 2>& next) {
  timespec left{3600, 0};
  for (const auto& due : next) {
    if (!due) continue;
    const auto ns = std::max<std::int64_t>(0, std::chrono::nanoseconds(*due - Clock::now()).count());
    if (ns < left.tv_sec * 1'000'000'000 + left.tv_nsec) left = {ns / 1'000'000'000, ns % 1'000'000'000};
  }
  std::array<pollfd, 2> watched{pollfd{ports[0].socket, POLLIN, 0}, pollfd{ports[1].socket, POLLIN, 0}};
  (void)::ppoll(watched.data(), watched.size(), &left, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: delay_line INTERFACE INTERFACE MILLISECONDS\n");
    return 2;
  }
  (void)::prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; 50 us otherwise
  const auto delay = std::chrono::microseconds(static_cast<std::int64_t>(std::atof(argv[3]) * 1000));
  std::array<Port, 2> ports{Port{packet_socket(argv[1]), {}}, Port{packet_socket(argv[2]), {}}};
  for (;;) {
    wait(ports, {send_due(ports[0]), send_due(ports[1])});
    take(ports[0], ports[1], delay);
    take(ports[1], ports[0], delay);
  }
}
