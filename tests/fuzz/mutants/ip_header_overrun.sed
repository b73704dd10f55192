# bug: an IPv4 header may be longer than its packet
# file: control/inspect/ip.cc
# target: capture_fuzz
s/ || header > octets\.size()//
s/if (total < header) return std::nullopt;//
