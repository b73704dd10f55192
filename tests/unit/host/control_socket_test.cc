#include "host/control_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace latchkey::host {
namespace {

using testing::HasSubstr;

/// A loop on a thread of its own, with a control socket that answers "<request>!", or as `handler` says.
class Server {
 public:
  explicit Server(
      std::string path,
      ControlSocket::Handler handler = [](std::string_view request) { return std::string(request) + "!"; }) {
    auto opened = ControlSocket::open(loop_, path, std::move(handler));
    if (opened) {
      socket_ = std::move(*opened);
      thread_ = std::thread([this] { loop_.run(); });
    } else {
      error = opened.error();
    }
  }
  ~Server() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::string error;

 private:
  Loop loop_;
  std::unique_ptr<ControlSocket> socket_;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& text) { (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  void end() { ::shutdown(fd_, SHUT_WR); }
  /// What comes until `count` lines are there or the connection ends.
  std::string receive(int count) {
    std::string got;
    char part[65536];
    while (std::ranges::count(got, '\n') < count) {
      pollfd poll{fd_, POLLIN, 0};
      if (::poll(&poll, 1, 5000) <= 0) return got + "<nothing>";
      const ssize_t size = ::recv(fd_, part, sizeof part, 0);
      if (size <= 0) return got + "<end>";
      got.append(part, static_cast<std::size_t>(size));
    }
    return got;
  }
  bool connected = false;

 private:
  int fd_;
};

class control_socket : public testing::Test {
 protected:
  std::string folder = testing::TempDir() + "lk_control_" + std::to_string(::getpid());
  std::string path = folder + "/a/control.sock";
  void TearDown() override { std::filesystem::remove_all(folder); }
};

TEST_F(control_socket, answers_each_line_with_a_line) {
  Server server(path);
  ASSERT_EQ(server.error, "");
  Client client(path);
  client.send("one\ntw");
  EXPECT_EQ(client.receive(1), "one!\n");
  client.send("o\nthree\n");
  EXPECT_EQ(client.receive(2), "two!\nthree!\n");
}

TEST_F(control_socket, answers_one_who_has_nothing_more_to_ask) {
  const std::string request(ControlSocket::kLongestRequest, 'a');
  Server server(path);
  for (int i = 0; i < 50; ++i) {
    Client client(path);
    client.send(request + "\n");
    client.end();
    EXPECT_EQ(client.receive(1), request + "!\n");
  }
}

TEST_F(control_socket, delivers_a_reply_of_any_length_whole) {
  const std::string reply(5'000'000, 'x');
  Server server(path, [&](std::string_view request) { return request == "all" ? reply : std::string(request); });
  Client client(path);
  client.send("all\n");
  EXPECT_TRUE(client.receive(1) == reply + "\n");
  client.send("more\n");
  EXPECT_EQ(client.receive(1), "more\n");
}

TEST_F(control_socket, keeps_further_questions_until_its_replies_are_read) {
  const std::string reply(2'000'000, 'x');
  std::atomic<int> answered = 0;
  Server server(path, [&](std::string_view) {
    ++answered;
    return reply;
  });
  Client client(path);
  client.send("a\nb\nc\n");
  client.end();
  Client other(path);
  for (int i = 0; i < 2; ++i) {  // the other one's reply says that the loop has been through the first one's lines
    other.send("x\n");
    EXPECT_TRUE(other.receive(1) == reply + "\n");
  }
  EXPECT_EQ(answered, 3) << "more of unread replies is kept than one that is above the bound";
  EXPECT_TRUE(client.receive(3) == reply + "\n" + reply + "\n" + reply + "\n");
  EXPECT_EQ(client.receive(1), "<end>");
}

TEST_F(control_socket, is_for_owner_and_group_only_and_goes_with_its_process) {
  {
    Server server(path);
    struct stat found {};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0660U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(control_socket, closes_a_client_whose_line_is_too_long) {
  Server server(path);
  Client client(path);
  client.send(std::string(ControlSocket::kLongestRequest + 1, 'a'));
  EXPECT_EQ(client.receive(1), "<end>");
  Client other(path);
  other.send("x\n");
  EXPECT_EQ(other.receive(1), "x!\n");
}

TEST_F(control_socket, closes_clients_beyond_its_bound) {
  Server server(path);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < ControlSocket::kMostClients; ++i) {
    clients.push_back(std::make_unique<Client>(path));
    clients.back()->send("x\n");
    ASSERT_EQ(clients.back()->receive(1), "x!\n");
  }
  Client further(path);
  EXPECT_EQ(further.receive(1), "<end>");
  clients.front()->send("y\n");
  EXPECT_EQ(clients.front()->receive(1), "y!\n");
}

TEST_F(control_socket, replaces_a_socket_that_nobody_listens_on) {
  std::filesystem::create_directories(folder + "/a");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  ::close(fd);
  Server server(path);
  EXPECT_EQ(server.error, "");
}

TEST_F(control_socket, leaves_a_live_one_alone) {
  Server first(path);
  Server second(path);
  EXPECT_THAT(second.error, HasSubstr("another process answers there"));
  Client client(path);
  client.send("x\n");
  EXPECT_EQ(client.receive(1), "x!\n");
}

TEST_F(control_socket, leaves_another_file_alone) {
  std::filesystem::create_directories(folder + "/a");
  std::ofstream(path) << "precious";
  Server server(path);
  EXPECT_THAT(server.error, HasSubstr("it stays"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(control_socket, says_when_its_place_is_impossible) {
  EXPECT_THAT(Server("/proc/latchkey/control.sock").error, HasSubstr("its folder cannot be made"));
  EXPECT_THAT(Server(folder + "/" + std::string(200, 'x')).error, HasSubstr("too long"));
}

}  // namespace
}  // namespace latchkey::host
