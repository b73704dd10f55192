#include "tests/unit/xfrm/lab_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>

namespace latchkey::xfrm_lab {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kClientPort = 7801, kServerPort = 7802;
/// A datagram that has not come by then is lost.
constexpr int kPatienceMs = 500;

}  // namespace

Stream::Stream(const Host& client, const base::Address& from, const Host& server, const base::Address& to)
    : client_(client.udp(from, kClientPort)), server_(server.udp(to, kServerPort)) {
  connect_to(client_, to, kServerPort);
  connect_to(server_, from, kClientPort);
  thread_ = std::thread([this] { work(); });
}

Stream::~Stream() { finish(); }

void Stream::work() {
  while (!stop_) {
    send();
    take();
    ++rounds_;
    std::this_thread::sleep_for(1ms);
  }
  for (std::array<pollfd, 2> both{{{client_.get(), POLLIN, 0}, {server_.get(), POLLIN, 0}}};
       poll(both.data(), both.size(), kPatienceMs) > 0;) {
    if (!take()) break;
  }
}

void Stream::send() {
  for (const Fd* socket : {&client_, &server_}) {
    const ssize_t sent = ::send(socket->get(), kMarker.data(), kMarker.size(), MSG_DONTWAIT);
    ++tally_.sent;  // one that was refused is lost as well
    (void)sent;
  }
}

bool Stream::take() {
  std::array<char, 64> text;
  bool any = false;
  for (const Fd* socket : {&client_, &server_}) {
    while (recv(socket->get(), text.data(), text.size(), MSG_DONTWAIT) > 0) {
      ++tally_.received;
      any = true;
    }
  }
  return any;
}

void Stream::run(std::uint64_t count) {
  for (const std::uint64_t until = rounds_ + count; rounds_ < until;) std::this_thread::sleep_for(1ms);
}

Tally Stream::finish() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  return tally_;
}

}  // namespace latchkey::xfrm_lab
