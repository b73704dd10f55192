#pragma once
// What a UDP socket of ours needs beside policies and guards.

#include "ike-engine/base/address.h"
#include "ike-engine/base/result.h"

namespace latchkey::xfrm {

/// Spares the socket from all policies, both ways. Needs CAP_NET_ADMIN. Error: kernel; errno says why.
base::Result<void> bypass_socket(int fd, base::Family family);
/// Makes the kernel take ESP packets off the socket (RFC 3948). Error: kernel; errno says why.
base::Result<void> take_esp_from_socket(int fd);
/// The source address that the routing table gives packets to `remote`. Errors: not_found (no route), kernel; errno
/// says why.
base::Result<base::Address> find_source_address(const base::Address& remote);

}  // namespace latchkey::xfrm
