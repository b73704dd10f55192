#pragma once
// The UDP sockets of IKE: both ports, both families. They know each datagram's local address and the non-ESP marker.

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ike-engine/api/types.h"

namespace latchkey::host {

/// One socket. Move-only; closes itself.
class UdpSocket {
 public:
  /// Binds to all addresses of `family`. Port 0 takes any. `nat_port`: IKE is behind the non-ESP marker here (RFC
  /// 3948). The error is a sentence for the operator that says who may hold the port and what to do.
  static std::expected<UdpSocket, std::string> open(base::Family family, std::uint16_t port, bool nat_port);
  /// Whether this host has the family at all.
  static bool has(base::Family family);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&&) = delete;
  ~UdpSocket();

  int fd() const { return fd_; }
  base::Family family() const { return family_; }
  std::uint16_t port() const { return port_; }
  bool nat_port() const { return nat_port_; }
  /// Whether the system took the datagram. A failure needs no answer: IKE retransmits.
  bool send(const api::Datagram& datagram) const;

 private:
  UdpSocket(int fd, base::Family family, bool nat_port) : fd_(fd), family_(family), nat_port_(nat_port) {}

  int fd_;
  base::Family family_;
  std::uint16_t port_ = 0;
  bool nat_port_;
};

/// Receives in batches into memory of its own.
class UdpReceiver {
 public:
  /// Longer datagrams are dropped: no message of IKE with raw keys is near that.
  static constexpr std::size_t kLongest = 9216;
  using Handler = std::function<void(base::Bytes datagram, const api::Path& path)>;

  UdpReceiver();
  ~UdpReceiver();
  UdpReceiver(const UdpReceiver&) = delete;
  UdpReceiver& operator=(const UdpReceiver&) = delete;
  /// Hands on what is there, at most a few batches, so that timers get their turn. Markers are taken off; keep-alives
  /// and ESP that the kernel left are dropped.
  void receive(const UdpSocket& socket, const Handler& handler);

 private:
  struct Batch;
  std::unique_ptr<Batch> batch_;
};

}  // namespace latchkey::host
