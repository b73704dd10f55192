#include "xfrm/message.h"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <new>
#include <stdexcept>

#include "ike-engine/base/secret.h"

namespace latchkey::xfrm {
namespace {

/// Larger than any message of ours: an SA with all its attributes takes about 600 octets.
constexpr std::size_t kCapacity = 1536;

void require(bool fits) {
  if (!fits) throw std::length_error("netlink message is full");
}

}  // namespace

void Message::Wipe::operator()(nl_msg* message) const {
  nlmsghdr* const header = nlmsg_hdr(message);
  base::wipe({reinterpret_cast<std::uint8_t*>(header), header->nlmsg_len});
  nlmsg_free(message);
}

Message::Message(std::uint16_t type, std::uint16_t flags) : message_(nlmsg_alloc_size(kCapacity)) {
  if (!message_) throw std::bad_alloc();
  require(nlmsg_put(message_.get(), NL_AUTO_PORT, 0, type, 0, flags | NLM_F_REQUEST) != nullptr);
}

void Message::append_octets(base::Bytes octets) {
  require(nlmsg_append(message_.get(), const_cast<std::uint8_t*>(octets.data()), octets.size(), NLMSG_ALIGNTO) == 0);
}

base::MutableBytes Message::attribute_space(std::uint16_t type, std::size_t size) {
  nlattr* const attribute = nla_reserve(message_.get(), type, static_cast<int>(size));
  require(attribute != nullptr);
  std::memset(nla_data(attribute), 0, size);
  return {static_cast<std::uint8_t*>(nla_data(attribute)), size};
}

void Message::attribute_octets(std::uint16_t type, base::Bytes octets) {
  require(nla_put(message_.get(), type, static_cast<int>(octets.size()), octets.data()) == 0);
}

base::Bytes Message::bytes() const {
  const nlmsghdr& head = header();
  return {reinterpret_cast<const std::uint8_t*>(&head), head.nlmsg_len};
}

nlmsghdr& Message::header() { return *nlmsg_hdr(message_.get()); }
const nlmsghdr& Message::header() const { return *nlmsg_hdr(message_.get()); }

}  // namespace latchkey::xfrm
