#pragma once
// What the kernel says of SAs without being asked.

#include "xfrm/netlink.h"

namespace latchkey::xfrm {

/// Where such messages come in; a test has its own.
class Events {
 public:
  virtual ~Events() = default;
  /// Becomes readable when there are some.
  virtual int fd() const = 0;
  /// Hands over what is there, a few hundred messages at most; the rest keeps fd() readable. False if the kernel has
  /// dropped some since the last call, because nobody read them in time.
  virtual bool take(const Visit& visit) = 0;
};

/// A netlink socket that listens to expiring SAs, everybody's in the network namespace in which it was opened. Needs
/// CAP_NET_ADMIN.
class EventSocket final : public Events {
 public:
  /// Error: kernel; `why` then says it in words.
  static base::Result<std::unique_ptr<EventSocket>> open(std::string& why);

  int fd() const override;
  bool take(const Visit& visit) override;

 private:
  explicit EventSocket(NetlinkHandle socket) : socket_(std::move(socket)) {}

  NetlinkHandle socket_;
};

}  // namespace latchkey::xfrm
