#pragma once
// Two hosts in two network namespaces, for tests on a real kernel: their kernel ports, their sockets, and the wire.

#include <memory>
#include <string>
#include <string_view>

#include "xfrm/kernel.h"

namespace latchkey::xfrm_lab {

/// The operating system's randomness.
class SystemRandom final : public api::Random {
 public:
  void fill(base::MutableBytes out) override;
};

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The calling thread is in another network namespace as long as this lives.
class Inside {
 public:
  explicit Inside(const Fd& space);
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Fd home_;
};

/// All policies (without sockets' own) and SAs of the namespace that `host` is in, whoever made them.
struct KernelState {
  std::size_t sas = 0;
  std::size_t policies = 0;

  friend bool operator==(const KernelState&, const KernelState&) = default;
};

struct Host {
  Host(const std::string& space_path, const std::string& v4_text, const std::string& v6_text,
       xfrm::XfrmConfig config = {});

  /// A UDP socket in this host's namespace; port 0: any.
  Fd udp(const base::Address& local, std::uint16_t port) const;
  /// Takes ESP out of UDP on port 4500, both families.
  void open_nat_port();
  /// A further port that does so.
  Fd open_nat_port(base::Family family, std::uint16_t port) const;
  const base::Address& address(base::Family family) const { return family == base::Family::ipv4 ? v4 : v6; }
  KernelState state() const;

  Fd space;
  base::Address v4, v6;
  SystemRandom random;
  std::unique_ptr<xfrm::XfrmKernel> kernel;
  Fd nat4, nat6;
};

/// What every datagram of ours begins with.
inline constexpr std::string_view kMarker = "latchkey, in the clear";

/// Sends by `fd` go to that address.
void connect_to(const Fd& fd, const base::Address& address, std::uint16_t port);

/// What left both hosts by eth0, by kind. (What arrives cannot be used: the kernel shows decrypted packets there once
/// more.)
struct Frames {
  int clear = 0;  ///< that hold our marker
  int esp = 0;    ///< protocol 50
  int udp_esp = 0;
};

/// Sees every frame that two hosts send from its construction on.
class Tap {
 public:
  Tap(const Host& one, const Host& other);
  Frames take();

 private:
  Fd sockets_[2];
};

/// Sends `count` marked datagrams from `client` at `from` to `server`'s port, which are echoed; returns how many came
/// back.
int exchange(const Host& client, const base::Address& from, const Host& server, const base::Address& to,
             std::uint16_t port, int count);

}  // namespace latchkey::xfrm_lab
