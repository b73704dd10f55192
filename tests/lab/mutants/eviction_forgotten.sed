# file: unbound-module/host.cc
# finds: an address without a tunnel
# bug: the answers of a tunnel that has gone stay in the message cache for the rest of their TTL
s/    if (const auto name = name_wire(text)) cache->drop(\*name);/    (void)name_wire(text);/
