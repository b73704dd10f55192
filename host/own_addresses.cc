#include "host/own_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

namespace latchkey::host {

std::set<base::Address> own_addresses() {
  std::set<base::Address> found;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || (one->ifa_flags & IFF_UP) == 0) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      sockaddr_in name{};
      std::memcpy(&name, one->ifa_addr, sizeof name);
      found.insert(*base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&name.sin_addr), 4}));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 name{};
      std::memcpy(&name, one->ifa_addr, sizeof name);
      found.insert(*base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&name.sin6_addr), 16}));
    }
  }
  ::freeifaddrs(all);
  return found;
}

bool OwnAddresses::refresh(base::TimePoint now) {
  if (looked_ && now < next_) return false;
  next_ = now + std::chrono::seconds(1);
  auto found = own_addresses();
  const bool changed = looked_ && found != addresses_;
  addresses_ = std::move(found);
  looked_ = true;
  return changed;
}

}  // namespace latchkey::host
