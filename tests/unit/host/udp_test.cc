#include "host/udp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace latchkey::host {
namespace {

using base::Address;
using base::Family;

struct Got {
  base::Buffer bytes;
  api::Path path;
};

std::vector<Got> receive(const UdpSocket& socket) {
  std::vector<Got> all;
  pollfd poll{socket.fd(), POLLIN, 0};
  if (::poll(&poll, 1, 2000) <= 0) return all;
  UdpReceiver receiver;
  receiver.receive(socket, [&](base::Bytes datagram, const api::Path& path) {
    all.push_back({base::to_buffer(datagram), path});
  });
  return all;
}

/// Sends octets as they are, from a socket of the test's.
void send_raw(std::uint16_t port, const base::Buffer& bytes) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
  ::close(fd);
}

struct Case {
  const char* address;
  bool nat_port;
};
class udp_socket : public testing::TestWithParam<Case> {};

TEST_P(udp_socket, carries_a_datagram_with_both_addresses_and_the_marker_where_it_belongs) {
  const Address here = *Address::parse(GetParam().address);
  if (!UdpSocket::has(here.family())) return;
  auto a = UdpSocket::open(here.family(), 0, GetParam().nat_port);
  auto b = UdpSocket::open(here.family(), 0, GetParam().nat_port);
  ASSERT_TRUE(a && b);
  ASSERT_TRUE(a->send({{{here, a->port()}, {here, b->port()}, GetParam().nat_port}, {1, 2, 3}}));
  const auto got = receive(*b);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes, (base::Buffer{1, 2, 3}));
  EXPECT_EQ(got[0].path.local, (base::Endpoint{here, b->port()}));
  EXPECT_EQ(got[0].path.remote, (base::Endpoint{here, a->port()}));
  EXPECT_EQ(got[0].path.nat_port, GetParam().nat_port);
}

// 127.0.0.2: the source must be what the path says, not what routing would choose.
INSTANTIATE_TEST_SUITE_P(families, udp_socket,
                         testing::Values(Case{"127.0.0.1", false}, Case{"127.0.0.2", true}, Case{"::1", false},
                                         Case{"::1", true}));

TEST(keep_alive, goes_out_as_one_octet_without_marker) {
  const Address here = *Address::parse("127.0.0.1");
  auto socket = UdpSocket::open(Family::ipv4, 0, true);
  auto plain = UdpSocket::open(Family::ipv4, 0, false);  // leaves what comes as it is
  ASSERT_TRUE(socket && plain);
  ASSERT_TRUE(socket->send({{{here, socket->port()}, {here, plain->port()}, true}, {0xff}, true}));
  const auto got = receive(*plain);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes, base::Buffer{0xff});
  EXPECT_EQ(got[0].path.remote.port, socket->port());
}

TEST(udp_receiver, drops_keep_alives_and_esp_on_the_nat_port) {
  auto socket = UdpSocket::open(Family::ipv4, 0, true);
  ASSERT_TRUE(socket);
  send_raw(socket->port(), {0xff});
  send_raw(socket->port(), {0, 0, 0, 0});
  send_raw(socket->port(), {0, 0, 0, 1, 9, 9});
  send_raw(socket->port(), {0, 0, 0, 0, 7});
  const auto got = receive(*socket);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes, base::Buffer{7});
}

TEST(udp_receiver, drops_what_is_too_long) {
  auto socket = UdpSocket::open(Family::ipv4, 0, false);
  ASSERT_TRUE(socket);
  send_raw(socket->port(), base::Buffer(UdpReceiver::kLongest + 1, 1));
  send_raw(socket->port(), base::Buffer(UdpReceiver::kLongest, 2));
  const auto got = receive(*socket);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes.size(), UdpReceiver::kLongest);
}

TEST(udp_socket_error, says_who_may_hold_a_port_that_is_taken) {
  auto first = UdpSocket::open(Family::ipv4, 0, false);
  ASSERT_TRUE(first);
  const auto second = UdpSocket::open(Family::ipv4, first->port(), false);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), testing::AllOf(testing::HasSubstr("is taken"), testing::HasSubstr("pluto"),
                                             testing::HasSubstr(std::to_string(first->port()))));
}

}  // namespace
}  // namespace latchkey::host
