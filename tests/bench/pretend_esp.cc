// For benches on a kernel without ESP: an object to preload that answers XFRM netlink requests about SAs itself and
// lets all others (policies, guards) through to the kernel. Nothing is encrypted; times and decisions are real.

#include <dlfcn.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace {

using Datagram = std::vector<std::uint8_t>;

template <class T>
T next(const char* name) {
  return reinterpret_cast<T>(dlsym(RTLD_NEXT, name));
}

template <class T>
void append(Datagram& out, const T& value) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), octets, octets + sizeof value);
}

struct Sas {
  std::mutex mutex;
  std::map<int, std::deque<Datagram>> answers;  // by socket
  std::map<std::uint32_t, xfrm_usersa_info> by_spi;
  std::uint32_t last_spi = 0xC0000000;
};

Sas& sas() {
  static Sas* const all = new Sas;  // outlives everybody's destructors
  return *all;
}

bool is_xfrm(int fd) {
  int domain = 0, protocol = 0;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_NETLINK) return false;
  size = sizeof protocol;
  return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == NETLINK_XFRM;
}

bool about_sas(std::uint16_t type) {
  return type == XFRM_MSG_NEWSA || type == XFRM_MSG_UPDSA || type == XFRM_MSG_DELSA || type == XFRM_MSG_GETSA ||
         type == XFRM_MSG_ALLOCSPI || type == XFRM_MSG_FLUSHSA;
}

template <class T>
T read_body(const nlmsghdr& header) {
  T body{};
  const std::size_t there = header.nlmsg_len - NLMSG_HDRLEN;
  std::memcpy(&body, NLMSG_DATA(const_cast<nlmsghdr*>(&header)), there < sizeof body ? there : sizeof body);
  return body;
}

void answer(int fd, const nlmsghdr& request, std::uint16_t type, Datagram body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + body.size());
  header.nlmsg_type = type;
  header.nlmsg_seq = request.nlmsg_seq;
  header.nlmsg_pid = request.nlmsg_pid;
  Datagram out;
  append(out, header);
  out.insert(out.end(), body.begin(), body.end());
  sas().answers[fd].push_back(std::move(out));
}

void acknowledge(int fd, const nlmsghdr& request, int error) {
  nlmsgerr body{};
  body.error = -error;
  body.msg = request;
  Datagram out;
  append(out, body);
  answer(fd, request, NLMSG_ERROR, std::move(out));
}

void answer_sa(int fd, const nlmsghdr& request, const xfrm_usersa_info& sa) {
  Datagram out;
  append(out, sa);
  answer(fd, request, XFRM_MSG_NEWSA, std::move(out));
}

/// Returns the errno of the acknowledgement.
int take(int fd, const nlmsghdr& request) {
  Sas& all = sas();
  switch (request.nlmsg_type) {
    case XFRM_MSG_ALLOCSPI: {
      auto sa = read_body<xfrm_userspi_info>(request).info;
      sa.id.spi = __builtin_bswap32(++all.last_spi);
      all.by_spi[sa.id.spi] = sa;
      answer_sa(fd, request, sa);
      return 0;
    }
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_UPDSA: {
      const auto sa = read_body<xfrm_usersa_info>(request);
      all.by_spi[sa.id.spi] = sa;
      return 0;
    }
    case XFRM_MSG_DELSA: return all.by_spi.erase(read_body<xfrm_usersa_id>(request).spi) ? 0 : 3;  // ESRCH
    case XFRM_MSG_GETSA: {
      if (request.nlmsg_flags & NLM_F_DUMP) {
        answer(fd, request, NLMSG_DONE, Datagram(sizeof(int)));
        return 0;
      }
      const auto found = all.by_spi.find(read_body<xfrm_usersa_id>(request).spi);
      if (found == all.by_spi.end()) return 3;
      answer_sa(fd, request, found->second);
      return 0;
    }
    default: return 0;
  }
}

Datagram flat(const msghdr& message) {
  Datagram out;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
    const auto* octets = static_cast<const std::uint8_t*>(message.msg_iov[i].iov_base);
    out.insert(out.end(), octets, octets + message.msg_iov[i].iov_len);
  }
  return out;
}

/// Answers what is about SAs; what is left is for the kernel.
Datagram sift(int fd, Datagram& all) {
  Datagram rest;
  int left = static_cast<int>(all.size());
  for (auto* header = reinterpret_cast<nlmsghdr*>(all.data()); NLMSG_OK(header, static_cast<unsigned>(left));
       header = NLMSG_NEXT(header, left)) {
    if (about_sas(header->nlmsg_type)) {
      const int error = take(fd, *header);
      if (error || header->nlmsg_flags & NLM_F_ACK) acknowledge(fd, *header, error);
    } else {
      const auto* octets = reinterpret_cast<const std::uint8_t*>(header);
      rest.insert(rest.end(), octets, octets + NLMSG_ALIGN(header->nlmsg_len));
    }
  }
  return rest;
}

}  // namespace

extern "C" ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto real = next<ssize_t (*)(int, const msghdr*, int)>("sendmsg");
  if (!is_xfrm(fd)) return real(fd, message, flags);
  const std::lock_guard lock(sas().mutex);
  Datagram all = flat(*message);
  const auto size = static_cast<ssize_t>(all.size());
  Datagram rest = sift(fd, all);
  if (rest.empty()) return size;
  iovec part{rest.data(), rest.size()};
  msghdr changed = *message;
  changed.msg_iov = &part;
  changed.msg_iovlen = 1;
  return real(fd, &changed, flags) < 0 ? -1 : size;
}

extern "C" ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, int)>("recv");
  if (!is_xfrm(fd)) return real(fd, buffer, size, flags);
  const std::lock_guard lock(sas().mutex);
  auto& waiting = sas().answers[fd];
  if (waiting.empty()) return real(fd, buffer, size, flags);
  const Datagram datagram = std::move(waiting.front());
  waiting.pop_front();
  const std::size_t taken = datagram.size() < size ? datagram.size() : size;
  std::memcpy(buffer, datagram.data(), taken);
  return static_cast<ssize_t>(taken);
}
