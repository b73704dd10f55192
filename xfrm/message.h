#pragma once
// One netlink message that is being written. May hold keys, so its memory is wiped.

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <memory>

#include "ike-engine/base/bytes.h"

struct nl_msg;

namespace latchkey::xfrm {

/// Owns an nl_msg of a fixed size (it never grows, so no copy of a key stays behind).
class Message {
 public:
  /// `type`: XFRM_MSG_*; `flags`: NLM_F_* (NLM_F_REQUEST is added).
  Message(std::uint16_t type, std::uint16_t flags);

  /// Appends a fixed-size kernel structure. Throws std::length_error when the message is full (a bug: sizes are fixed).
  template <class Struct>
  void append(const Struct& value) {
    append_octets({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  }
  /// Appends an attribute XFRMA_*.
  template <class Struct>
  void attribute(std::uint16_t type, const Struct& value) {
    attribute_octets(type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  }
  void append_octets(base::Bytes octets);
  /// Room for an attribute of `size` octets, zeroed, to be filled in place.
  base::MutableBytes attribute_space(std::uint16_t type, std::size_t size);
  void attribute_octets(std::uint16_t type, base::Bytes octets);

  /// The whole message with its header, as it goes to the kernel.
  base::Bytes bytes() const;
  nlmsghdr& header();
  const nlmsghdr& header() const;

 private:
  struct Wipe {
    void operator()(nl_msg* message) const;
  };
  std::unique_ptr<nl_msg, Wipe> message_;
};

}  // namespace latchkey::xfrm
