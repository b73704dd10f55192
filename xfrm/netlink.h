#pragma once
// Talking to the kernel's XFRM by netlink.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/base/result.h"
#include "ike-engine/base/secret.h"
#include "xfrm/message.h"

struct nl_sock;

namespace latchkey::xfrm {

/// What an EPERM of XFRM's means.
inline constexpr std::string_view kNoNetAdmin =
    "the capability CAP_NET_ADMIN is missing: run as root, or give it with AmbientCapabilities=CAP_NET_ADMIN";

/// How the kernel took one message.
struct Reply {
  int error = 0;  ///< an errno, 0 if it was done
  std::string
      words;  ///< the reason in the kernel's words (extack) or, without them, the errno's; escaped; empty if done

  bool done() const { return error == 0; }
};

/// Gets each message that answers a query: XFRM_MSG_* and what follows the header. The octets are wiped afterwards.
using Visit = std::function<void(std::uint16_t type, base::Bytes body)>;

/// The door to the kernel; a test has its own.
class Netlink {
 public:
  virtual ~Netlink() = default;
  /// Sends messages as one datagram and returns the reply to each, in order. The kernel goes on after an error.
  virtual std::vector<Reply> batch(std::span<Message> messages) = 0;
  /// Sends one request and hands over its answers, all of them in case of a dump.
  virtual Reply query(Message request, const Visit& visit) = 0;

  Reply one(Message message);
};

struct CloseNetlink {
  void operator()(nl_sock* socket) const;
};
using NetlinkHandle = std::unique_ptr<nl_sock, CloseNetlink>;

/// A bare NETLINK_XFRM socket. Error: kernel; `why` then says it in words.
base::Result<NetlinkHandle> connect_netlink(std::string& why);

/// A real NETLINK_XFRM socket of the network namespace in which it was opened. Replies are there when sending returns,
/// so nothing waits.
class NetlinkSocket final : public Netlink {
 public:
  /// Error: kernel; `why` then says it in words.
  static base::Result<std::unique_ptr<NetlinkSocket>> open(std::string& why);

  std::vector<Reply> batch(std::span<Message> messages) override;
  Reply query(Message request, const Visit& visit) override;

 private:
  explicit NetlinkSocket(NetlinkHandle socket);
  int send(std::span<Message> messages);
  int receive(const std::function<bool(const nlmsghdr&)>& each);

  NetlinkHandle socket_;
  std::uint32_t sequence_ = 1;
  base::SecretBytes buffer_;
};

/// The errno's text.
std::string errno_words(int error);
/// Text from outside for a log: what is not printable ASCII becomes \xNN.
std::string escaped(std::string_view text);

}  // namespace latchkey::xfrm
