#include "xfrm/netlink.h"

#include <fmt/format.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <system_error>

namespace latchkey::xfrm {
namespace {

constexpr std::size_t kReceiveSize = 32768;
constexpr int kSocketBuffer = 1 << 20;

/// The extack text behind the header that the kernel quotes, if there is one. NETLINK_CAP_ACK keeps the rest of our
/// message out.
std::string kernel_words(const nlmsghdr& header, const nlmsgerr& error) {
  if (!(header.nlmsg_flags & NLM_F_ACK_TLVS)) return errno_words(-error.error);
  std::size_t skip = sizeof error;
  if (!(header.nlmsg_flags & NLM_F_CAPPED)) skip += error.msg.nlmsg_len - sizeof(nlmsghdr);
  nlattr* const text = nlmsg_find_attr(const_cast<nlmsghdr*>(&header), static_cast<int>(skip), NLMSGERR_ATTR_MSG);
  if (text == nullptr || nla_len(text) <= 0) return errno_words(-error.error);
  const std::string_view words(static_cast<const char*>(nla_data(text)), static_cast<std::size_t>(nla_len(text)));
  return escaped(words.substr(0, words.find('\0')));
}

Reply reply_of(const nlmsghdr& header) {
  const auto& error = *static_cast<const nlmsgerr*>(nlmsg_data(&header));
  if (error.error == 0) return {};
  return {-error.error, kernel_words(header, error)};
}

Reply failed(int error) { return {error, errno_words(error)}; }

bool is_end(const nlmsghdr& header) { return header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE; }

/// Both ends of a dump carry an errno where an acknowledgement has it.
bool long_enough(const nlmsghdr& header) {
  const std::size_t least = header.nlmsg_type == NLMSG_ERROR ? sizeof(nlmsgerr) : sizeof(int);
  return header.nlmsg_len >= NLMSG_HDRLEN + least;
}

Reply end_of(const nlmsghdr& header) {
  if (!long_enough(header)) return failed(EBADMSG);
  if (header.nlmsg_type == NLMSG_ERROR) return reply_of(header);
  const int error = *static_cast<const int*>(nlmsg_data(&header));
  return error < 0 ? failed(-error) : Reply{};
}

}  // namespace

std::string errno_words(int error) { return std::generic_category().message(error); }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Reply Netlink::one(Message message) { return batch({&message, 1}).front(); }

void CloseNetlink::operator()(nl_sock* socket) const { nl_socket_free(socket); }

base::Result<NetlinkHandle> connect_netlink(std::string& why) {
  NetlinkHandle socket(nl_socket_alloc());
  const int failure = socket ? nl_connect(socket.get(), NETLINK_XFRM) : -NLE_NOMEM;
  if (failure >= 0) return socket;
  why = fmt::format("the kernel's IPsec interface (XFRM netlink, CONFIG_XFRM_USER) cannot be opened: {}",
                    nl_geterror(failure));
  return base::fail(base::Errc::kernel, "XFRM netlink socket");
}

NetlinkSocket::NetlinkSocket(NetlinkHandle socket) : socket_(std::move(socket)), buffer_(kReceiveSize) {}

base::Result<std::unique_ptr<NetlinkSocket>> NetlinkSocket::open(std::string& why) {
  auto connected = connect_netlink(why);
  if (!connected) return std::unexpected(connected.error());
  NetlinkHandle socket = std::move(*connected);
  const int fd = nl_socket_get_fd(socket.get());
  const int on = 1;
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);  // or a refusal would quote the keys
  nl_socket_set_buffer_size(socket.get(), kSocketBuffer, kSocketBuffer);
  return std::unique_ptr<NetlinkSocket>(new NetlinkSocket(std::move(socket)));
}

/// 0 or an errno.
int NetlinkSocket::send(std::span<Message> messages) {
  std::vector<iovec> parts;
  parts.reserve(messages.size());
  for (Message& message : messages) {
    message.header().nlmsg_seq = sequence_++;
    message.header().nlmsg_pid = nl_socket_get_local_port(socket_.get());
    parts.push_back({&message.header(), message.header().nlmsg_len});
  }
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  msghdr datagram{};
  datagram.msg_name = &kernel;
  datagram.msg_namelen = sizeof kernel;
  datagram.msg_iov = parts.data();
  datagram.msg_iovlen = parts.size();
  ssize_t sent;
  do sent = sendmsg(nl_socket_get_fd(socket_.get()), &datagram, 0);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

/// Reads datagrams until `each` has had enough (returns false) or nothing is left: 0 or an errno.
int NetlinkSocket::receive(const std::function<bool(const nlmsghdr&)>& each) {
  bool more = true;
  while (more) {
    const ssize_t got =
        recv(nl_socket_get_fd(socket_.get()), buffer_.mutable_view().data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    int left = static_cast<int>(got);
    auto* header = reinterpret_cast<nlmsghdr*>(buffer_.mutable_view().data());
    for (; more && nlmsg_ok(header, left); header = nlmsg_next(header, &left)) more = each(*header);
    base::wipe(buffer_.mutable_view().first(static_cast<std::size_t>(got)));  // a dump of SAs holds keys
  }
  return 0;
}

std::vector<Reply> NetlinkSocket::batch(std::span<Message> messages) {
  const std::uint32_t first = sequence_;
  if (messages.empty()) return {};
  if (const int error = send(messages)) return std::vector<Reply>(messages.size(), failed(error));
  std::vector<Reply> replies(messages.size(), Reply{ENOBUFS, "the kernel's acknowledgement was lost"});
  std::size_t missing = messages.size();
  receive([&](const nlmsghdr& header) {
    const std::uint32_t index = header.nlmsg_seq - first;
    if (!is_end(header) || index >= replies.size()) return true;
    replies[index] = end_of(header);
    return --missing > 0;
  });
  return replies;
}

Reply NetlinkSocket::query(Message request, const Visit& visit) {
  const std::uint32_t sequence = sequence_;
  if (const int error = send({&request, 1})) return failed(error);
  Reply reply;
  const int error = receive([&](const nlmsghdr& header) {
    if (header.nlmsg_seq != sequence) return true;
    if (is_end(header)) {
      reply = end_of(header);
      return false;
    }
    visit(header.nlmsg_type,
          {static_cast<const std::uint8_t*>(nlmsg_data(&header)), static_cast<std::size_t>(nlmsg_datalen(&header))});
    return true;
  });
  return error ? failed(error) : reply;
}

}  // namespace latchkey::xfrm
