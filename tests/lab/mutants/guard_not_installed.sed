# file: xfrm/protection.cc
# finds: plaintext at
# bug: an address with a tunnel gets no guard: from another source, or without the tunnel's policy, it is reached in clear
s/^  if (guarded) append(out, guard_policies(remote, limits_.expiry));$//
